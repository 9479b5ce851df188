"""Training, scripts and the list of runs in a terminal. Trainer and run folders are those of the app."""
# ruff: noqa: T201 (printing is this module's job)

import shlex
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from explorer.export.script import script_of
from explorer.export.source import ExportError
from explorer.runs.launcher import Launcher, new_run_folder
from explorer.runs.layout import LOG, SUMMARY, send_command, write_experiment
from explorer.runs.reader import Run, RunError, list_runs
from explorer.runs.records import Status
from models.spec.catalogue import LOSS, unit_of_total
from models.spec.experiment import Experiment, ExperimentError

POLL_SECONDS = 0.2
INTERRUPTED = 130  # exit code of a command that Ctrl-C ended


def train(experiment: Experiment, out: Path | None) -> int:
    """Train to the end and return the exit code: 0 if the run finished or was stopped.

    Ctrl-C stops the run and saves its last snapshot.
    """
    folder = _make_folder(out, experiment) if out else new_run_folder(experiment)
    launcher = Launcher()
    with _CtrlC() as ctrl_c:
        try:
            run = launcher.start(experiment, folder)
            print(f"Training {experiment.variant} on {experiment.dataset} into {folder}")
            status = _watch(run, launcher, experiment, ctrl_c)
        finally:
            launcher.close()
    if status is None and ctrl_c.count:
        print("Stopped before the training started.")
        return INTERRUPTED
    if status is None:
        print(f"The trainer could not start. See its log: {folder / LOG}", file=sys.stderr)
        return 1
    _report(run, status)
    if status.state == "crashed" and ctrl_c.count:
        return INTERRUPTED
    return 0 if status.state in {"finished", "stopped"} else 1


def script(experiment: Experiment, out: Path | None) -> int:
    """Print the experiment as a Keras script, or write it into a new file."""
    try:
        text = script_of(experiment)
    except ExportError as error:
        raise ExperimentError([str(error)]) from error
    if out is None:
        print(text, end="")
        return 0
    try:
        with out.open("x", encoding="utf-8") as file:  # an existing script may have been edited
            file.write(text)
    except FileExistsError as error:
        raise ExperimentError([f"--out was {out}, which already exists. Give a new file."]) from error
    except OSError as error:
        reason = error.strerror
        raise ExperimentError([f"--out was {out}, which cannot be written ({reason}). Give another file."]) from error
    print(f"Wrote {out}. To train: {shlex.join(['python', str(out)])}")
    return 0


class _CtrlC:
    """Counts presses of Ctrl-C while it is entered, so that none interrupts at a wrong moment."""

    def __init__(self):
        self.count = 0

    def __enter__(self) -> "_CtrlC":
        self.before = signal.signal(signal.SIGINT, self._add)
        return self

    def _add(self, *_: object) -> None:
        self.count += 1

    def __exit__(self, *_: object) -> None:
        if not self.count:  # else the command is ending, and another press must not interrupt that
            signal.signal(signal.SIGINT, self.before)


def _make_folder(out: Path, experiment: Experiment) -> Path:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ExperimentError([f"--out was {out}, which already exists and is not empty. Give a new folder."])
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_experiment(out, experiment)
    except OSError as error:
        raise ExperimentError(
            [f"--out was {out}, which cannot be created ({error.strerror}). Give another folder."]
        ) from error
    return out


def _watch(run: Run, launcher: Launcher, experiment: Experiment, ctrl_c: _CtrlC) -> Status | None:
    """Show progress until the run has ended. Return its status, or None if it never started.

    Ctrl-C stops the run, a second one kills it.
    """
    shown, handled = "", 0
    while True:
        if ctrl_c.count > handled:
            _interrupt(run, launcher, first=not handled)
            handled = ctrl_c.count
        ended = launcher.processes[run.folder].poll() is not None
        if run.has_started():
            status = run.status()
            line = progress_line(status, run.curves(1).validation.get(LOSS), experiment)
            if line != shown and (sys.stdout.isatty() or not status.active or status.stage):
                print(
                    f"\r\033[K{line}" if sys.stdout.isatty() else line,
                    end="" if sys.stdout.isatty() else "\n",
                    flush=True,
                )
                shown = line
            if not status.active or ended:
                if sys.stdout.isatty():
                    print()
                return run.status()
        elif ended:
            return None
        time.sleep(POLL_SECONDS)


