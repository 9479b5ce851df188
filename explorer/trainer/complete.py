"""Measurements for a model that is trained already: `python -m explorer.trainer.complete FOLDER SAMPLES IMAGES`.

The process takes the place of the trainer, which has ended, as the one writer of the folder's summary.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import models.lean_keras  # noqa: F401 (before all that imports Keras)
from explorer.datasets.binary import as_read
from explorer.datasets.catalogue import DatasetError
from explorer.datasets.loading import load_images, split
from explorer.files import load_arrays
from explorer.places import UnwritableError, writing
from explorer.runs.layout import SNAPSHOTS, list_snapshots, snapshot_file, write_summary
from explorer.runs.reader import Run, RunError
from explorer.trainer.estimates import Effort, estimates
from explorer.trainer.summary import floors
from models.checkpoints import assign_weights
from models.program import build
from models.spec.errors import CheckpointError


def complete(folder: Path, effort: Effort) -> None:
    """Measure the newest snapshot of a run and write floors and estimates into its summary.

    Raises RunError, DatasetError, CheckpointError and UnwritableError.
    """
    with Run(folder) as run:
        experiment, summary = run.experiment, run.summary()
    data = as_read(load_images(experiment.dataset), experiment)
    program = build(experiment, data.images.shape[1:], len(data.class_names))
    newest = max(list_snapshots(folder).steps)
    assign_weights(program.twins, load_arrays(folder / SNAPSHOTS / snapshot_file(newest)))
    _, validation = split(len(data.images), experiment.validation_fraction, experiment.seed)
    summary |= floors(experiment, {"validation": data.images[validation], "test": data.test_images})
    for entry in estimates(program, data, effort, lambda: None, lambda stage: print(f"{stage} ...", flush=True)):  # noqa: T201
        summary |= entry
    with writing(folder):
        write_summary(folder, summary)


def main(folder: str, samples: str, images: str) -> int:
    """Measure the run in a folder and return the exit code: 0, or 2 where it could not be done."""
    try:
        complete(Path(folder), Effort(samples=int(samples), images=int(images)))
    except (RunError, DatasetError, CheckpointError, UnwritableError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
