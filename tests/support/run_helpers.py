"""What the tests of runs share: written histories, real trainers and trainings inside this process."""

from pathlib import Path

import numpy as np

from explorer.datasets.loading import Images
from explorer.files import load_arrays
from explorer.runs.launcher import Launcher
from explorer.runs.layout import CLOCK, LOG, WEIGHT_PREFIX, WEIGHTED_PREFIX, write_experiment
from explorer.runs.reader import Run
from explorer.runs.records import Settings, Status
from explorer.runs.writer import RunWriter
from explorer.trainer.listening import Listener
from explorer.trainer.training import Trainer
from models.spec.experiment import Experiment
from tests.support.helpers import quick, wait_for

SERIES, TERMS = ("reconstruction", "kl", "loss"), ("reconstruction", "kl")
_WEIGHTED = tuple(WEIGHTED_PREFIX + term for term in TERMS)
HISTORY = (*CLOCK, *SERIES, *(WEIGHT_PREFIX + term for term in TERMS), *_WEIGHTED)  # the columns of a step
CHECKED = (*SERIES, *_WEIGHTED)  # of a validation


def written(folder: Path, steps: int) -> tuple[RunWriter, np.ndarray]:
    """A run of that many steps, flushed and still open, and its rows (steps, columns)."""
    folder.mkdir(exist_ok=True)
    write_experiment(folder, quick())
    writer = RunWriter(folder)
    writer.open_history(SERIES, TERMS)
    rows = np.random.default_rng(0).normal(size=(steps, len(HISTORY)))
    for step, row in enumerate(rows, 1):
        writer.log_step(step, dict(zip(HISTORY, row.tolist(), strict=True)))
    writer.flush(step=steps)
    return writer, rows


def start(home: Path, launcher: Launcher, name: str, **settings) -> Run:
    folder = home / name
    folder.mkdir(parents=True, exist_ok=True)
    write_experiment(folder, quick(**settings))
    return launcher.start(quick(**settings), folder)


def reached(run: Run, *states: str, step: int = 0) -> Status:
    """Wait until the run is in one of the states and at that step."""

    def now() -> Status | None:
        if not run.has_started():
            return None
        status = run.status()
        wrong = not status.active and status.state not in states
        assert not wrong, f"{status}\n{(run.folder / LOG).read_text()}"
        return status if status.state in states and status.step >= step else None

    return wait_for(now, 120)


def settings_of(run: Run) -> Settings:
    """The settings in force."""
    moment = run.moment()
    assert moment is not None
    return moment.settings


def moving_of(run: Run) -> tuple[str, ...]:
    """The totals whose networks are updated."""
    return settings_of(run).moving


def snapshot_is_whole(run: Run) -> bool:
    arrays = load_arrays(run.snapshots()[-1].path)
    return all(np.isfinite(array).all() for array in arrays.values())


def small_trainer(folder: Path, store: RunWriter | None = None, grey: int = 255, **settings) -> Trainer:
    images = np.full((8, 4, 4, 1), grey, np.uint8)
    data = Images(images, np.zeros(8, np.int64), ("0",), images, np.zeros(8, np.int64))
    store = store or unfinished(folder, quick(**settings))
    return Trainer(folder, quick(**settings), data, store, Listener(folder, store))


def unfinished(folder: Path, experiment: Experiment) -> RunWriter:
    folder.mkdir(exist_ok=True)
    write_experiment(folder, experiment)
    return RunWriter(folder)
