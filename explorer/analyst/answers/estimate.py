"""The speed of a model on this machine: built and timed, not guessed, where it fits into memory."""

import time
from typing import Any

import numpy as np

from explorer.analyst.answers import Answer, Report
from explorer.analyst.errors import AnalystError
from explorer.runs.memory import largest_batch, memory_of
from models.architectures import ImageShape
from models.program import build
from models.spec.experiment import Experiment
from models.training import TrainingLoop

TIMED_SECONDS = 0.4


def answer(header: dict[str, Any], _payload: bytes, _report: Report) -> Answer:
    """Return the images per second of `experiment`, on images of `image_shape` in so many `classes`.

    Raises AnalystError, and builds nothing, where the training does not fit into memory.
    """
    return estimate(header["experiment"], tuple(header["image_shape"]), header["classes"]), b""


def estimate(given: dict[str, Any], image_shape: ImageShape, classes: int) -> dict[str, float]:
    """Return the images per second of training steps on noise, of an experiment's networks and terms."""
    experiment = Experiment.parse(given)
    if not (memory := memory_of(experiment)).fits:
        raise AnalystError(memory.refusal)
    program = build(experiment, image_shape, classes)
    count = largest_batch(experiment)
    images = np.random.default_rng(0).integers(0, 256, (count, *image_shape), dtype=np.uint8)
    loop = TrainingLoop(program.model, images, np.arange(count) % classes)
    batch = np.arange(count, dtype=np.int32)
    loop.train(batch)
    began, steps = time.perf_counter(), 0
    while time.perf_counter() - began < TIMED_SECONDS or steps < 2:
        loop.train(batch)
        steps += 1
    return {"images_per_second": steps * count / (time.perf_counter() - began)}
