"""Trainers killed at random moments: nothing that somebody had read is lost, and no file is broken."""

import json
import os
import random
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from benchmarks.apps import home
from benchmarks.figures import Figure
from explorer.files import load_arrays
from explorer.runs.launcher import Launcher, new_run_folder
from explorer.runs.layout import CRASHED, DATABASE
from explorer.runs.priority import VARIABLE as NICENESS
from explorer.runs.reader import Run
from models.spec.experiment import Experiment

KILLS = 200
AT_ONCE = 2  # trainers
LONGEST = 3.0  # seconds of training before a kill
BEFORE = 0.2  # of the kills, before the first step
_STARTING = 4.0  # seconds, about
_LOOK_EVERY = 0.02
_LONGEST_START = 120.0
_LONGEST_END = 30.0


@dataclass
class _Read:
    """Single steps of a run that a reader has read, and the snapshots that it was offered."""

    steps: dict[int, dict[str, float]] = field(default_factory=dict)
    snapshots: set[int] = field(default_factory=set)

    def look(self, run: Run) -> None:
        newest = run.newest(10)
        for row in range(len(newest.get("step", ()))):
            self.steps[int(newest["step"][row])] = {name: float(column[row]) for name, column in newest.items()}
        self.snapshots = {snapshot.step for snapshot in run.snapshots()}


@dataclass
class _Outcome:
    lost: int
    read: int
    broken: list[str]
    seconds: float  # from the end of the process until a reader said it
    left: int  # temporary files, which a later start deletes


def kill(kills: int = KILLS, longest: float = LONGEST, seed: int = 0) -> list[Figure]:
    """Trainers are killed while they start, train, save and validate; one reader follows each."""
    chance = random.Random(seed)  # noqa: S311 (moments, no secrets)
    moments = [
        ("start", chance.uniform(0, _STARTING)) if number < kills * BEFORE else ("step", chance.uniform(0, longest))
        for number in range(kills)
    ]
    # Trainers at a low priority would hardly begin beside other work.
    with mock.patch.dict(os.environ, {NICENESS: "0"}), home() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda moment: _kill_one(folder / "runs", *moment), moments))
    for outcome in outcomes:
        for sentence in outcome.broken:
            print(sentence)
    return [
        Figure(f"{kills} kills: rows that had been read and are lost", sum(each.lost for each in outcomes), "", "<= 0"),
        Figure(f"{kills} kills: broken files", sum(len(each.broken) for each in outcomes), "", "<= 0"),
        Figure(f"{kills} kills: temporary files left", sum(each.left for each in outcomes), ""),
        Figure("until a reader says it, longest", max(each.seconds for each in outcomes), "s", "<= 1"),
        Figure("rows that had been read", sum(each.read for each in outcomes), ""),
    ]


def _kill_one(parent: Path, since: str, seconds: float) -> _Outcome:
    """Kill a trainer so many seconds after its start, or after its first step."""
    experiment = Experiment.parse(
        {"dataset": "digits", "variant": "vae", "latent_dim": 2, "batch_size": 64, "epochs": 10_000}
    )
    launcher, read = Launcher(), _Read()
    run = launcher.start(experiment, new_run_folder(experiment, parent))
    process = launcher.processes[run.folder]
    try:
        if since == "step":
            _follow(run, read, _LONGEST_START, lambda: bool(read.steps))
        _follow(run, read, seconds)
        if process.poll() is not None:
            raise RuntimeError(f"The trainer ended by itself. See {run.folder}.")
    finally:
        process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # its end is left for the launcher to find
    ended = time.monotonic()
    while not _is_said(launcher, run):
        if time.monotonic() - ended > _LONGEST_END:
            raise RuntimeError(f"The run {run.name} is not said to have ended.")
        time.sleep(_LOOK_EVERY)
    said = time.monotonic() - ended
    launcher.reap()
    lost, broken = _losses(run, read), _broken(run)
    left = sum(path.is_file() for path in run.folder.rglob(".*"))
    return _Outcome(lost, len(read.steps) + len(read.snapshots), broken, said, left)


def _follow(run: Run, read: _Read, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    """Read like a page, often, for so long or until something is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until():
        with run:
            if run.has_started():
                read.look(run)
        time.sleep(_LOOK_EVERY)


def _is_said(launcher: Launcher, run: Run) -> bool:
    if run.has_started():
        return run.status().state == CRASHED
    return launcher.why_it_did_not_start(run.folder) is not None


def _losses(run: Run, read: _Read) -> int:
    """Count what had been read and is not there any more, or is another."""
    if not run.has_started():
        return len(read.steps) + len(read.snapshots)
    kept = run.newest(10**9)
    places = {int(step): row for row, step in enumerate(kept.get("step", ()))}
    lost = sum(
        step not in places or any(not np.array_equal(kept[name][places[step]], value) for name, value in row.items())
        for step, row in read.steps.items()
    )
    return lost + len(read.snapshots - {snapshot.step for snapshot in run.snapshots()})


def _broken(run: Run) -> list[str]:
    """Open every file, and say which cannot be."""
    found = []
    for path in sorted(run.folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            try:
                _open(path)
            except (OSError, ValueError, sqlite3.Error) as error:
                found.append(f"{path} is broken: {error}")
    if run.has_started():
        files = {snapshot.path for snapshot in run.snapshots()}
        found += [f"{path} is listed and missing" for path in files if not path.is_file()]
    return found


def _open(path: Path) -> None:
    """Open a file as its kind is read. Raises OSError, ValueError or sqlite3.Error."""
    if path.suffix == ".json":
        json.loads(path.read_text(encoding="utf-8"))
    elif path.suffix == ".safetensors":
        load_arrays(path)
    elif path.suffix == ".png":
        with Image.open(path) as image:
            image.load()
    elif path.name == DATABASE:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            ((verdict,),) = database.execute("PRAGMA integrity_check").fetchall()
        if verdict != "ok":
            raise ValueError(verdict)
