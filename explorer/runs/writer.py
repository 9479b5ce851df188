"""The one writer of a run's history."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from explorer.files import remove_file
from explorer.runs.layout import (
    CLOCK,
    DATABASE,
    FACTOR,
    SNAPSHOTS,
    WEIGHT_PREFIX,
    WEIGHTED_PREFIX,
    State,
    snapshot_file,
)

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE status (
    id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT, stage TEXT, message TEXT, step INTEGER, epoch REAL,
    seconds REAL, images_per_second REAL, goes_on INTEGER, updated REAL);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, step INTEGER, epoch REAL, seconds REAL, kind TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE snapshots (step INTEGER PRIMARY KEY, epoch REAL, seconds REAL, file TEXT NOT NULL);
"""


class RunWriter:
    """Buffers rows and commits them with `flush`, so that a step costs no disk access."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        self.database = sqlite3.connect(folder / DATABASE, isolation_level=None)
        self.database.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; BEGIN; {_SCHEMA} COMMIT;")
        self.status: dict[str, Any] = {
            "state": "preparing", "stage": "starting", "message": "", "step": 0, "epoch": 0.0, "seconds": 0.0,
            "images_per_second": 0.0, "goes_on": 0,
        }  # fmt: skip
        self._pending: list[tuple[str, Sequence[Any]]] = []
        self._blocks: list[tuple[int, np.ndarray]] = []  # per level: how many rows, and their sum
        self._insert_history = self._insert_validation = ""
        self.flush()

    def open_history(self, series: Sequence[str], terms: Sequence[str]) -> None:
        """Make the tables whose columns are this objective's series and its terms' weights and weighted values."""
        weighted = [WEIGHTED_PREFIX + term for term in terms]
        columns = [*CLOCK, *series, *(WEIGHT_PREFIX + term for term in terms), *weighted]
        typed = ", ".join(f'"{name}" REAL' for name in columns)
        checked = [*series, *weighted]
        values = ", ".join(f'"{name}" REAL' for name in checked)
        self.database.execute(
            f"CREATE TABLE history (level INTEGER, step INTEGER, {typed}, PRIMARY KEY (level, step)) WITHOUT ROWID"
        )
        self.database.execute(f"CREATE TABLE validation (step INTEGER PRIMARY KEY, epoch REAL, {values})")
        # A term's name may be a person's: the schema allows small letters, digits and _, and no other column's name.
        self._insert_history = f"INSERT INTO history VALUES ({', '.join('?' * (len(columns) + 2))})"  # noqa: S608
        self._insert_validation = f"INSERT OR REPLACE INTO validation VALUES ({', '.join('?' * (len(checked) + 2))})"  # noqa: S608
        self.note(series=list(series), terms=list(terms))

    def note(self, **facts: Any) -> None:
        """Keep facts about the run (JSON values) in the table `meta`."""
        for key, value in facts.items():
            self._pending.append(("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value))))

    def log_step(self, step: int, row: np.ndarray) -> None:
        """One step: `row` is (epoch, seconds, learning rate, every series, every weight, every weighted term)."""
        self._add_row(0, step, row)

    def _add_row(self, level: int, step: int, row: np.ndarray) -> None:
        self._pending.append((self._insert_history, (level, step, *row.tolist())))
        if level == len(self._blocks):
            self._blocks.append((0, np.zeros_like(row)))
        count, total = self._blocks[level]
        count, total = count + 1, total + row
        if count < FACTOR:
            self._blocks[level] = (count, total)
        else:
            self._blocks[level] = (0, np.zeros_like(row))
            self._add_row(level + 1, step, total / FACTOR)

    def log_validation(self, step: int, epoch: float, values: np.ndarray) -> None:
        """`values` is (every series, every weighted term)."""
        self._pending.append((self._insert_validation, (step, epoch, *values.tolist())))

    def log_event(self, kind: str, **detail: Any) -> None:
        place = (self.status["step"], self.status["epoch"], self.status["seconds"])
        self._pending.append(
            (
                "INSERT INTO events (step, epoch, seconds, kind, detail) VALUES (?, ?, ?, ?, ?)",
                (*place, kind, json.dumps(detail)),
            )
        )

    def add_snapshot(self, step: int) -> None:
        place = (step, self.status["epoch"], self.status["seconds"], snapshot_file(step))
        self._pending.append(("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", place))

    def remove_snapshot(self, step: int) -> None:
        """Forget a snapshot first and delete its file after, so that no reader is offered a file that is gone."""
        self._pending.append(("DELETE FROM snapshots WHERE step = ?", (step,)))
        self.flush()
        with contextlib.suppress(PermissionError):  # a reader would not let go of it: it stays, unlisted
            remove_file(self.folder / SNAPSHOTS / snapshot_file(step))

    def set_state(self, state: State, stage: str = "", message: str = "") -> None:
        self.status |= {"state": state, "stage": stage, "message": message}
        self.flush()

    def flush(self, **status: Any) -> None:
        """Commit everything since the last call, with the status, in one transaction."""
        self.status |= status
        pending, self._pending = self._pending, []
        with self.database:  # commits, or rolls back what failed
            self.database.execute("BEGIN")
            for statement, values in pending:
                self.database.execute(statement, values)
            self.database.execute(
                "INSERT OR REPLACE INTO status VALUES (1, :state, :stage, :message, :step, :epoch, :seconds, "
                ":images_per_second, :goes_on, :updated)",
                {**self.status, "updated": time.time()},
            )

    def close(self) -> None:
        self.flush()
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # a copy of the file alone is then whole
        self.database.close()
