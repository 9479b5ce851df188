"""Starting runs on this machine, and ending those that should not outlive the app."""

import contextlib
import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from explorer.places import INSTALLED, ROOT, DiskFullError, free_bytes, make_folder, runs_folder, writing
from explorer.runs.commands import GoOn, newest_waiting
from explorer.runs.ending import note_ending, noted_ending
from explorer.runs.layout import EXPERIMENT, LOG, write_experiment
from explorer.runs.liveness import silence_in_words
from explorer.runs.memory import still_to_take
from explorer.runs.priority import niceness
from explorer.runs.reader import Run, RunError
from explorer.runs.whereabouts import note_trainer
from models.spec.experiment import Experiment, ExperimentError

GRACE = 10.0  # seconds to save the last snapshot in
LEAST_ROOM = 2_000_000  # bytes; below that, no run could even say that its disk is full
LONGEST_START = 60.0  # seconds; for a folder in which nobody noted a trainer, as earlier versions did not
_SHORT = {errno.EAGAIN, errno.ENOMEM}  # of processes or memory


def new_run_folder(experiment: Experiment, parent: Path | None = None) -> Path:
    """Make a folder, named by time and kind, that holds just the experiment. Raises UnwritableError."""
    parent = parent or runs_folder()
    make_folder(parent)
    check_room(parent)
    base = f"{time.strftime('%Y%m%d-%H%M%S')}-{experiment.dataset}-{experiment.variant}-{experiment.latent_dim}d"
    for number in range(1, 1000):
        folder = parent / (base if number == 1 else f"{base}-{number}")
        with writing(folder), contextlib.suppress(FileExistsError):
            folder.mkdir()
            write_experiment(folder, experiment)
            return folder
    raise FileExistsError(f"{parent} already has a thousand runs that started this second. Wait a second.")


def check_room(place: Path) -> None:
    """Raise DiskFullError where a run could not begin."""
    free = free_bytes(place)
    if free is not None and free < LEAST_ROOM:
        raise DiskFullError(place, needed=LEAST_ROOM)


def detached_options() -> dict[str, Any]:
    """Return Popen's arguments for a child that Ctrl-C at the app must not reach, such as a run that outlives it."""
    return {"start_new_session": True, "creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}


def child_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours, and never one of the same name where the app was started (-P)."""
    return [sys.executable, "-P", "-m", module, *arguments]


def child_options() -> dict[str, Any]:
    """Return Popen's arguments for a detached child that finds our modules wherever the app was started from."""
    path = os.pathsep.join(filter(None, ["" if INSTALLED else str(ROOT), os.environ.get("PYTHONPATH")]))
    return {"env": {**os.environ, "PYTHONPATH": path}, **detached_options()}


class Launcher:
    """Starts trainers with Popen and keeps their handles. `close` ends those that were not told to go on."""

    def __init__(self):
        self.processes: dict[Path, subprocess.Popen] = {}
        self._ended: set[Path] = set()
        self._asking = threading.Lock()  # of two threads that ask a Popen at once, one is told that it still runs

    def start(self, experiment: Experiment, folder: Path | None = None) -> Run:
        """Start training and return at once; the run folder exists when this returns.

        Raises UnwritableError, and RunError where the system starts no further process.
        """
        niceness()  # what the trainer could not read is said here
        folder = folder or new_run_folder(experiment)
        with writing(folder):
            log = (folder / LOG).open("wb")
        with log, _starting():
            self.processes[folder] = subprocess.Popen(
                child_command("explorer.trainer", str(folder.resolve())),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                **child_options(),
            )
        with contextlib.suppress(OSError):  # where nothing can be written, the trainer says so
            note_trainer(folder, self.processes[folder].pid)
        return Run(folder)

    def promised_memory(self) -> int:
        """Return how many bytes the trainers that were started here and run will still take."""
        promised = 0
        for folder, process in list(self.processes.items()):
            with contextlib.suppress(RunError, ExperimentError):  # the folder is gone
                if not self.has_ended(folder):
                    promised += still_to_take(Run(folder).experiment, process.pid)
        return promised

    def reap(self) -> None:
        """Forget trainers that have ended, so that none stays behind as a zombie."""
        for folder, process in list(self.processes.items()):
            if self.has_ended(folder):
                self.processes.pop(folder, None)  # `close` may have been here meanwhile
                _cut(process)

    def has_ended(self, folder: Path) -> bool:
        """Return whether a trainer that was started here has ended. One that was cut off is noted as such."""
        with self._asking:
            process = self.processes.get(folder)
            if folder not in self._ended and process and (code := process.poll()) is not None:
                if code:  # 0 where it said everything itself
                    note_ending(folder, code)
                self._ended.add(folder)  # last: who sees it here finds it noted
            return folder in self._ended

    def why_it_did_not_start(self, folder: Path) -> str | None:
        """Return what to say of a trainer that ended or fell silent before it made its database; None of any other."""
        # In this order: what ends after the question has said what it had to say.
        ended, how = self.has_ended(folder), noted_ending(folder)
        try:
            with Run(folder) as run:
                life, facts = run.life()
                never = facts.pid is None and folder not in self.processes and _age(folder) > LONGEST_START
                if run.has_started():
                    return None
        except (RunError, OSError):  # the folder is gone
            return None
        if ended or how or life.gone or never:
            return f"The trainer ended before it could begin{f' ({how})' if how else ''}. Its log is {folder / LOG}."
        return silence_in_words(facts, life.silent) if life.silent else None

    def close(self) -> None:
        """Close every lifeline; wait for those that stop, then kill those that did not in time."""
        processes = dict(self.processes)
        staying = {folder for folder in processes if _goes_on(folder)}
        for process in processes.values():
            _cut(process)
        deadline = time.monotonic() + GRACE
        for folder, process in processes.items():
            if folder in staying:
                continue
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                if _goes_on(folder):  # the wish came while it was too busy to read it
                    staying.add(folder)
                    continue
                process.kill()
                process.wait()
        self.processes = {folder: processes[folder] for folder in staying}


@contextlib.contextmanager
def _starting() -> Generator[None]:
    try:
        yield
    except OSError as error:
        remedy = "Close other programs." if error.errno in _SHORT else f"Check that {sys.executable} can be run."
        raise RunError(f"The trainer cannot be started ({error.strerror or error}). {remedy}") from error


def _cut(process: subprocess.Popen) -> None:
    """Close the trainer's lifeline."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _age(folder: Path) -> float:
    """Return the seconds since the experiment was written."""
    return time.time() - (folder / EXPERIMENT).stat().st_mtime


def _goes_on(folder: Path) -> bool:
    """Return the newest wish: one that the trainer has not read yet, else the one in force."""
    for command in newest_waiting(folder):
        if isinstance(command, GoOn):
            return command.value
    try:
        with Run(folder) as run:
            return run.has_started() and run.status().goes_on
    except RunError:  # the folder was deleted or damaged: such a run cannot be read
        return False
