"""Reading a run, while it is written or long after. Readers never write, and a read costs the same at any length."""

import contextlib
import json
import sqlite3
from collections.abc import Generator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from explorer.files import FormatError, check_format, is_file, modified, without_format
from explorer.runs.layout import ACTIVE, DATABASE, EXPERIMENT, FACTOR, SNAPSHOTS, STEERED, SUMMARY
from models.spec.experiment import Experiment


class RunError(ValueError):
    """A folder that is no readable run; the message says what to do."""


class RunFormatError(RunError):
    """A run of a format that this Hourglass cannot read."""


@dataclass(frozen=True)
class Status:
    """What a run is doing. `state` is the recorded one, or "crashed" where the trainer is gone without a word."""

    state: str
    stage: str
    message: str
    step: int
    epoch: float
    seconds: float
    images_per_second: float
    goes_on: bool
    updated: float

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


@dataclass(frozen=True)
class Event:
    step: int
    epoch: float
    seconds: float
    kind: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Snapshot:
    step: int
    epoch: float
    path: Path


@dataclass(frozen=True)
class Curves:
    """Columns by name, (points,) each; `step` is the last step that a point stands for."""

    training: Mapping[str, np.ndarray]
    validation: Mapping[str, np.ndarray]


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

    def has_started(self) -> bool:
        """Whether the trainer has made its database; before that there is nothing to read but the experiment."""
        if not (self.folder / DATABASE).is_file():
            return False
        try:
            return bool(
                self._rows("SELECT 1 FROM sqlite_master WHERE name = 'status'") and self._rows("SELECT 1 FROM status")
            )
        except RunFormatError:
            raise
        except RunError:  # its first transaction is still under way, or the file is no database
            return False

    def status(self) -> Status:
        """The newest status. Raises RunError before the trainer has begun."""
        if not self.has_started():
            raise RunError(f"The run {self.name} has not started. Wait a second, or start it again.")
        (row,) = self._records("SELECT * FROM status")
        row["goes_on"] = bool(row["goes_on"])
        status = Status(**{field.name: row[field.name] for field in fields(Status)})
        if status.active and not self._trainer_lives():
            gone = "The trainer ended without a message. Its last snapshot is kept."
            status = replace(status, state="crashed", stage="", message=gone, goes_on=False)
        return status

    def _trainer_lives(self) -> bool:
        pid, started = self.meta.get("pid"), self.meta.get("process_started")
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
        """What was changed while it trained; nothing before the trainer has begun."""
        return self.events(*STEERED) if self.has_started() else []

    def moving(self) -> tuple[str, ...]:
        """The totals whose learners move: all of them, until one is held still by hand."""
        events = self.events("moving") if self.has_started() else []
        return tuple(events[-1].detail["value"] if events else self.experiment.variant_info.learners)

    def snapshots(self) -> list[Snapshot]:
        rows = self._records("SELECT step, epoch, file FROM snapshots ORDER BY step")
        return [Snapshot(row["step"], row["epoch"], self.folder / SNAPSHOTS / row["file"]) for row in rows]

    def summary(self) -> dict[str, Any]:
        """Shapes, sizes and results. Raises RunError before the trainer has loaded its data."""
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
        """At most about `points` points of the whole history: means over blocks of steps, single steps at the end."""
        columns, checked = self._columns_of("history"), self._columns_of("validation")
        if not columns or not checked:  # the trainer has not made them yet
            return Curves({}, {})
        return Curves(
            _columns(columns, self._history_rows(columns, points)),
            _columns(checked, self._validation_rows(checked, points)),
        )

    def newest(self, steps: int) -> dict[str, np.ndarray]:
        """The last so many single steps by column, (steps,) each, the newest last. Empty before there is a history."""
        columns = self._columns_of("history")
        if not columns:
            return {}
        query = f"SELECT {_quoted(columns)} FROM history WHERE level = 0 ORDER BY step DESC LIMIT ?"  # noqa: S608 (catalogue names)
        return _columns(columns, self._rows(query, (steps,))[::-1])

    def _columns_of(self, table: str) -> list[str]:
        """All but `level`. Runs of earlier versions lack some."""
        return [name for (name,) in self._rows("SELECT name FROM pragma_table_info(?)", (table,)) if name != "level"]

    def _validation_rows(self, columns: list[str], points: int) -> list[tuple]:
        """The first, the last and every so many between: by powers of two, so that few points move as more come.

        A run validates once an epoch, so the epoch counts the rows: numbering them anew costs milliseconds a look.
        """
        last, every = self._rows("SELECT step, epoch FROM validation ORDER BY step DESC LIMIT 1"), 1
        while last and last[0][1] > every * points:
            every *= 2
        names = _quoted(columns)
        return self._rows(
            f"SELECT {names} FROM validation WHERE (CAST(epoch AS INTEGER) - 1) % ? = 0 OR step = ? ORDER BY step",  # noqa: S608
            (every, last[0][0] if last else 0),
        )

    def _history_rows(self, columns: list[str], points: int) -> list[tuple]:
        last = self._rows("SELECT max(step) FROM history WHERE level = 0")[0][0] or 0
        level = 0
        while last // FACTOR**level > points:
            level += 1
        # The newest steps fill no whole block yet: they are read from the finer levels, a few rows each.
        names = _quoted(columns)
        rows: list[tuple] = []
        for finer in range(level, -1, -1):
            seen = rows[-1][0] if rows else 0
            rows += self._rows(
                f"SELECT {names} FROM history WHERE level = ? AND step > ? ORDER BY step",  # noqa: S608 (catalogue names)
                (finer, seen),
            )
        return rows


def _quoted(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _columns(names: list[str], rows: list[tuple]) -> dict[str, np.ndarray]:
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(names))
    return {name: table[:, index] for index, name in enumerate(names)}


def list_runs(folder: Path) -> list[Run]:
    """All runs in a folder, the newest first. Folders that are no runs are passed over."""
    if not folder.is_dir():
        return []
    found = [Run(path) for path in folder.iterdir() if is_file(path / EXPERIMENT)]
    return sorted(found, key=lambda run: modified(run.folder / EXPERIMENT), reverse=True)
