"""Reading a run, while it is written or long after. Readers never write, and a read costs the same at any length."""

import contextlib
import json
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from explorer.files import FormatError, check_format, is_file, modified, without_format
from explorer.runs.history import read_curves, read_newest
from explorer.runs.layout import DATABASE, EXPERIMENT, SNAPSHOTS, STEERED, SUMMARY
from explorer.runs.records import (
    Curves,
    Event,
    Moment,
    Settings,
    Snapshot,
    Status,
    settings_after,
    settings_at_first,
)
from models.spec.experiment import Experiment


class RunError(ValueError):
    """A folder that is no readable run; the message says what to do."""


class RunFormatError(RunError):
    """A run of a format that this Hourglass cannot read."""


class Run:
    """A run folder, read only.

    Inside a `with` one connection to the history is kept. Without it every query opens one and closes it again, so that
    no reader that is forgotten holds the file open.
    """

    def __init__(self, folder: Path):
        if not is_file(folder / EXPERIMENT):
            raise RunError(f"{folder.name} is not a run: it has no {EXPERIMENT}. Choose the folder of a run.")
        self.folder = folder
        self.name = folder.name
        self._inside = 0  # how many `with` there are around it: parts of a page lie inside the page
        self._kept: sqlite3.Connection | None = None

    @cached_property
    def experiment(self) -> Experiment:
        try:
            given = json.loads((self.folder / EXPERIMENT).read_text(encoding="utf-8"))
            return Experiment.parse(without_format(given, "run"))
        except FormatError as error:
            raise RunFormatError(str(error)) from error
        except (OSError, ValueError, RecursionError) as error:  # an ExperimentError is a ValueError
            raise RunError(f"The run {self.name} has a damaged {EXPERIMENT}: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        uri = (self.folder / DATABASE).resolve().as_uri()
        connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, check_same_thread=False, timeout=2.0)
        try:
            (number,) = connection.execute("PRAGMA user_version").fetchone()
            check_format(number or 1, "run")
        except BaseException:
            connection.close()
            raise
        return connection

    def __enter__(self) -> "Run":
        self._inside += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._inside -= 1
        if not self._inside and self._kept is not None:
            self._kept.close()
            self._kept = None

    @contextlib.contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        if self._inside:
            self._kept = self._kept or self._connect()
            yield self._kept
            return
        with contextlib.closing(self._connect()) as connection:
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
                f"The history of the run {self.name} cannot be read ({error}). Try again; if it stays so, "
                f"{DATABASE} is damaged: restore it or remove the run's folder."
            ) from error

    def _rows(self, query: str, values: tuple = ()) -> list[tuple]:
        with self._said(), self._connection() as connection:
            return connection.execute(query, values).fetchall()

    def _records(self, query: str) -> list[dict[str, Any]]:
        """Return rows by the names of their columns."""
        with self._said(), self._connection() as connection:
            cursor = connection.execute(query)
            names = [column for column, *_ in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def _json(self, text: str, source: str) -> Any:
        try:
            return json.loads(text)
        except (TypeError, ValueError, RecursionError) as error:
            raise RunError(
                f"The run {self.name} has a damaged {source} ({error}). Restore it or remove the run's folder."
            ) from error

    def moment(self, points: int = 0, steps: int = 0) -> Moment | None:
        """Return what a page shows, all of one moment, read in one transaction. None before the trainer has begun.

        `points` is about how many the curves have at most, `steps` how many single steps are newest; 0 leaves them out.
        Raises RunError for a damaged history.
        """
        with self, self._transaction():
            row = self._status_row()
            if row is None:
                return None
            events = self.events()
            return Moment(
                self._status(row),
                self._settings(row, events),
                tuple(events),
                tuple(self.snapshots()),
                self.curves(points) if points else Curves({}, {}),
                self.newest(steps) if steps else {},
            )

    @contextlib.contextmanager
    def _transaction(self) -> Generator[None]:
        """Read everything inside as it is at the first read, whatever the trainer writes meanwhile."""
        if self._kept is None and not (self.folder / DATABASE).is_file():
            yield  # there is nothing to read, and to look for it would be an error
            return
        with self._said(), self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.rollback()  # nothing was written

    def _status_row(self) -> dict[str, Any] | None:
        """Return the newest status by the names of its columns; None before the trainer has written its first one."""
        if not (self.folder / DATABASE).is_file():
            return None
        try:
            rows = self._records("SELECT * FROM status")
        except RunFormatError:
            raise
        except RunError:  # its first transaction is still under way, or the file is no database
            return None
        return rows[0] if rows else None

    def has_started(self) -> bool:
        """Return whether the trainer has made its database; before that there is nothing to read but the experiment."""
        return self._status_row() is not None

    def status(self) -> Status:
        """Return the newest status. Raises RunError before the trainer has begun."""
        row = self._status_row()
        if row is None:
            raise RunError(f"The run {self.name} has not started. Wait a second, or start it again.")
        return self._status(row)

    def _status(self, row: Mapping[str, Any]) -> Status:
        given = {field.name: row[field.name] for field in fields(Status)}
        given["goes_on"] = bool(given["goes_on"])
        status = Status(**given)
        if status.active and not self._trainer_lives():
            gone = "The trainer ended without a message. Its last snapshot is kept."
            status = replace(status, state="crashed", stage="", message=gone, goes_on=False)
        return status

    def settings(self) -> Settings:
        """Return the settings in force: those of the experiment before the trainer has begun."""
        row = self._status_row()
        return self._settings(row, None) if row else settings_at_first(self.experiment)

    def _settings(self, row: Mapping[str, Any], events: Sequence[Event] | None) -> Settings:
        """Return the settings of the status; of format 1, or before training, those that follow from the changes."""
        if row.get("settings"):
            given = self._json(row["settings"], DATABASE)
            try:
                return Settings(given["weights"], given["learning_rate"], tuple(given["moving"]))
            except (KeyError, TypeError) as error:
                raise RunError(f"The run {self.name} has a damaged {DATABASE} (settings: {error}).") from error
        return settings_after(self.experiment, self.events() if events is None else events)

    def _trainer_lives(self) -> bool:
        meta = self.meta
        pid, started = meta.get("pid"), meta.get("process_started")
        if pid is None:
            return True
        try:
            process = psutil.Process(pid)
            return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - started) < 2.0
        except psutil.NoSuchProcess:
            return False

    @property
    def meta(self) -> dict[str, Any]:
        return {key: self._json(value, DATABASE) for key, value in self._rows("SELECT key, value FROM meta")}

    def events(self, *kinds: str) -> list[Event]:
        rows = self._records("SELECT step, epoch, seconds, kind, detail FROM events ORDER BY id")
        return [
            Event(**row | {"detail": self._json(row["detail"], DATABASE)})
            for row in rows
            if not kinds or row["kind"] in kinds
        ]

    def changes(self) -> list[Event]:
        """Return the changes while it trained; empty before the trainer has begun."""
        return self.events(*STEERED) if self.has_started() else []

    def moving(self) -> tuple[str, ...]:
        """Return the totals whose learners move: all of them, unless one is frozen."""
        return self.settings().moving

    def snapshots(self) -> list[Snapshot]:
        rows = self._records("SELECT step, epoch, file FROM snapshots ORDER BY step")
        return [Snapshot(row["step"], row["epoch"], self.folder / SNAPSHOTS / row["file"]) for row in rows]

    def summary(self) -> dict[str, Any]:
        """Return shapes, sizes and results. Raises RunError before the trainer has loaded its data."""
        try:
            text = (self.folder / SUMMARY).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError as error:
            raise RunError(f"The run {self.name} has not loaded its data yet. Wait a second.") from error
        except OSError as error:
            raise RunError(f"The run {self.name} has an unreadable {SUMMARY} ({error.strerror}). Try again.") from error
        summary = self._json(text, SUMMARY)
        if not isinstance(summary, dict):
            raise RunError(f"The run {self.name} has a damaged {SUMMARY}. Restore it or remove the run's folder.")
        try:
            return without_format(summary, "run")
        except FormatError as error:
            raise RunFormatError(str(error)) from error

    def curves(self, points: int = 1000) -> Curves:
        """Return at most about `points` points of the whole history: means over blocks of steps, single steps at the
        end."""
        return read_curves(self._rows, points)

    def newest(self, steps: int) -> dict[str, np.ndarray]:
        """Return the last single steps by column, (steps,) each, the newest last. Empty before there is a history."""
        return read_newest(self._rows, steps)


def list_runs(folder: Path) -> list[Run]:
    """List all runs in a folder, the newest first. Folders that are no runs are passed over."""
    if not folder.is_dir():
        return []
    found = [Run(path) for path in folder.iterdir() if is_file(path / EXPERIMENT)]
    return sorted(found, key=lambda run: modified(run.folder / EXPERIMENT), reverse=True)
