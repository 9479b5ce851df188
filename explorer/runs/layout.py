"""The files of a run folder and the states of a run. A bundled model is a run folder without its history.

One writer: the trainer. Before it the launcher writes the experiment and which process trains it, and after its death
how it ended. While it lives, others write into the inbox alone (a command is one file, put there by an atomic rename);
the trainer reads a command and deletes it. So a run can be steered by an app that did not start it. A person's name and
note (label.py) are a file that only apps write.
"""

import os
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from explorer.files import FORMAT, write_json
from explorer.places import DiskFullError, writing
from models.spec.experiment import Experiment

EXPERIMENT = "experiment.json"
DATABASE = "run.db"
SUMMARY = "summary.json"  # data set, shapes, sizes and results: what a reader must know besides the weights
SNAPSHOTS = "snapshots"
PREVIEW = "preview.safetensors"  # the live snapshot: decoder, codes and pictures of one step, renewed all the time
PROBE_IMAGES = "probe.png"
TRAINER = "trainer.json"  # noted by the launcher: the process, for readers that come before its database
HEARTBEAT = "heartbeat"  # changes every two seconds while the trainer lives
ENDING = "ending.json"  # noted by the launcher, where the trainer could not say how it ended
INBOX = "inbox"
LOG = "trainer.log"

State = Literal["preparing", "training", "paused", "finished", "stopped", "failed"]
DISK_FULL = "disk full"  # the stage of a run that is paused by its disk; its message says more
# What a reader says of a run that is recorded as active, but whose trainer is gone, or has not beaten for some time.
CRASHED, SILENT = "crashed", "not heard from"
ACTIVE: frozenset[str] = frozenset({"preparing", "training", "paused", SILENT})

# Kinds of events that change how the training goes on; each says the `value` and what was `before`.
STEERED = ("weight", "learning_rate", "moving")

# Columns of the history that are no series of the objective.
CLOCK = ("epoch", "seconds", "learning_rate")
WEIGHT_PREFIX = "weight_"
WEIGHTED_PREFIX = "weighted_"  # a term times its weight: the mean of products is not the product of means


def history_row(
    clock: Mapping[str, float], series: Mapping[str, float], weights: Mapping[str, float]
) -> dict[str, float]:
    """Return one step of the history: `clock` has the columns of CLOCK, `weights` the weight in force of each term."""
    return {
        **clock,
        **series,
        **{WEIGHT_PREFIX + term: weight for term, weight in weights.items()},
        **weighted_terms(series, weights),
    }


def weighted_terms(series: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """Return each term times its weight, by its column."""
    return {WEIGHTED_PREFIX + term: series[term] * weight for term, weight in weights.items()}


# Level k of the history holds means over FACTOR**k steps, so a curve of any length is read as a thousand points.
FACTOR = 4


_SNAPSHOT = re.compile(r"([0-9]{9})\.safetensors")
KEPT = ".kept"  # behind a step: the mark of a snapshot that stays
_MARK = re.compile(rf"([0-9]{{9}}){re.escape(KEPT)}")


def snapshot_file(step: int) -> str:
    return f"{step:09d}.safetensors"


@dataclass(frozen=True)
class SnapshotNames:
    """The content of a folder of snapshots: `steps` in order, and the names of `strays` that look like weights."""

    steps: tuple[int, ...] = ()
    strays: tuple[str, ...] = ()


def list_snapshots(folder: Path) -> SnapshotNames:
    """Return the snapshots of a run folder by their names alone; none where they cannot be listed.

    Only a file with the exact name that `snapshot_file` gives is a snapshot. Whatever else a person or a program puts
    there must not prevent the others from being opened.
    """
    steps, strays = [], []
    try:
        with os.scandir(folder / SNAPSHOTS) as found:
            for each in found:
                match = _SNAPSHOT.fullmatch(each.name)
                if match and each.is_file():
                    steps.append(int(match[1]))
                elif "safetensors" in each.name and not each.name.startswith("."):  # those are still being written
                    strays.append(each.name)
    except OSError:
        return SnapshotNames()
    return SnapshotNames(tuple(sorted(steps)), tuple(sorted(strays)))


def keep_snapshot(folder: Path, step: int) -> None:
    """Keep a snapshot that a link points to, by a mark: the trainer does not thin it away. Raises UnwritableError."""
    with writing(folder / SNAPSHOTS):
        (folder / SNAPSHOTS / f"{step:09d}{KEPT}").touch()


def kept_snapshots(folder: Path) -> frozenset[int]:
    """Return the steps of the snapshots that are marked; none where they cannot be listed."""
    try:
        names = [each.name for each in (folder / SNAPSHOTS).iterdir()]
    except OSError:
        return frozenset()
    return frozenset(int(match[1]) for name in names if (match := _MARK.fullmatch(name)))


def write_experiment(folder: Path, experiment: Experiment) -> None:
    """Write the experiment of a run, with the number of its format."""
    write_json(folder / EXPERIMENT, {"format": FORMAT, **experiment.model_dump()})


def write_summary(folder: Path, summary: Mapping[str, Any]) -> None:
    """Write the summary of a run, with the number of its format."""
    write_json(folder / SUMMARY, {"format": FORMAT, **summary})


def _next_number(inbox: Path) -> int:
    """Return the time in ns, but above every command that waits: a clock may stand still for 16 ms, or be put back."""
    waiting = (re.match("[0-9]{20}(?=-)", path.name) for path in inbox.glob("[0-9]*.json"))
    return max([time.time_ns(), *(int(number[0]) + 1 for number in waiting if number)])


def put_command(folder: Path, command: str, **values: Any) -> Path:
    """Put a command into a run's inbox. The trainer takes it within about 50 ms, in the order of sending.

    Gives the file, which is gone once the command was taken. Raises UnwritableError.
    """
    inbox = folder / INBOX
    with writing(inbox, "Check that its folder still exists, and that you may write to it."):
        inbox.mkdir(exist_ok=True)
        path = inbox / f"{_next_number(inbox):020d}-{os.getpid()}-{threading.get_ident()}.json"
        try:
            write_json(path, {"command": command, **values})
        except DiskFullError:
            if values:
                raise
            path = path.with_suffix(f".{command}{path.suffix}")  # its name says it all: an empty file takes no room
            path.touch()
    return path


def send_command(folder: Path, command: str, **values: Any) -> None:
    """Put a command into the inbox, for callers that do not follow what became of it."""
    put_command(folder, command, **values)
