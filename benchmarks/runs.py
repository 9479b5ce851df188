"""Runs that a benchmark needs: trained to their end, in training meanwhile, or made of a bundled model."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

from explorer.datasets.loading import DATA_FOLDER_VARIABLE
from explorer.library import models as library
from explorer.places import ROOT
from explorer.runs.launcher import Launcher, new_run_folder
from explorer.runs.layout import write_summary
from explorer.runs.reader import Run
from explorer.runs.records import Status
from explorer.runs.writer import RunWriter
from models.spec.experiment import Experiment

_LONGEST_RUN = 300.0  # seconds
_LONGEST_START = 90.0
_WARM = 50  # steps; what comes before compiles


def mnist_or(otherwise: str) -> str:
    """MNIST where a copy is at hand, else another data set."""
    beside = ROOT.parent / "shared" / "data"
    if beside.is_dir():
        os.environ.setdefault(DATA_FOLDER_VARIABLE, str(beside))
    folder = os.environ.get(DATA_FOLDER_VARIABLE)
    return "mnist" if folder and (Path(folder) / "mnist.npz").is_file() else otherwise


@contextlib.contextmanager
def started(parent: Path, experiment: Experiment) -> Generator[tuple[Run, subprocess.Popen]]:
    """A run, in a folder of its own in `parent`, and its trainer, as the app starts one. It ends when this is left."""
    launcher = Launcher()
    run = launcher.start(experiment, new_run_folder(experiment, parent))
    try:
        yield run, launcher.processes[run.folder]
    finally:
        launcher.close()


def finished(run: Run) -> Status:
    """The status of a run that was trained to its end. Raises RuntimeError for any other."""
    status = run.status()
    if status.state != "finished":
        raise RuntimeError(f"The run ended as {status.state}. {status.message}")
    return status


def trained(parent: Path, experiment: Experiment) -> Path:
    """The folder, in `parent`, of a run that was trained to its end."""
    with started(parent, experiment) as (run, trainer):
        trainer.wait(_LONGEST_RUN)
        with run:
            finished(run)
    return run.folder


@contextlib.contextmanager
def in_training(parent: Path, experiment: Experiment) -> Generator[Run]:
    """A run that trains, past its first steps, until this is left. Its experiment must be long enough."""
    with started(parent, experiment) as (run, _), run:
        deadline = time.monotonic() + _LONGEST_START
        while not run.has_started() or run.status().step < _WARM:
            if time.monotonic() > deadline:
                raise RuntimeError(f"The training took no {_WARM} steps within {_LONGEST_START:.0f} s.")
            time.sleep(0.2)
        yield run
        if (status := run.status()).state != "training":
            raise RuntimeError(f"The run was {status.state} before the benchmark's end. {status.message}")


def not_portable(parent: Path, name: str) -> Path:
    """A run with the weights of a bundled model, whose summary says that no browser may run it."""
    entry = library.find(f"bundled/{name}")
    folder = parent / name
    shutil.copytree(entry.folder, folder)
    write_summary(folder, {**entry.summary, "decoder": {"unsupported": "The benchmark wants the server."}})
    writer = RunWriter(folder)
    try:
        writer.add_snapshot(entry.step)
        writer.set_state("finished")
    finally:
        writer.close()
    return folder