def _interrupt(run: Run, launcher: Launcher, *, first: bool) -> None:
    if first:
        print("\nStopping and saving the last snapshot. Press Ctrl-C again to kill the run.", flush=True)
        send_command(run.folder, "stop")
    else:
        print("\nKilling the run.", flush=True)
        launcher.processes[run.folder].kill()


def progress_line(status: Status, validation_losses, experiment: Experiment) -> str:
    """Return a status as one line: progress bar, epoch, images/s, seconds left, validation loss."""
    if status.state == "preparing":
        return f"{status.stage} ..."
    epochs = experiment.epochs
    done = min(1.0, status.epoch / epochs)
    width = max(10, min(40, shutil.get_terminal_size().columns - 70))
    bar = "█" * round(done * width) + "░" * (width - round(done * width))
    left = status.seconds / done * (1 - done) if done > 0 else 0.0
    line = f"{bar} epoch {status.epoch:.1f}/{epochs}  {status.images_per_second:,.0f} images/s  {left:.0f} s left"
    if validation_losses is not None and len(validation_losses):
        line += f"  {_validated(experiment)} {validation_losses[-1]:.1f} {_common_unit(experiment, LOSS)}".rstrip()
    return line


def _validated(experiment: Experiment) -> str:
    """Return the label of the loss in the progress line; it names the first learner if there are several."""
    learners = experiment.variant_info.learners
    return f"validation {learners[LOSS].title}" if len(learners) > 1 else "validation"


def _common_unit(experiment: Experiment, total: str) -> str:
    """Return the unit of the loss that a learner minimises; empty if its terms have several units."""
    terms = [experiment.term(name) for name in experiment.terms_of(total)]
    return unit_of_total(terms) if len({term.plain_unit for term in terms}) == 1 else ""


def _report(run: Run, status: Status) -> None:
    message = f": {status.message}" if status.message else ""
    print(f"{status.state} after {status.seconds:.1f} s of training{message}")
    test = run.summary().get("test", {}) if (run.folder / SUMMARY).is_file() else {}  # missing if no data was loaded
    validation = {name: column[-1] for name, column in run.curves(1).validation.items() if len(column)}
    for title, values in (("validation", validation), ("test", test)):
        lines = report_lines(
            {name: values[name] for name in run.meta.get("series", ()) if name in values}, run.experiment
        )
        for label, line in zip([title, *[""] * len(lines)], lines, strict=False):
            print(f"{label:<10}  {line}")


def report_lines(values: Mapping[str, float], experiment: Experiment) -> list[str]:
    """Return a line for each learner: its terms and total, with one unit if all share it."""
    learners = experiment.variant_info.learners
    lines = []
    for total, learner in learners.items():
        terms = [name for name in experiment.terms_of(total) if name in values]
        unit = _common_unit(experiment, total)
        said = {name: "" if unit else f" ({experiment.term(name).unit})" for name in terms}
        shown = [f"{name} {values[name]:.2f}{said.get(name, '')}" for name in (*terms, total) if name in values]
        who = f"{learner.title}: " if len(learners) > 1 else ""
        if shown:
            lines.append(who + "  ".join(shown) + (f"  ({unit})" if unit else ""))
    return lines


def list_all(folder: Path) -> int:
    """Print a line for each run and return 0. Its validation loss is the first learner's."""
    runs = list_runs(folder)
    if not runs:
        print(f"No runs in {folder} yet. Train one: python -m explorer train --preset first-vae")
        return 0
    print(f"{'run':<44} {'state':<10} {'epoch':>11} {'validation':>11}")
    for run in runs:
        with run:
            print(_line(run))
    return 0


def _line(run: Run) -> str:
    try:
        epochs = run.experiment.epochs
        status = run.status() if run.has_started() else None
        losses = run.curves(1).validation.get(LOSS, []) if status else []
    except RunError:  # one damaged folder must not hide the others
        return f"{run.name:<44} {'damaged':<10} {'-':>11} {'-':>11}"
    epoch = f"{status.epoch:.1f}/{epochs}" if status else "-"
    loss = f"{losses[-1]:.2f}" if len(losses) else "-"
    return f"{run.name:<44} {status.state if status else 'not started':<10} {epoch:>11} {loss:>11}"
