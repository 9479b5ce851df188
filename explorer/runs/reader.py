"""Reading a run, while it is written or long after. Readers never write, and a read costs the same at any length."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from explorer.files import FormatError, is_file, modified, without_format
from explorer.runs.database import Database, RunError, RunFormatError, json_of
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


class Run:
    """A run folder, read only.

    Inside a `with` one connection to its database is kept.
    """

    def __init__(self, folder: Path):
        if not is_file(folder / EXPERIMENT):
            raise RunError(f"{folder.name} is not a run: it has no {EXPERIMENT}. Choose the folder of a run.")
        self.folder = folder
        self.name = folder.name
        self.database = Database(folder)

    @cached_property
    def experiment(self) -> Experiment:
        try:
            given = json.loads((self.folder / EXPERIMENT).read_text(encoding="utf-8"))
            return Experiment.parse(without_format(given, "run"))
        except FormatError as error:
            raise RunFormatError(str(error)) from error
        except (OSError, ValueError, RecursionError) as error:  # an ExperimentError is a ValueError
            raise RunError(f"The run {self.name} has a damaged {EXPERIMENT}: {error}") from error

    def __enter__(self) -> "Run":
        self.database.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.database.__exit__(*raised)

    def _json(self, text: str, source: str) -> Any:
        return json_of(text, self.name, source)

    def moment(self, points: int = 0, steps: int = 0) -> Moment | None:
        """Return what a page shows, all of one moment, read in one transaction. None before the trainer has begun.

        `points` is about how many the curves have at most, `steps` how many single steps are newest; 0 leaves them out.
        Raises RunError for a damaged history.
        """
        with self.database, self.database.transaction():
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

    def _status_row(self) -> dict[str, Any] | None:
        """Return the newest status by the names of its columns; None before the trainer has written its first one."""
        if not self.database.path.is_file():
            return None
        try:
            rows = self.database.records("SELECT * FROM status")
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
        return {key: self._json(value, DATABASE) for key, value in self.database.rows("SELECT key, value FROM meta")}

    def events(self, *kinds: str) -> list[Event]:
        rows = self.database.records("SELECT step, epoch, seconds, kind, detail FROM events ORDER BY id")
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
        rows = self.database.records("SELECT step, epoch, file FROM snapshots ORDER BY step")
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
        return read_curves(self.database.rows, points)

    def newest(self, steps: int) -> dict[str, np.ndarray]:
        """Return the last single steps by column, (steps,) each, the newest last. Empty before there is a history."""
        return read_newest(self.database.rows, steps)


def list_runs(folder: Path) -> list[Run]:
    """List all runs in a folder, the newest first. Folders that are no runs are passed over."""
    if not folder.is_dir():
        return []
    found = [Run(path) for path in folder.iterdir() if is_file(path / EXPERIMENT)]
    return sorted(found, key=lambda run: modified(run.folder / EXPERIMENT), reverse=True)
