"""Starting runs on this machine, and ending those that should not outlive the app."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from explorer.places import ROOT, runs_folder
from explorer.runs.commands import GoOn, parse_command, waiting
from explorer.runs.layout import EXPERIMENT, INBOX, LOG, write_experiment
from explorer.runs.reader import Run, RunError
from models.spec.experiment import Experiment

GRACE = 10.0  # seconds to save the last snapshot in
LONGEST_START = 60.0  # seconds; for a trainer that another app started, and whose handle is not here


def new_run_folder(experiment: Experiment, parent: Path | None = None) -> Path:
    """Make a folder, named by time and kind, that holds just the experiment."""
    parent = parent or runs_folder()
    base = f"{time.strftime('%Y%m%d-%H%M%S')}-{experiment.dataset}-{experiment.variant}-{experiment.latent_dim}d"
    for number in range(1, 1000):
        folder = parent / (base if number == 1 else f"{base}-{number}")
        with contextlib.suppress(FileExistsError):
            folder.mkdir(parents=True)
            write_experiment(folder, experiment)
            return folder
    raise FileExistsError(f"{parent} already has a thousand runs that started this second. Wait a second.")


def detached_options() -> dict[str, Any]:
    """Return Popen's arguments for a child that Ctrl-C at the app must not reach, such as a run that outlives it."""
    return {"start_new_session": True, "creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}


class Launcher:
    """Starts trainers with Popen and keeps their handles. `close` ends those that were not told to go on."""

    def __init__(self):
        self.processes: dict[Path, subprocess.Popen] = {}
        self._ended: set[Path] = set()

    def start(self, experiment: Experiment, folder: Path | None = None) -> Run:
        """Start training and return at once; the run folder exists when this returns."""
        folder = folder or new_run_folder(experiment)
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        with (folder / LOG).open("wb") as log:
            self.processes[folder] = subprocess.Popen(
                [sys.executable, "-m", "explorer.trainer.process", str(folder.resolve())],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": path},
                **detached_options(),
            )
        return Run(folder)

    def reap(self) -> None:
        """Forget trainers that have ended, so that none stays behind as a zombie."""
        for folder, process in list(self.processes.items()):
            if process.poll() is not None:
                self._ended.add(folder)
                self.processes.pop(folder, None)  # `close` may have been here meanwhile
                _cut(process)

    def died_before_starting(self, folder: Path) -> bool:
        """Return whether the trainer of this folder ended before it made its database."""
        process = self.processes.get(folder)
        try:
            # In this order: what ends after the question has said what it had to say.
            gone = process.poll() is not None if process else folder in self._ended or _age(folder) > LONGEST_START
            with Run(folder) as run:
                return gone and not run.has_started()
        except (RunError, OSError):  # the folder is gone
            return False

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
    for path in reversed(waiting(folder / INBOX)):
        with contextlib.suppress(OSError, ValueError):  # the trainer took it at this moment, or it is no command
            command = parse_command(path.read_bytes())
            if isinstance(command, GoOn):
                return command.value
    try:
        with Run(folder) as run:
            return run.has_started() and run.status().goes_on
    except RunError:  # the folder was deleted or damaged: such a run cannot be read
        return False
