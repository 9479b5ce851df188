"""The trainer: one process for one run. `python -m explorer.trainer.process RUN_FOLDER`.

It is the only writer of the run folder. It ends when the run ends, when it is told to stop, or when its parent has gone
(standard input closes) unless the run was told to go on.
"""

import os
import sys
import time
import traceback
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import psutil

from explorer.datasets.catalogue import DatasetError
from explorer.datasets.loading import load_images
from explorer.runs.layout import LOG
from explorer.runs.reader import Run
from explorer.runs.writer import RunWriter
from explorer.trainer.listening import Listener, Stop
from explorer.trainer.training import Trainer

NICENESS = 10  # of 19


def main(folder: Path) -> int:
    """Run the experiment in a folder. 0 where it finished or was stopped, 1 where it failed."""
    store = RunWriter(folder)
    process = psutil.Process()
    store.note(pid=process.pid, process_started=process.create_time(), began=time.time())
    try:
        _run(folder, store)
    except Stop as reason:
        store.set_state("stopped", message=str(reason))
    except (DatasetError, FloatingPointError, MemoryError) as error:
        store.set_state("failed", message=str(error) or "Not enough memory. Choose a smaller batch or network.")
        return 1
    except BaseException as error:
        traceback.print_exc()
        store.set_state(
            "failed",
            message=f"Unexpected error in the trainer: {error!r}. Its log is {LOG} in the run folder.",
        )
        raise
    finally:
        store.close()
    return 0


def _run(folder: Path, store: RunWriter) -> None:
    store.set_state("preparing", "loading data")
    listener = Listener(folder, store)
    listener.process_urgent()
    experiment = Run(folder).experiment
    images = load_images(experiment.dataset)
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
    except Stop:
        trainer._snapshot()
        raise


def give_way() -> None:
    """Lower the priority below the page's and its decoder's: a drag must be answered at once, a training can wait."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(NICENESS)


if __name__ == "__main__":
    give_way()
    sys.exit(main(Path(sys.argv[1])))
