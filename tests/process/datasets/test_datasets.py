"""The data sets: what the catalogue promises is what is loaded, and whatever is wrong is said in one sentence."""

import colorsys
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.datasets import loading, shapes
from explorer.datasets.catalogue import DATASETS, DatasetError, dataset_info
from explorer.datasets.loading import LOADERS, load_images, split
from tests.support.helpers import ROOT, in_python

BUNDLED = ("digits", "shapes", "shapes64", "shapes_rgb")
DOWNLOADED = ("mnist", "fashion_mnist")


def test_catalogue_and_loaders_have_the_same_names():
    assert list(DATASETS) == list(LOADERS)
    assert all(info.name == name for name, info in DATASETS.items())


def test_importing_the_package_and_loading_what_is_bundled_imports_nothing_heavy():
    code = (
        "import sys, explorer.datasets.catalogue; from explorer.datasets.loading import load_images;"
        "load_images('digits'); load_images('shapes_rgb');"
        "print(sorted({'keras', 'tensorflow', 'sklearn', 'umap', 'streamlit'} & set(sys.modules)))"
    )
    done = in_python("-c", code)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.mark.parametrize("name", ["MNIST", "", "x" * 1000, None, ["mnist"]])
def test_unknown_names_are_refused_with_the_known_ones(name):
    with pytest.raises(DatasetError, match="Choose one of digits, shapes, shapes64, shapes_rgb, mnist, ") as caught:
        dataset_info(name)
    assert len(str(caught.value)) < 200


@pytest.fixture
def real_data(monkeypatch) -> None:
    folders = [Path(os.environ.get("HOURGLASS_DATA") or "."), ROOT.parent / "shared" / "data"]
    found = [folder for folder in folders if all((folder / f"{name}.npz").is_file() for name in DOWNLOADED)]
    if not found:
        pytest.skip("no mnist.npz and fashion_mnist.npz: set HOURGLASS_DATA to the folder that holds them")
    monkeypatch.setenv("HOURGLASS_DATA", str(found[0]))


def check_against_catalogue(name: str) -> loading.Images:
    info, data = DATASETS[name], load_images(name)
    assert len(data.images) + len(data.test_images) == info.examples
    assert data.images.shape[1:] == data.test_images.shape[1:] == info.image_shape
    assert data.images.dtype == data.test_images.dtype == np.uint8
    assert data.labels.dtype == data.test_labels.dtype == np.int64
    assert data.labels.shape == data.images.shape[:1]
    assert data.test_labels.shape == data.test_images.shape[:1]
    assert data.class_names == info.class_names
    every_class = list(range(len(info.class_names)))
    assert np.unique(data.labels).tolist() == np.unique(data.test_labels).tolist() == every_class
    assert (data.images.min(), data.images.max()) == (0, 255)
    return data


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_data_is_what_the_catalogue_says_and_always_the_same(name):
    data, again = check_against_catalogue(name), load_images(name)
    np.testing.assert_array_equal(data.images, again.images)
    np.testing.assert_array_equal(data.test_labels, again.test_labels)
    assert all(values.shape == data.labels.shape for values in data.factors.values())


@pytest.mark.parametrize("name", DOWNLOADED)
def test_downloaded_data_is_what_the_catalogue_says(name, real_data):
    data = check_against_catalogue(name)
    assert (len(data.images), len(data.test_images), data.factors) == (60_000, 10_000, {})


def test_digits_keep_pictures_and_labels_together():
    from PIL import Image
    from sklearn.datasets import load_digits

    data, original = load_images("digits"), load_digits()
    pictures = np.concatenate([data.images, data.test_images])[..., 0]
    shrunk = [Image.fromarray(picture).resize((10, 10), Image.Resampling.BOX) for picture in pictures]
    found = np.stack([np.asarray(picture)[1:-1, 1:-1] for picture in shrunk]).reshape(-1, 64) / 255
    known = original.data / 16
    nearest = np.argmin((known**2).sum(axis=1) - 2 * found @ known.T, axis=1)
    np.testing.assert_array_equal(original.target[nearest], np.concatenate([data.labels, data.test_labels]))
    assert len(np.unique(nearest)) > 0.95 * len(known)


