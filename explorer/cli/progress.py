"""The line by which a terminal follows a training."""
# ruff: noqa: T201 (printing is this module's job)

import shutil
import sys
import time

from explorer.runs.layout import DISK_FULL, SILENT
from explorer.runs.records import Status
from models.spec.catalogue import LOSS, unit_of_total
from models.spec.experiment import Experiment

STARTING = "starting the trainer"


class ProgressLine:
    """Follows one training: in a terminal by a line that is written anew, elsewhere by a line for each stage."""

    def __init__(self, experiment: Experiment):
        self.experiment = experiment
        self._rewrites = sys.stdout.isatty()
        self._shown = ""
        self._stage = ("", "")
        self._since = time.monotonic()  # when this stage was first seen

    def show(self, status: Status | None, validation_losses=None) -> None:
        """Show a status; None before the trainer has begun. What takes long says for how long, so that it moves."""
        stage = (status.state, status.stage) if status else ("preparing", STARTING)
        is_new, goes_on = stage != self._stage, self._stage[1] == DISK_FULL
        if is_new:
            self._stage, self._since = stage, time.monotonic()
        waited = time.monotonic() - self._since
        line = (
            progress_line(status, validation_losses, self.experiment, waited) if status else _waiting(STARTING, waited)
        )
        if self._rewrites and line != self._shown:
            print(f"\r\033[K{line}", end="", flush=True)
        elif not self._rewrites and is_new and (_is_told(status) or goes_on):
            print(line, flush=True)
        self._shown = line

    def end(self) -> None:
        """Keep the last line as it is."""
        if self._rewrites:
            print()


def _is_told(status: Status | None) -> bool:
    """Return whether a status is worth a line of its own, where none is written anew."""
    return status is not None and (bool(status.stage) or not status.active or status.state == SILENT)


def _waiting(stage: str, waited: float) -> str:
    return f"{stage} ..." + (f" {waited:.0f} s" if waited >= 1 else "")


def progress_line(status: Status, validation_losses, experiment: Experiment, waited: float = 0.0) -> str:
    """Return a status as one line: progress bar, epoch, images/s, seconds left, validation loss.

    Before the first step it is what is done, and for how many seconds.
    """
    if status.state == "preparing":
        return _waiting(status.stage, waited)
    if status.state == SILENT:
        return status.message
    if status.stage == DISK_FULL:
        return f"paused: {status.message}"
    epochs = experiment.epochs
    done = min(1.0, status.epoch / epochs)
    width = max(10, min(40, shutil.get_terminal_size().columns - 70))
    bar = "█" * round(done * width) + "░" * (width - round(done * width))
    line = f"{bar} epoch {status.epoch:.1f}/{epochs}"
    if status.stage:
        return f"{line}  {_waiting(status.stage, waited)}"
    if status.has_pace:
        line += f"  {status.images_per_second:,.0f} images/s  {status.seconds_left(epochs):.0f} s left"
    if validation_losses is not None and len(validation_losses):
        line += f"  {_validated(experiment)} {validation_losses[-1]:.1f} {common_unit(experiment, LOSS)}".rstrip()
    return line


def _validated(experiment: Experiment) -> str:
    """Return the label of the loss in the progress line; it names the first learner if there are several."""
    learners = experiment.variant_info.learners
    return f"validation {learners[LOSS].title}" if len(learners) > 1 else "validation"


def common_unit(experiment: Experiment, total: str) -> str:
    """Return the unit of the loss that a learner minimises; empty if its terms have several units."""
    terms = [experiment.term(name) for name in experiment.terms_of(total)]
    return unit_of_total(terms) if len({term.plain_unit for term in terms}) == 1 else ""
