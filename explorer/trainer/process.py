"""The trainer: one process for one run. `python -m explorer.trainer RUN_FOLDER`.

It is the only writer of the run folder. It ends when the run ends, when it is told to stop, or when its parent has gone
(standard input closes) unless the run was told to go on.
"""

import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import models.lean_keras  # noqa: F401 (before all that imports Keras)
from explorer.datasets.catalogue import DatasetError
from explorer.datasets.loading import Images, load_images
from explorer.places import UnwritableError
from explorer.runs.ending import what_is_kept
from explorer.runs.layout import LOG, list_snapshots
from explorer.runs.reader import Run
from explorer.runs.whereabouts import facts_of_this_process
from explorer.runs.writer import LAST_PATIENCE, RunWriter
from explorer.trainer.finishing import finish_stopped
from explorer.trainer.listening import Listener, Stop
from explorer.trainer.training import Trainer
from models.memory import OUT_OF_MEMORY
from models.spec.experiment import ExperimentError
from models.spec.memory import out_of_memory


def main(folder: Path, load: Callable[[str], Images] = load_images) -> int:
    """Run the experiment in a folder. 0 where it finished or was stopped, 1 where it failed.

    `load` gives the images of a data set by its name. It raises DatasetError.
    """
    store = RunWriter(folder)
    store.note(**facts_of_this_process(), began=time.time())
    patience = LAST_PATIENCE
    try:
        _run(folder, store, load)
    except Stop as reason:
        store.set_state("stopped", message=str(reason))
        patience = 0.0  # it says what could not be saved, and somebody waits for the end
    except (DatasetError, ExperimentError, UnwritableError) as error:
        store.set_state("failed", message=str(error))
        return 1
    except FloatingPointError as error:
        store.set_state("failed", message=f"{error} {what_is_kept(list_snapshots(folder).steps)}")
        return 1
    except OUT_OF_MEMORY:
        traceback.print_exc()
        store.set_state("failed", message=out_of_memory(Run(folder).experiment.batch_size))
        return 1
    except BaseException as error:
        traceback.print_exc()
        name = type(error).__name__
        store.set_state(
            "failed", message=f"The trainer met an unexpected error ({name}). Its log is {LOG} in the run folder."
        )
        raise
    finally:
        store.close(patience)
    return 0


def _run(folder: Path, store: RunWriter, load: Callable[[str], Images]) -> None:
    store.set_state("preparing", "loading data")
    listener = Listener(folder, store)
    listener.process_urgent()
    experiment = Run(folder).experiment
    images = load(experiment.dataset)
    listener.process_urgent()
    store.set_state("preparing", "building the networks")
    trainer = Trainer(folder, experiment, images, store, listener)
    try:
        listener.process_urgent()
        _train(trainer)
    finally:
        store.status |= trainer.place()  # also where a step failed
    store.set_state("finished", message=trainer.finish())


def _train(trainer: Trainer) -> None:
    try:
        trainer.train()
    except Stop as reason:
        trainer.snapshot()
        if not trainer.listener.lifeline.parent_gone.is_set():  # else an app that ends waits for this
            finish_stopped(trainer)
        raise Stop(" ".join(filter(None, [str(reason), trainer.disk.lost()]))) from None
