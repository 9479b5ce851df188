"""The size of a model and its speed on this machine: built and timed, not guessed."""

import time
from typing import Any

import numpy as np

from explorer.analyst.answers import Answer, Report
from models.networks import ImageShape
from models.program import build
from models.spec.experiment import Experiment
from models.training import TrainingLoop

TIMED_SECONDS = 0.4


def answer(header: dict[str, Any], _payload: bytes, _report: Report) -> Answer:
    """Return parameters and images per second of `experiment`, on images of `image_shape` in so many `classes`."""
    return estimate(header["experiment"], tuple(header["image_shape"]), header["classes"]), b""


def estimate(given: dict[str, Any], image_shape: ImageShape, classes: int) -> dict[str, float]:
    """Return parameters and images per second of training steps on noise, of an experiment's networks and terms."""
    experiment = Experiment.parse(given)
    program = build(experiment, image_shape, classes)
    images = np.random.default_rng(0).integers(0, 256, (experiment.batch_size, *image_shape), dtype=np.uint8)
    labels = np.arange(experiment.batch_size) % classes
    loop = TrainingLoop(program.model, images, labels)
    batch = np.arange(experiment.batch_size, dtype=np.int32)
    loop.train(batch)
    began, steps = time.perf_counter(), 0
    while time.perf_counter() - began < TIMED_SECONDS or steps < 2:
        loop.train(batch)
        steps += 1
    rate = steps * experiment.batch_size / (time.perf_counter() - began)
    return {"parameters": program.twins.parameters, "images_per_second": rate}
