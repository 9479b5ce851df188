"""One training step of a snapshot laid open, inside the analyst: its numbers as JSON, its pictures as bytes."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from explorer.analyst.answers import Answer, Report
from explorer.analyst.batches import batch_rows
from explorer.analyst.claimed_sizes import claimed_shape
from explorer.files import load_arrays, modified
from explorer.library.sprites import load_sprites
from explorer.runs.layout import EXPERIMENT, PROBE_IMAGES
from explorer.runs.reader import Run
from models.checkpoints import assign_weights
from models.inspection import Inspection, SeenTensor, inspect_step
from models.program import Program, build
from models.spec import catalogue
from models.spec.errors import CheckpointError
from models.spec.experiment import Experiment
from models.spec.unit_range import around_grey, to_bytes


@lru_cache(maxsize=2)
def _built(folder: Path, _modified: int) -> tuple[Program, np.ndarray, np.ndarray]:
    """Return a run's program, its probe images uint8 (n, height, width, channels) and their classes (n,).

    They are kept: the next question is most often about the same run.
    """
    with Run(folder) as run:
        experiment, summary = run.experiment, run.summary()
        shape, classes = claimed_shape(run, summary)
    try:
        images = load_sprites(folder / PROBE_IMAGES, summary["probe"], shape)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"A file of {folder.name} cannot be read ({error}). Choose another model.") from error
    program = build(experiment, shape, classes)
    return program, images, np.array(summary["labels"], np.int32)


def answer(header: dict[str, Any], _payload: bytes, report: Report) -> Answer:
    """Compute the step that the header asks for (a `stepping.Question` as JSON), as `stepping.walk` reads it.

    Raises RunError, CheckpointError or OSError where run, snapshot or images cannot be read.
    """
    folder = Path(header["folder"])
    report("building the networks", 0.1)
    program, images, labels = _built(folder, modified(folder / EXPERIMENT))
    assign_weights(program.twins, load_arrays(Path(header["snapshot"])))
    for name, weight in header["weights"].items():
        program.set_weight(name, weight)
    program.set_learning_rate(header["learning_rate"])
    program.model.epochs.assign(header["epochs"])
    rows = batch_rows(len(images), program.experiment.batch_size, header["batch"])
    report("one step forward and back", 0.6)
    seen = inspect_step(program, images[rows], labels[rows], header["chosen"] % len(rows), header["draws"])
    pictures = _pictures(seen, program.experiment)
    return _numbers(seen, program.experiment), b"".join(picture.tobytes() for picture in pictures.values())


def _numbers(seen: Inspection, experiment: Experiment) -> dict[str, Any]:
    flow = catalogue.flow_of(experiment.variant_info, catalogue.PIXEL_MODELS[experiment.pixel_model])
    return {
        **asdict(seen),
        "tensors": {name: _told(seen.tensors[name], flow[name].kind) for name in flow if name in seen.tensors},
    }


def _told(tensor: SeenTensor, kind: str) -> dict[str, Any]:
    """Return a tensor as JSON values, without its picture, which is bytes; of the picture, only its range."""
    own = {} if kind == "image" else {"values": np.atleast_1d(tensor.chosen).tolist()}
    low, high = float(tensor.chosen.min()), float(tensor.chosen.max())
    return {"mean": tensor.mean, "low": tensor.low, "high": tensor.high, "own_low": low, "own_high": high, **own}


def _pictures(seen: Inspection, experiment: Experiment) -> dict[str, np.ndarray]:
    """Return every tensor that is a picture, uint8 (height, width, channels), in the order of the data.

    Images are in 0..1, and a noisy one is clipped; the linear output is scaled around 0, which is middle grey.
    """
    pixels = catalogue.PIXEL_MODELS[experiment.pixel_model]
    flow = catalogue.flow_of(experiment.variant_info, pixels)
    images = {n: seen.tensors[n].chosen for n, info in flow.items() if info.kind == "image" and n in seen.tensors}
    if pixels.output in images:
        images[pixels.output] = around_grey(images[pixels.output])
    return {name: to_bytes(image) for name, image in images.items()}
