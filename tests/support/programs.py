"""Small models and images for them, for the tests that look into one training step."""

import numpy as np

from models.program import Program, build
from models.spec.experiment import Experiment
from tests.support.helpers import some_images

SMALL = (8, 8, 1)


def program(shape=SMALL, **settings) -> Program:
    """Return the program of a dense VAE with these settings, for images of this shape."""
    return build(Experiment.parse({"network": "dense", "variant": "vae", **settings}), shape)


def images(count: int, shape=SMALL) -> np.ndarray:
    """Return noise in 0..1, float32 (count, *shape)."""
    return some_images(count, shape).astype(np.float32) / 255
