"""The list of runs in a terminal."""
# ruff: noqa: T201 (printing is this module's job)

import time
from collections.abc import Sequence
from pathlib import Path

from explorer.diagnosis.judging import judged_run
from explorer.places import free_bytes, size_in_words
from explorer.runs.database import RunFormatError
from explorer.runs.heartbeat import BEAT_EVERY
from explorer.runs.label import read_label
from explorer.runs.layout import CRASHED, SILENT
from explorer.runs.reader import Run, RunError, list_runs
from explorer.runs.sizes import folder_size, runs_in_words
from models.spec.catalogue import LOSS
from models.spec.experiment import ExperimentError

LISTEN = 2.5 * BEAT_EVERY  # seconds for a trainer on another machine to beat
_POLL = 0.2


def list_all(folder: Path) -> int:
    """Print a line for each run and return 0. Its validation loss is the first learner's."""
    runs = list_runs(folder)
    if not runs:
        print(f"No runs in {folder} yet. Train one: hourglass train --preset first-vae")
        return 0
    unheard = _unheard(runs)
    print(f"{_row('run', 'state', 'epoch', 'validation')} {'size':>8}  verdict · name")
    total = 0
    for run in runs:
        size = folder_size(run.folder)
        total += size
        with run:
            said = " · ".join(filter(None, [_verdict(run), read_label(run.folder).name]))
            print(f"{_line(run, run in unheard)} {size_in_words(size):>8}  {said}".rstrip())
    free = free_bytes(folder)
    room = "" if free is None else f", {size_in_words(free)} free"
    print(f"{runs_in_words(len(runs))}, {size_in_words(total)}{room}")
    return 0


def _unheard(runs: Sequence[Run]) -> list[Run]:
    """Return the runs whose trainers should run elsewhere, but do not beat while this listens."""
    deadline = time.monotonic() + LISTEN
    while (runs := [run for run in runs if not _is_known(run)]) and time.monotonic() < deadline:
        time.sleep(_POLL)
    return list(runs)


def _is_known(run: Run) -> bool:
    """Return whether it is known what became of a run; a damaged one is not waited for."""
    try:
        with run:
            return (run.has_started() and not run.status().active) or run.life()[0].sure
    except RunError:
        return True


def _line(run: Run, unheard: bool) -> str:
    try:
        epochs = run.experiment.epochs
        status = run.status() if run.has_started() else None
        state = SILENT if unheard else status.state if status else _before_it_began(run)
        losses = run.curves(1).validation.get(LOSS, []) if status else []
    except RunError as error:  # one folder that cannot be read must not hide the others
        return _row(run.name, "newer" if isinstance(error, RunFormatError) else "damaged")
    epoch = f"{status.epoch:.1f}/{epochs}" if status else "-"
    return _row(run.name, state, epoch, f"{losses[-1]:.2f}" if len(losses) else "-")


def _verdict(run: Run) -> str:
    """Return the verdict on a run in its few words, "" where there is none."""
    try:
        findings = judged_run(run).findings
    except (RunError, ExperimentError):  # its line says so already
        return ""
    return findings[0].verdict if findings else ""


def _before_it_began(run: Run) -> str:
    life, facts = run.life()
    if facts.pid is None:
        return "not started"
    return CRASHED if life.gone else SILENT if life.silent else "preparing"


def _row(name: str, state: str, epoch: str = "-", validation: str = "-") -> str:
    return f"{name:<44} {state:<14} {epoch:>11} {validation:>11}"
