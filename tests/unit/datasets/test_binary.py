"""Images in black and white: as often white as they are grey, the same for the same seed, and which of them when."""

import numpy as np
import pytest

from explorer.datasets.binary import as_read, binarised
from explorer.datasets.loading import Images
from models.spec.experiment import Experiment
from tests.support.helpers import some_images

DATA = Images(some_images(50), np.zeros(50, int), ("0",), some_images(20, seed=1), np.zeros(20, int))
TRAINING = np.arange(0, 50, 2)


def is_binary(images: np.ndarray) -> bool:
    return set(np.unique(images)) <= {0, 255}


def read(pixel_model: str, training: np.ndarray | None = None, seed: int = 0) -> Images:
    return as_read(DATA, Experiment.parse({"pixel_model": pixel_model, "seed": seed}), training)


def test_a_pixel_is_white_with_the_probability_that_is_its_grey():
    greys = np.array([0, 1, 64, 128, 254, 255], np.uint8)
    sampled = binarised(np.broadcast_to(greys, (60_000, 1, 6)), 0)
    assert sampled.dtype == np.uint8
    assert is_binary(sampled)
    share = (sampled / 255).mean(axis=(0, 1))
    np.testing.assert_allclose(share, greys / 255, atol=4 * np.sqrt(0.25 / 60_000))
    assert (share[0], share[-1]) == (0, 1)


def test_the_same_seed_gives_the_same_images_and_what_is_black_and_white_stays():
    images = some_images(1200, (6, 5, 1))
    once = binarised(images, 3)
    np.testing.assert_array_equal(once, binarised(images, 3))
    assert (once != binarised(images, 4)).any()
    np.testing.assert_array_equal(once, binarised(once, 9))
    assert (once[:200] != once[1000:]).any()  # pieces are drawn from one stream


@pytest.mark.parametrize("pixel_model", ["bernoulli", "gaussian", "unscaled"])
def test_other_pixel_models_read_images_as_they_are(pixel_model):
    assert read(pixel_model, TRAINING) is DATA


def test_binarised_once_means_all_images():
    found = read("bernoulli_fixed", TRAINING)
    assert is_binary(found.images)
    assert is_binary(found.test_images)
    np.testing.assert_array_equal(found.images, read("bernoulli_fixed").images)
    assert (found.images != read("bernoulli_fixed", seed=1).images).any()
    assert not is_binary(DATA.images)


def test_binarised_at_each_step_leaves_the_training_images_grey_and_samples_the_others_once():
    found, rest = read("bernoulli_dynamic", TRAINING), np.setdiff1d(np.arange(50), TRAINING)
    np.testing.assert_array_equal(found.images[TRAINING], DATA.images[TRAINING])
    np.testing.assert_array_equal(found.images[rest], read("bernoulli_fixed").images[rest])
    np.testing.assert_array_equal(found.test_images, read("bernoulli_fixed").test_images)
    assert is_binary(read("bernoulli_dynamic").images)  # where nothing is trained
