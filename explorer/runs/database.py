"""The database of a run, read only: one connection for a page, rows by name, and errors as sentences."""

import contextlib
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Any

from explorer.files import FormatError, check_format, is_file
from explorer.runs.foreign import ForeignDatabase, ForeignError, check_files
from explorer.runs.layout import DATABASE
from explorer.runs.recovery import undo_half_a_commit

# What SQLite says of a history in WAL mode in a folder that the reader may not write to.
_NO_ROOM_FOR_WAL = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY_DIRECTORY}


class RunError(ValueError):
    """A folder that is no readable run; the message says what to do."""


class RunFormatError(RunError):
    """A run of a format that this Hourglass cannot read."""


class DamagedRunError(RunError):
    """A file or database with something in it that no trainer wrote."""


class Database:
    """The history of the run in a folder.

    Inside a `with` one connection is kept. Without it every query opens one and closes it again, so that no reader
    that is forgotten holds the file open.
    """

    def __init__(self, folder: Path):
        self.path, self.run = folder / DATABASE, folder.name
        self._inside = 0  # how many `with` there are around it: parts of a page lie inside the page
        self._kept: ForeignDatabase | None = None

    def connect(self) -> ForeignDatabase:
        """Open the file for reading.

        Raises FormatError for a newer format, ForeignError for a file that is none of ours, sqlite3.Error where it
        cannot be read.
        """
        place = self.path.resolve()
        check_files(place)
        try:
            return self._open(place)
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", None)
            if code == sqlite3.SQLITE_READONLY_ROLLBACK and undo_half_a_commit(place):
                return self._open(place)
            if code in _NO_ROOM_FOR_WAL and not is_file(place.with_name(f"{place.name}-wal")):
                return self._open(place, "&immutable=1")  # nobody writes it: a writer has a file of that name
            raise

    def _open(self, place: Path, how: str = "") -> ForeignDatabase:
        connection: ForeignDatabase = sqlite3.connect(
            f"{place.as_uri()}?mode=ro{how}", uri=True, check_same_thread=False, timeout=2.0, factory=ForeignDatabase
        )
        try:
            _, ((number,),) = connection.answer("PRAGMA user_version")
            check_format(number or 1, "run")
            connection.check_tables()
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
        """True where the trainer has made the file; a connection that is kept is to one."""
        return self._kept is not None or self.path.is_file()

    @contextlib.contextmanager
    def _connection(self) -> Generator[ForeignDatabase]:
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
        except (sqlite3.Error, ForeignError) as error:
            kind = DamagedRunError if isinstance(error, ForeignError) else RunError
            raise kind(
                f"The history of the run {self.run} cannot be read ({error}). Try again; if it stays so, "
                f"{DATABASE} is damaged: restore it or remove the run's folder."
            ) from error

    def rows(self, query: str, values: tuple = ()) -> list[tuple]:
        """Return rows by position. Raises RunError."""
        with self._said(), self._connection() as connection:
            return connection.answer(query, values)[1]

    def records(self, query: str) -> list[dict[str, Any]]:
        """Return rows by the names of their columns. Raises RunError."""
        with self._said(), self._connection() as connection:
            names, rows = connection.answer(query)
            return [dict(zip(names, row, strict=True)) for row in rows]

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


def damaged(run: str, source: str, error: object) -> DamagedRunError:
    """Return the error for what stands in a run's file or database and is none of a trainer's."""
    return DamagedRunError(f"The run {run} has a damaged {source} ({error}). Restore it or remove the run's folder.")
