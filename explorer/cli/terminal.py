"""Training and scripts in a terminal. Trainer and run folders are those of the app."""
# ruff: noqa: T201 (printing is this module's job)

import shlex
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from explorer.cli.progress import ProgressLine, common_unit
from explorer.diagnosis.judging import judged_run
from explorer.export.script import script_of
from explorer.export.source import ExportError
from explorer.places import DiskFullError, home_warning
from explorer.runs.launcher import Launcher, check_room, new_run_folder
from explorer.runs.layout import SUMMARY, send_command, write_experiment
from explorer.runs.memory import memory_of, size
from explorer.runs.priority import niceness
from explorer.runs.reader import Run, RunError
from explorer.runs.records import Status
from explorer.runs.results import results_in_words
from models.spec.catalogue import LOSS
from models.spec.experiment import Experiment, ExperimentError
from models.spec.sentences import in_sentence

POLL_SECONDS = 0.2
INTERRUPTED = 130  # exit code of a command that Ctrl-C ended


def train(experiment: Experiment, out: Path | None, *, anyway: bool = False) -> int:
    """Train to the end and return the exit code: 0 if the run finished or was stopped.

    Ctrl-C stops the run and saves its last snapshot. Raises ExperimentError, and makes no folder, where the training
    does not fit into memory, unless it is to be tried `anyway`; RunError for a priority that is none.
    """
    memory = memory_of(experiment)
    if not (memory.fits or anyway):
        raise ExperimentError([memory.refusal, "To train it anyway, add --anyway."])
    niceness()  # what a trainer could not read is said while there is no folder yet
    folder = _make_folder(out, experiment) if out else new_run_folder(experiment)
    launcher = Launcher()
    with _CtrlC() as ctrl_c:
        try:
            run = launcher.start(experiment, folder)
            print(f"Training {experiment.variant} on {experiment.dataset} into {folder}")
            needed = f"It needs about {size(memory.need.total)} of memory ({memory.parts})"
            print(f"{needed}. {size(memory.free)} are free.")
            if not out and (warning := home_warning()):
                print(warning, file=sys.stderr)
            status = _watch(run, launcher, experiment, ctrl_c)
        finally:
            launcher.close()
    if status is None and ctrl_c.count:
        print("Stopped before the training started.")
        return INTERRUPTED
    if status is None:
        print(launcher.why_it_did_not_start(folder), file=sys.stderr)
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
        check_room(out)
        out.mkdir(parents=True, exist_ok=True)
        write_experiment(out, experiment)
    except DiskFullError:
        raise
    except OSError as error:
        raise ExperimentError(
            [f"--out was {out}, which cannot be created ({error.strerror}). Give another folder."]
        ) from error
    return out


def _watch(run: Run, launcher: Launcher, experiment: Experiment, ctrl_c: _CtrlC) -> Status | None:
    """Show progress until the run has ended. Return its status, or None if it never started.

    Ctrl-C stops the run, a second one kills it.
    """
    progress, handled = ProgressLine(experiment), 0
    while True:
        if ctrl_c.count > handled:
            _interrupt(run, launcher, first=not handled)
            handled = ctrl_c.count
        ended = launcher.has_ended(run.folder)
        try:
            status = run.status() if run.has_started() else None
            losses = run.curves(1).validation.get(LOSS) if status else None
        except RunError:  # a network disk may be away for a moment, and the training goes on
            if ended:
                raise
            time.sleep(POLL_SECONDS)
            continue
        if status is not None or not ended:
            progress.show(status, losses)
        if ended or (status is not None and not status.active):
            progress.end()
            launcher.has_ended(run.folder)  # then it is noted how, before that is read
            return run.status() if status is not None else None
        time.sleep(POLL_SECONDS)


def _interrupt(run: Run, launcher: Launcher, *, first: bool) -> None:
    if first:
        print("\nStopping and saving the last snapshot. Press Ctrl-C again to kill the run.", flush=True)
        send_command(run.folder, "stop")
    else:
        print("\nKilling the run.", flush=True)
        launcher.processes[run.folder].kill()


def _report(run: Run, status: Status) -> None:
    message = f": {status.message}" if status.message else ""
    print(f"{status.state} after {status.seconds:.1f} s of training{message}")
    summary = run.summary() if (run.folder / SUMMARY).is_file() else {}  # missing if no data was loaded
    for finding in judged_run(run).findings:
        print(f"{finding.verdict}: {finding.sentence} {finding.remedy}".rstrip())
    validation = {name: column[-1] for name, column in run.curves(1).validation.items() if len(column)}
    for title, values in (("validation", validation), ("test", summary.get("test", {}))):
        lines = report_lines(
            {name: values[name] for name in run.meta.get("series", ()) if name in values}, run.experiment
        )
        for label, line in zip([title, *[""] * len(lines)], lines, strict=False):
            print(f"{label:<10}  {line}")
    for line in results_in_words(run.experiment, summary):
        print(line)


def report_lines(values: Mapping[str, float], experiment: Experiment) -> list[str]:
    """Return a line for each learner: its terms and total, with one unit if all share it."""
    learners = experiment.variant_info.learners
    lines = []
    for total, learner in learners.items():
        terms = [name for name in experiment.terms_of(total) if name in values]
        unit = common_unit(experiment, total)
        said = {name: "" if unit else f" ({experiment.term(name).unit})" for name in terms}
        # The line begins with whose total it is.
        labels = {name: in_sentence(experiment.label(name)) for name in terms} | {total: "total"}
        shown = [f"{label} {values[name]:.2f}{said.get(name, '')}" for name, label in labels.items() if name in values]
        who = f"{learner.title}: " if len(learners) > 1 else ""
        if shown:
            lines.append(who + "  ".join(shown) + (f"  ({unit})" if unit else ""))
    return lines
