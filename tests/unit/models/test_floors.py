"""The least that a reconstruction can cost: against closed forms, and against the loss itself at its minimum."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import entr

from models.pixels import PIXEL_MODELS, bernoulli_nll, gaussian_nll, least_reconstruction
from tests.support.helpers import some_images

DATA = Path(os.environ.get("HOURGLASS_DATA") or ".")


def entropies(images: np.ndarray) -> float:
    """The mean entropy of images whose pixels are probabilities, in nats, by SciPy and in double precision."""
    p = images.astype(np.float64) / 255
    return float((entr(p) + entr(1 - p)).sum(axis=(1, 2, 3)).mean())


def test_grey_pixels_cost_their_entropy_and_black_and_white_nothing():
    images = some_images(300, (5, 4, 3))
    assert least_reconstruction("bernoulli", images) == pytest.approx(entropies(images), rel=1e-6)
    middle = np.full((2, 1, 1, 1), 128, np.uint8)
    assert least_reconstruction("bernoulli", middle) == pytest.approx(math.log(2), abs=1e-5)
    assert least_reconstruction("bernoulli", (images > 127).astype(np.uint8) * 255) == 0.0


def test_gaussian_pixels_cost_the_logarithm_of_their_density():
    images, pixels = some_images(3, (5, 4, 3)), 60
    for sigma in (0.05, 0.25, 2.0):
        expected = -pixels * math.log(1 / (sigma * math.sqrt(2 * math.pi)))
        assert least_reconstruction("gaussian", images, pixel_sigma=sigma) == pytest.approx(expected, rel=1e-9)
    assert least_reconstruction("unscaled", images) == 0.0


@pytest.mark.parametrize(("name", "loss"), [("bernoulli", bernoulli_nll), ("gaussian", gaussian_nll)])
def test_no_output_costs_less_and_the_best_one_costs_as_much(name, loss):
    settings = {"pixel_sigma": 0.3} if name == "gaussian" else {}
    outputs = tf.constant(np.linspace(-12, 12, 24_001).reshape(-1, 1, 1, 1), tf.float32)
    for value in (1, 40, 128, 254):
        image = np.full((1, 1, 1, 1), value, np.uint8)
        floor = least_reconstruction(name, image, **settings)
        costs = loss(tf.constant(image / 255, tf.float32), outputs, **settings).numpy()
        assert costs.min() == pytest.approx(floor, abs=2e-5)


def test_every_pixel_model_has_a_floor():
    x = np.linspace(0, 1, 7)
    for name, pixels in PIXEL_MODELS.items():
        settings = {"pixel_sigma": 0.3} if name == "gaussian" else {}
        assert pixels.floor(x, **settings).shape == x.shape


@pytest.mark.parametrize(("name", "nats"), [("mnist", 45.5), ("fashion_mnist", 189.9)])
def test_the_floors_of_the_test_images_of_mnist(name, nats):
    if not (DATA / f"{name}.npz").is_file():
        pytest.skip(f"no {name}.npz: set HOURGLASS_DATA to the folder that holds it")
    with np.load(DATA / f"{name}.npz") as file:
        images = file["x_test"][..., None]
    floor = least_reconstruction("bernoulli", images)
    assert floor == pytest.approx(entropies(images), rel=1e-6)
    assert round(floor, 1) == nats
