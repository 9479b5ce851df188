"""The one writer of a run's history."""

import contextlib
import json
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from explorer.files import remove_file
from explorer.places import DiskFullError
from explorer.runs.layout import (
    ACTIVE,
    CLOCK,
    DATABASE,
    FACTOR,
    SNAPSHOTS,
    WEIGHT_PREFIX,
    WEIGHTED_PREFIX,
    State,
    snapshot_file,
)
from explorer.runs.new_database import make_database
from explorer.runs.reserve import LAST, MAYBE_FULL, SIZE, Reserve, full_disk_behind, kind_of

MOST_WAITING = 8_000  # rows of the history that wait for a full disk, about 14 MB: each try writes them all
LAST_PATIENCE = 10.0  # seconds that the end of a run waits for a full disk
_OF_THE_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} | MAYBE_FULL
_REPLACED = {"meta", "status", "snapshots", "validation"}  # tables where a row takes the place of one with its key


class RunWriter:
    """Buffers rows and commits them with `flush`, so that a step costs no disk access."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        self.full: DiskFullError | None = None  # from the first write that was refused until there is room again
        self._reserve, self._last = Reserve(folder, "reserve", SIZE), Reserve(folder, "last-words", LAST)
        self.database = make_database(folder / DATABASE)
        self.status: dict[str, Any] = {
            "state": "preparing", "stage": "starting", "message": "", "step": 0, "epoch": 0.0, "seconds": 0.0,
            "images_per_second": 0.0, "goes_on": 0, "settings": None,
        }  # fmt: skip
        self._refused = 0  # how often in a row the disk took nothing
        self._dropped = 0  # single steps of that time
        self._pending: list[tuple[str, Mapping[str, Any]]] = []
        self._blocks: list[tuple[int, np.ndarray]] = []  # per level: how many rows, and their sum
        self._columns: tuple[str, ...] = ()  # of a step, besides level and step
        self._checked: tuple[str, ...] = ()  # of a validation, besides step and epoch
        self.flush()
        self.look_for_room()

    def open_history(self, series: Sequence[str], terms: Sequence[str]) -> None:
        """Make the tables whose columns are this objective's series and its terms' weights and weighted values."""
        weighted = [WEIGHTED_PREFIX + term for term in terms]
        self._columns = (*CLOCK, *series, *(WEIGHT_PREFIX + term for term in terms), *weighted)
        self._checked = (*series, *weighted)
        # A term's name may be a person's: the schema allows small letters, digits and _, and no other column's name.
        typed, checked = (", ".join(f'"{name}" REAL' for name in names) for names in (self._columns, self._checked))
        key = "PRIMARY KEY (level, step)"
        self._pending += [
            (f"CREATE TABLE history (level INTEGER, step INTEGER, {typed}, {key}) WITHOUT ROWID", {}),
            (f"CREATE TABLE validation (step INTEGER PRIMARY KEY, epoch REAL, {checked})", {}),
        ]
        self.note(series=list(series), terms=list(terms))
        self.flush()

    def note(self, **facts: Any) -> None:
        """Keep facts about the run (JSON values) in the table `meta`."""
        for key, value in facts.items():
            self._insert("meta", {"key": key, "value": json.dumps(value)})

    def _insert(self, table: str, row: Mapping[str, Any]) -> None:
        self._pending.append((_insertion(table, tuple(row)), row))

    def log_step(self, step: int, row: Mapping[str, float]) -> None:
        """Write one step: every column of the history by its name. Raises KeyError where one is missing."""
        _check_names(row, self._columns, "a step")
        self._add_row(0, step, np.array([row[name] for name in self._columns], np.float64))

    def _add_row(self, level: int, step: int, row: np.ndarray) -> None:
        """Add `row`, in the order of the columns, to the means."""
        named = dict(zip(self._columns, row.tolist(), strict=True))
        self._insert("history", {"level": level, "step": step, **named})
        if level == len(self._blocks):
            self._blocks.append((0, np.zeros_like(row)))
        count, total = self._blocks[level]
        count, total = count + 1, total + row
        if count < FACTOR:
            self._blocks[level] = (count, total)
        else:
            self._blocks[level] = (0, np.zeros_like(row))
            self._add_row(level + 1, step, total / FACTOR)

    def log_validation(self, step: int, epoch: float, values: Mapping[str, float]) -> None:
        """Write the means over held-out images: every series and every weighted term by its name."""
        _check_names(values, self._checked, "a validation")
        self._insert(
            "validation", {"step": step, "epoch": epoch, **{name: float(value) for name, value in values.items()}}
        )

    def log_event(self, kind: str, **detail: Any) -> None:
        self._insert("events", {**self._place(), "kind": kind, "detail": json.dumps(detail)})

    def add_snapshot(self, step: int) -> None:
        self._insert("snapshots", {**self._place(), "step": step, "file": snapshot_file(step)})

    def _place(self) -> dict[str, Any]:
        return {name: self.status[name] for name in ("step", "epoch", "seconds")}

    def remove_snapshot(self, step: int) -> None:
        """Forget a snapshot first and delete its file after, so that no reader is offered a file that is gone."""
        self._pending.append(("DELETE FROM snapshots WHERE step = :step", {"step": step}))
        self.flush()
        if self._refused:
            return  # readers are still offered it: the file stays
        with contextlib.suppress(PermissionError):  # a reader would not let go of it: it stays, unlisted
            remove_file(self.folder / SNAPSHOTS / snapshot_file(step))

    def set_state(self, state: State, stage: str = "", message: str = "") -> None:
        self.status |= {"state": state, "stage": stage, "message": message}
        self.flush()

    def flush(self, **status: Any) -> None:
        """Commit everything since the last call, with the status, in one transaction.

        Where the disk takes nothing, it is kept and written by a later call, which then says so as an event.
        """
        self.status |= status
        try:
            self._commit()
        except sqlite3.OperationalError as error:
            if kind_of(error) not in _OF_THE_DISK:
                raise
            if not self._commit_into_reserve(error):
                if not self._refused:
                    self._say(f"The history cannot be written ({error}); it is kept until it can be.")
                self._refused += 1
                self._drop_oldest_steps()
                return
        if self._refused:
            few = f"The first {self._dropped:,} steps of that time are kept as means only."
            lost = few if self._dropped else "Nothing is lost."
            self._refused = self._dropped = 0
            self._say("The history is written again.")
            self.log_event("warning", message=f"The history could not be written for a while. {lost}")

    def _commit_into_reserve(self, error: sqlite3.OperationalError) -> bool:
        """Write into the room that was kept, where the disk is full. Return whether all was written.

        Else at least the status is: what it says is the one thing that a person must know now.
        """
        full = full_disk_behind(error, self.folder)
        if full is None:
            return False
        self.full = self.full or full
        self._reserve.release()
        if self.status["state"] not in ACTIVE:
            self._last.release()
        for everything in (True, False):
            with contextlib.suppress(sqlite3.OperationalError):
                self._commit(everything)
                return everything
        return False

    def look_for_room(self) -> None:
        """Take the reserve again, then write what waits; `full` says whether there was room for it."""
        try:
            self._last.take()
            self._reserve.take()
            self.full = None
        except DiskFullError as error:
            self.full = error
            if not self._refused:
                return
        except OSError as error:  # what is wrong with the folder, the next write says
            self._say(f"No room could be kept on the disk ({error}).")
            self.full = None
        if self._pending or self._refused:
            self.flush()

    @property
    def waiting_steps(self) -> int:
        """The number of steps that no reader sees yet."""
        return sum(row.get("level") == 0 for _, row in self._pending)

    def _drop_oldest_steps(self) -> None:
        """Drop the older half of the level that has most rows, where too many wait.

        The means above it stay, and a curve of that length is drawn from those.
        """
        levels = Counter(row["level"] for _, row in self._pending if "level" in row)
        while levels.total() > MOST_WAITING:
            level, count = levels.most_common(1)[0]
            oldest = [place for place, (_, row) in enumerate(self._pending) if row.get("level") == level][: count // 2]
            gone = set(oldest)
            self._pending = [waiting for place, waiting in enumerate(self._pending) if place not in gone]
            levels[level] -= len(gone)
            self._dropped += len(gone) if level == 0 else 0

    def _commit(self, everything: bool = True) -> None:
        """Commit what waits with the status, or the status alone."""
        with self.database:  # commits, or rolls back what failed
            self.database.execute("BEGIN")
            for statement, values in self._pending if everything else ():
                self.database.execute(statement, values)
            row = {"id": 1, **self.status, "updated": time.time()}
            self.database.execute(_insertion("status", tuple(row)), row)
        if everything:
            self._pending.clear()

    def _say(self, sentence: str) -> None:
        with contextlib.suppress(OSError):  # the log is on the same disk
            print(sentence, file=sys.stderr, flush=True)  # noqa: T201 (the trainer's log)

    def close(self, patience: float = LAST_PATIENCE) -> None:
        """Write what is left and close the file. Waits so many seconds for a disk that takes nothing."""
        self.flush()
        deadline = time.monotonic() + patience
        while self._refused and time.monotonic() < deadline:
            time.sleep(0.1)
            self.flush()
        self.flush()  # also what is said of a disk that took nothing
        self._reserve.release()
        self._last.release()
        with contextlib.suppress(sqlite3.OperationalError):  # no room: then the history stays in two files
            self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # a copy of the file alone is then whole
        self.database.close()


@lru_cache(maxsize=64)
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    """Return the statement that puts a row of these columns into a table."""
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f":{name}" for name in columns)
    how = "INSERT OR REPLACE" if table in _REPLACED else "INSERT"
    return f"{how} INTO {table} ({names}) VALUES ({values})"


def _check_names(row: Mapping[str, float], columns: tuple[str, ...], what: str) -> None:
    if row.keys() != set(columns):
        raise KeyError(f"The columns of {what} were {', '.join(row)}; they must be {', '.join(columns)}.")
