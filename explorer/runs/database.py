"""The database of a run, read only: one connection for a page, rows by name, and errors as sentences."""

import contextlib
import json
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Any

from explorer.files import FormatError, check_format
from explorer.runs.layout import DATABASE


class RunError(ValueError):
    """A folder that is no readable run; the message says what to do."""


class RunFormatError(RunError):
    """A run of a format that this Hourglass cannot read."""


class Database:
    """The history of the run in a folder.

    Inside a `with` one connection is kept. Without it every query opens one and closes it again, so that no reader
    that is forgotten holds the file open.
    """

    def __init__(self, folder: Path):
        self.path, self.run = folder / DATABASE, folder.name
        self._inside = 0  # how many `with` there are around it: parts of a page lie inside the page
        self._kept: sqlite3.Connection | None = None

    def connect(self) -> sqlite3.Connection:
        """Open the file for reading. Raises FormatError for a newer format, sqlite3.Error where it cannot be read."""
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False, timeout=2.0
        )
        try:
            (number,) = connection.execute("PRAGMA user_version").fetchone()
            check_format(number or 1, "run")
        except BaseException:
            connection.close()
            raise
        return connection

    def __enter__(self) -> "Database":
        self._inside += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._inside -= 1
        if not self._inside and self._kept is not None:
            self._kept.close()
            self._kept = None

    @property
    def exists(self) -> bool:
        """Whether the trainer has made the file; a connection that is kept is to one."""
        return self._kept is not None or self.path.is_file()

    @contextlib.contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        if self._inside:
            self._kept = self._kept or self.connect()
            yield self._kept
            return
        with contextlib.closing(self.connect()) as connection:
            yield connection

    @contextlib.contextmanager
    def _said(self) -> Generator[None]:
        """Say in a sentence what is wrong with the history."""
        try:
            yield
        except FormatError as error:
            raise RunFormatError(str(error)) from error
        except sqlite3.Error as error:
            raise RunError(
                f"The history of the run {self.run} cannot be read ({error}). Try again; if it stays so, "
                f"{DATABASE} is damaged: restore it or remove the run's folder."
            ) from error

    def rows(self, query: str, values: tuple = ()) -> list[tuple]:
        """Return rows by position. Raises RunError."""
        with self._said(), self._connection() as connection:
            return connection.execute(query, values).fetchall()

    def records(self, query: str) -> list[dict[str, Any]]:
        """Return rows by the names of their columns. Raises RunError."""
        with self._said(), self._connection() as connection:
            cursor = connection.execute(query)
            names = [column for column, *_ in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """Read everything inside as it is at the first read, whatever the trainer writes meanwhile."""
        if not self.exists:
            yield  # there is nothing to read, and to look for it would be an error
            return
        with self._said(), self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.rollback()  # nothing was written


def json_of(text: str, run: str, source: str) -> Any:
    """Return the JSON value that a run's file or database holds. Raises RunError where it is damaged."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise RunError(
            f"The run {run} has a damaged {source} ({error}). Restore it or remove the run's folder."
        ) from error
