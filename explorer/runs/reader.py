"""Reading a run, while it is written or long after. Readers never write, and a read costs the same at any length."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from explorer.files import FormatError, is_file, modified, read_json, without_format
from explorer.runs.database import DamagedRunError, Database, RunError, RunFormatError, damaged
from explorer.runs.ending import noted_ending, what_is_kept
from explorer.runs.history import read_curves, read_newest
from explorer.runs.layout import CRASHED, DATABASE, EXPERIMENT, SILENT, SNAPSHOTS, STEERED, SUMMARY
from explorer.runs.liveness import Life, look, silence_in_words
from explorer.runs.records import (
    Curves,
    Event,
    Moment,
    Settings,
    Snapshot,
    Status,
    settings_after,
)
from explorer.runs.rows import (
    RowError,
    SnapshotRow,
    StatusRow,
    check_settings,
    checked,
    checked_event,
    checked_facts,
)
from explorer.runs.summary import checked_summary
from explorer.runs.whereabouts import Facts, facts_in, noted_trainer
from models.spec.experiment import Experiment, ExperimentError
from models.spec.stored import as_written_now


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
            return Experiment.parse(as_written_now(without_format(read_json(self.folder / EXPERIMENT), "run")))
        except FormatError as error:
            raise RunFormatError(str(error)) from error
        except ExperimentError as error:
            raise RunError(f"The run {self.name} has a damaged {EXPERIMENT}: {error}") from error
        except (OSError, ValueError) as error:
            raise damaged(self.name, EXPERIMENT, error) from error

    def __enter__(self) -> "Run":
        self.database.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.database.__exit__(*raised)

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

    def _status_row(self) -> StatusRow | None:
        """Return the newest status; None before the trainer has written its first one."""
        if not self.database.path.is_file():
            return None
        try:
            rows = self.database.records("SELECT * FROM status LIMIT 1")
        except (RunFormatError, DamagedRunError):
            raise
        except RunError:  # its first transaction is still under way, or the file is no database
            return None
        with self._saying():
            return checked(StatusRow, rows[0]) if rows else None

    def has_started(self) -> bool:
        """Return whether the trainer has made its database; before that there is nothing to read but the experiment."""
        return self._status_row() is not None

    def status(self) -> Status:
        """Return the newest status. Raises RunError before the trainer has begun."""
        row = self._status_row()
        if row is None:
            raise RunError(f"The run {self.name} has not started. Wait a second, or start it again.")
        return self._status(row)

    @contextmanager
    def _saying(self) -> Generator[None]:
        """Say in a sentence what no trainer can have written into the database."""
        try:
            yield
        except RowError as error:
            raise damaged(self.name, DATABASE, error) from error

    def _status(self, row: StatusRow) -> Status:
        given = row.model_dump(include={field.name for field in fields(Status)} - {"goes_on"})
        status = Status(**given, goes_on=bool(row.goes_on))
        return self._as_heard(status, row) if status.active else status

    def _as_heard(self, status: Status, row: StatusRow) -> Status:
        """Return the recorded status, or what is true where its trainer is gone or silent."""
        life, facts = self._life(row)
        if life.gone:
            return replace(status, state=CRASHED, stage="", message=self._how_it_crashed(), goes_on=False)
        if life.silent:
            return replace(status, state=SILENT, stage="", message=silence_in_words(facts, life.silent))
        return status

    def life(self) -> tuple[Life, Facts]:
        """Return what is known of the trainer, if it has not said that it has ended, and which process it is."""
        return self._life(self._status_row())

    def _life(self, row: StatusRow | None) -> tuple[Life, Facts]:
        facts = facts_in(self.meta) if row else Facts()
        if facts.pid is None:  # before its first facts are written, there are those that its launcher noted
            facts = noted_trainer(self.folder)
        return look(self.folder, facts, row.updated if row else ""), facts

    def _how_it_crashed(self) -> str:
        how = noted_ending(self.folder)
        kept = what_is_kept(snapshot.step for snapshot in self.snapshots())
        return f"The trainer ended without a message{f' ({how})' if how else ''}. {kept}"

    def _settings(self, row: StatusRow, events: Sequence[Event]) -> Settings:
        """Return the settings of the status; of format 1, or before training, those that follow from the changes."""
        if row.settings is None:
            return settings_after(self.experiment, events)
        with self._saying():
            check_settings(row.settings, self.experiment)
        return Settings(row.settings.weights, row.settings.learning_rate, tuple(row.settings.moving))

    @property
    def meta(self) -> dict[str, Any]:
        with self._saying():
            return checked_facts(self.database.records("SELECT key, value FROM meta"))

    def events(self, *kinds: str) -> list[Event]:
        rows = self.database.records("SELECT step, epoch, seconds, kind, detail FROM events ORDER BY id")
        with self._saying():
            return [
                Event(**checked_event(row, self.experiment).model_dump())
                for row in rows
                if not kinds or row["kind"] in kinds
            ]

    def changes(self) -> list[Event]:
        """Return the changes while it trained; empty before the trainer has begun."""
        return self.events(*STEERED) if self.has_started() else []

    def snapshots(self) -> list[Snapshot]:
        rows = self.database.records("SELECT step, epoch, file FROM snapshots ORDER BY step")
        with self._saying():
            found = [checked(SnapshotRow, row) for row in rows]
        return [Snapshot(row.step, row.epoch, self.folder / SNAPSHOTS / row.file) for row in found]

    def summary(self) -> dict[str, Any]:
        """Return shapes, sizes and results. Raises RunError before the trainer has loaded its data."""
        try:
            return checked_summary(without_format(read_json(self.folder / SUMMARY), "run"))
        except FileNotFoundError as error:
            raise RunError(f"The run {self.name} has not loaded its data yet. Wait a second.") from error
        except FormatError as error:
            raise RunFormatError(str(error)) from error
        except (OSError, ValueError) as error:
            raise damaged(self.name, SUMMARY, error) from error

    def curves(self, points: int = 1000) -> Curves:
        """Return at most about `points` points of the whole history: means over blocks of steps, single steps at the
        end."""
        with self._saying():
            return read_curves(self.database.rows, points)

    def newest(self, steps: int) -> dict[str, np.ndarray]:
        """Return the last single steps by column, (steps,) each, the newest last. Empty before there is a history."""
        with self._saying():
            return read_newest(self.database.rows, steps)


def list_runs(folder: Path) -> list[Run]:
    """List all runs in a folder, the newest first. Folders that are no runs are passed over. Raises RunError."""
    try:
        found = [Run(path) for path in folder.iterdir() if is_file(path / EXPERIMENT)] if folder.is_dir() else []
    except OSError as error:
        raise RunError(f"{folder} cannot be listed ({error.strerror or error}). Choose another folder.") from error
    return sorted(found, key=lambda run: modified(run.folder / EXPERIMENT), reverse=True)