def test_every_shape_is_whole_and_agrees_with_its_factors():
    data = load_images("shapes64")
    images, factors = data.images[..., 0] / 255, data.factors
    assert set(factors) == {"shape", "scale", "rotation", "x", "y"}
    np.testing.assert_array_equal(factors["shape"], data.labels)
    assert max(images[:, [0, -1]].max(), images[:, :, [0, -1]].max()) == 0
    # Areas for circumradius 1: a square, an ellipse with axes 1 and 1/2, a heart of half a disc and a square.
    heart = (0.5 + np.pi / 8) / float(shapes._HEART_CENTRE) ** 2
    area = np.array([2.0, np.pi / 2, heart])[data.labels] * (64 * factors["scale"]) ** 2
    np.testing.assert_allclose(images.sum(axis=(1, 2)), area, rtol=0.02)
    # Squares and ellipses are symmetric about their centre: it is where their centre of mass is.
    places = (np.arange(64) + 0.5) / 64
    symmetric = data.labels < 2
    mass = images.sum(axis=(1, 2))
    for name, axis in (("x", 1), ("y", 2)):
        centre = images.sum(axis=axis) @ places / mass
        np.testing.assert_allclose(centre[symmetric], factors[name][symmetric], atol=0.002)


def test_coloured_shapes_are_the_grey_ones_in_their_hue():
    data, grey = load_images("shapes_rgb"), load_images("shapes64")
    np.testing.assert_array_equal(data.images.max(axis=3), grey.images[..., 0])
    hues = data.factors["hue"]
    assert {name: values.tolist() for name, values in data.factors.items() if name != "hue"} == {
        name: values.tolist() for name, values in grey.factors.items()
    }
    brightest = data.images.reshape(len(hues), -1, 3).max(axis=1) / 255
    known = [colorsys.hsv_to_rgb(hue, 1, 1) for hue in hues]
    np.testing.assert_allclose(brightest, known, atol=0.002)
    others = np.corrcoef([hues, *grey.factors.values()])[0, 1:]
    assert np.abs(others).max() < 0.04


def test_rotation_is_counter_clockwise_and_a_heart_stands_on_its_tip():
    def heart(rotation: float) -> np.ndarray:
        values = {"shape": 2, "scale": 0.25, "rotation": rotation, "x": 0.5, "y": 0.5}
        return shapes.draw_shapes({name: np.array([value]) for name, value in values.items()}, 32)[0, :, :, 0]

    upright = heart(0)
    widths = (upright > 127).sum(axis=1)
    assert widths[11] > 2 * widths[21] > 0
    np.testing.assert_array_equal(upright, upright[:, ::-1])
    np.testing.assert_allclose(heart(np.pi / 2), np.rot90(upright).astype(float), atol=1)


def test_factors_are_uniform_and_independent():
    factors = shapes.sample_factors(12_000)
    ranges = {
        "scale": shapes.SCALE_RANGE,
        "rotation": (0, 2 * np.pi),
        "x": shapes.CENTRE_RANGE,
        "y": shapes.CENTRE_RANGE,
    }
    for name, (low, high) in ranges.items():
        counts, _ = np.histogram(factors[name], bins=10, range=(low, high))
        assert counts.sum() == 12_000
        assert counts.min() > 1_000
    correlations = np.corrcoef(list(factors.values())) - np.eye(len(factors))
    assert np.abs(correlations).max() < 0.04


@given(st.integers(2, 3_000), st.floats(0.0001, 0.9999), st.integers(0, 2**32))
@settings(max_examples=50)
def test_split_is_a_partition_fixed_by_its_arguments(count, fraction, seed):
    training, validation = split(count, fraction, seed)
    assert training.dtype == validation.dtype == np.int32
    assert min(len(training), len(validation)) >= 1
    assert abs(len(validation) - count * fraction) <= 1
    for part, again in zip((training, validation), split(count, fraction, seed), strict=True):
        assert (np.diff(part) > 0).all()
        np.testing.assert_array_equal(part, again)
    np.testing.assert_array_equal(np.sort(np.concatenate([training, validation])), np.arange(count))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((1, 0.1, 0), "at least 2 are needed"),
        ((2**31, 0.1, 0), "cannot be split"),
        ((10, 0.0, 0), "greater than 0 and less than 1"),
        ((10, 1.0, 0), "greater than 0 and less than 1"),
        ((10, float("nan"), 0), "greater than 0 and less than 1"),
        ((10, 0.1, -1), "it must be 0 or a positive whole number"),
    ],
)
def test_split_says_what_it_refuses(arguments, sentence):
    with pytest.raises(DatasetError, match=sentence):
        split(*arguments)
