"""The data sets: what the catalogue promises is what is loaded, and whatever is wrong is said in one sentence."""

import colorsys
import io
import os
import re
import socket
import subprocess
import sys
import tempfile
import types
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.datasets import loading, npz, shapes
from explorer.datasets.catalogue import DATASETS, DatasetError, dataset_info
from explorer.datasets.loading import LOADERS, load_images, split
from explorer.datasets.npz import read_npz_images

ROOT = Path(__file__).parents[3]
BUNDLED = ("digits", "shapes", "shapes64", "shapes_rgb")
DOWNLOADED = ("mnist", "fashion_mnist")


def arrays(train: int = 6, test: int = 3, side: int = 5, classes: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {
        "x_train": rng.integers(256, size=(train, side, side), dtype=np.uint8),
        "y_train": (np.arange(train) % classes).astype(np.uint8),
        "x_test": rng.integers(256, size=(test, side, side), dtype=np.uint8),
        "y_test": (np.arange(test) % classes).astype(np.uint8),
    }


def saved(path: Path, **changes) -> Path:
    contents: dict[str, Any] = {**arrays(), **changes}
    kept: dict[str, Any] = {key: value for key, value in contents.items() if value is not None}
    np.savez_compressed(path, **kept)
    return path


def in_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_catalogue_and_loaders_have_the_same_names():
    assert list(DATASETS) == list(LOADERS)
    assert all(info.name == name for name, info in DATASETS.items())


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, explorer.datasets.catalogue, explorer.datasets.loading;"
        "print(sorted({'keras', 'tensorflow', 'sklearn', 'umap', 'streamlit'} & set(sys.modules)))"
    )
    done = in_python(code)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.mark.parametrize("name", ["MNIST", "", "x" * 1000, None, ["mnist"]])
def test_unknown_names_are_refused_with_the_known_ones(name):
    with pytest.raises(DatasetError, match="choose one of digits, shapes, shapes64, shapes_rgb, mnist, ") as caught:
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


@pytest.mark.parametrize("images", [np.arange(32, dtype=np.uint8).reshape(2, 4, 4), np.zeros((2, 4, 4, 1), np.uint8)])
def test_npz_files_are_read_with_a_channel_axis(tmp_path, images):
    labels = np.array([2, 0], ">i2")
    path = saved(tmp_path / "own.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    train, test = read_npz_images(path)
    assert train.images.shape == test.images.shape == (2, 4, 4, 1)
    assert train.labels.dtype == np.int64
    np.testing.assert_array_equal(train.images.reshape(images.shape), images)
    np.testing.assert_array_equal(test.labels, [2, 0])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"x_train": None, "y_test": None}, "has no array x_train, y_test: it must hold x_train, y_train"),
        ({"x_train": np.zeros((6, 5, 5))}, "images of type float64: only uint8"),
        ({"x_train": np.zeros((6, 25), np.uint8)}, r"shape \(6, 25\): it must be \(images, height, width\)"),
        ({"x_train": np.zeros((6, 5, 5, 2), np.uint8)}, "1 or 3 channels"),
        ({"x_train": np.zeros((0, 5, 5), np.uint8), "y_train": np.zeros(0, np.uint8)}, "nothing empty"),
        ({"x_test": np.zeros((3, 4, 4), np.uint8)}, r"images of shape \(4, 4, 1\) where \(5, 5, 1\)"),
        ({"x_train": np.zeros((7, 5, 5), np.uint8)}, r"whole numbers of shape \(7,\), one for each image"),
        ({"y_train": np.zeros(6)}, "labels of type float64"),
        ({"y_train": np.array([0, 1, 2, 0, 1, 3])}, "labels from 0 to 3: only 0 to 2"),
        ({"y_train": np.array([0, 1, 2, 0, 1, -1])}, "labels from -1 to 2: only 0 to 2"),
        ({"y_train": np.array([None] * 6)}, "the header of y_train.npy does not fit"),
        ({"y_train": np.zeros(6, [("a", "u1")])}, "the header of y_train.npy does not fit"),
    ],
)
def test_npz_files_with_other_contents_are_refused(tmp_path, changes, sentence):
    with pytest.raises(DatasetError, match=sentence):
        read_npz_images(saved(tmp_path / "own.npz", **changes), class_count=3)


def test_an_npz_file_that_unpacks_to_too_much_is_refused_unread(tmp_path, monkeypatch):
    path = saved(tmp_path / "own.npz", x_train=np.zeros((4_000, 50, 50), np.uint8))
    monkeypatch.setattr(npz, "MAX_BYTES", 9_000_000)
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(DatasetError, match="would unpack to 10 MB: at most 9 MB is allowed"):
        read_npz_images(path)


def rewritten(source: bytes, member: str, contents: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(target, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, contents if name == member else old.read(name))
    return target.getvalue()


def valid_bytes() -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays())
    return file.getvalue()


def npy_header(text: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '|u1', 'fortran_order': False, 'shape': (999999999, 999999999, 99), }\n",
        b"{'descr': '|u1', 'fortran_order': False, 'shape': (6L, 5L, 5L), }\n",
        b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n",
        b"{'descr': '<i3', 'fortran_order': False, 'shape': (1,), }\n",
        b"(" * 5_000,
    ],
)
def test_headers_that_lie_are_refused_before_numpy_sees_them(tmp_path, header):
    path = tmp_path / "own.npz"
    path.write_bytes(rewritten(valid_bytes(), "x_train.npy", npy_header(header) + bytes(10)))
    with pytest.raises(DatasetError, match=r"the header of x_train\.npy does not fit its contents"):
        read_npz_images(path)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "own.npz"
    unusual = rewritten(valid_bytes(), "", b"", zipfile.ZIP_LZMA)
    for contents in (b"", b"\x80\x04.", valid_bytes()[:-30], b"\x93NUMPY" + valid_bytes(), unusual):
        path.write_bytes(contents)
        with pytest.raises(DatasetError, match=r"own\.npz cannot be read"):
            read_npz_images(path)
    with pytest.raises(DatasetError, match=r"cannot be read \(.*No such file"):
        read_npz_images(tmp_path / "absent.npz")
    with pytest.raises(DatasetError, match=r"cannot be read \(.*directory"):
        read_npz_images(tmp_path)


def reads_or_refuses(contents: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.npz"
        path.write_bytes(contents)
        try:
            train, _ = read_npz_images(path)
        except DatasetError as error:
            assert re.match(r"The file own\.npz .*: .*; .*\.$", str(error), re.DOTALL)  # noqa: PT017
        else:
            assert train.images.dtype == np.uint8


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=50, deadline=None)
def test_random_bytes_never_raise_anything_else(noise, with_magic):
    reads_or_refuses(b"PK\x03\x04" + noise if with_magic else noise)


@given(st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=6), st.integers(0, 3))
@settings(max_examples=50, deadline=None)
def test_damaged_files_never_raise_anything_else(changes, region):
    contents = bytearray(VALID)
    # The zip directory at the end is where the sizes are: damage it more often than chance would.
    start = 0 if region < 2 else VALID.index(b"PK\x01\x02")
    for position, value in changes:
        contents[start + position % (len(contents) - start)] = value
    reads_or_refuses(bytes(contents))


@given(st.binary(max_size=120))
@settings(max_examples=50, deadline=None)
def test_damaged_headers_never_raise_anything_else(header):
    reads_or_refuses(rewritten(VALID, "y_test.npy", npy_header(header)))


VALID = valid_bytes()


def with_fake_keras(monkeypatch, load_data) -> None:
    module = types.SimpleNamespace(load_data=load_data)
    fake = types.SimpleNamespace(datasets=types.SimpleNamespace(mnist=module, fashion_mnist=module))
    monkeypatch.setitem(sys.modules, "keras", fake)
    monkeypatch.delenv("HOURGLASS_DATA", raising=False)


def test_without_a_local_copy_keras_loads(tmp_path, monkeypatch, capsys):
    timeouts = []

    def load_data():
        timeouts.append(socket.getdefaulttimeout())
        print("Downloading data from ...")  # noqa: T201
        x, y = np.zeros((70_000, 28, 28), np.uint8), np.zeros(70_000, np.uint8)
        return (x[:60_000], y[:60_000]), (x[60_000:], y[60_000:])

    with_fake_keras(monkeypatch, load_data)
    monkeypatch.setenv("HOURGLASS_DATA", str(tmp_path))
    assert load_images("mnist").images.shape == (60_000, 28, 28, 1)
    assert timeouts == [5.0]
    assert socket.getdefaulttimeout() is None
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "error", [EOFError("Compressed file ended"), TimeoutError("timed out"), Exception(), KeyError("x")]
)
def test_whatever_goes_wrong_in_keras_is_one_sentence(monkeypatch, error):
    def load_data():
        raise error

    with_fake_keras(monkeypatch, load_data)
    with pytest.raises(
        DatasetError, match=r"^Fashion-MNIST could not be downloaded .*HOURGLASS_DATA.*digits or shapes"
    ):
        load_images("fashion_mnist")
    assert socket.getdefaulttimeout() is None


def test_a_damaged_or_incomplete_cache_is_not_trusted(monkeypatch):
    x, y = np.zeros((5, 28, 28), np.uint8), np.full(5, 9, np.uint8)
    with_fake_keras(monkeypatch, lambda: ((x, y), (x, y)))
    with pytest.raises(DatasetError, match="Keras' copy of MNIST has 5 training and 5 test images"):
        load_images("mnist")
    with_fake_keras(monkeypatch, lambda: ((x, y + 1), (x, y)))
    with pytest.raises(DatasetError, match="Keras' copy of MNIST has labels from 10 to 10: only 0 to 9"):
        load_images("mnist")


def test_a_wrong_local_copy_is_refused_and_not_replaced(tmp_path, monkeypatch):
    with_fake_keras(monkeypatch, lambda: pytest.fail("Keras was asked"))
    monkeypatch.setenv("HOURGLASS_DATA", str(tmp_path))
    saved(tmp_path / "mnist.npz")
    with pytest.raises(DatasetError, match=r"mnist.npz has images of shape \(5, 5, 1\) where \(28, 28, 1\)"):
        load_images("mnist")
    saved(tmp_path / "mnist.npz", **arrays(side=28))
    with pytest.raises(DatasetError, match=r"mnist.npz in HOURGLASS_DATA has 6 training and 3 test images"):
        load_images("mnist")


def test_a_folder_that_cannot_be_opened_is_named(monkeypatch):
    monkeypatch.setenv("HOURGLASS_DATA", "~no-such-user-here/data")
    with pytest.raises(DatasetError, match="HOURGLASS_DATA is ~no-such-user-here/data, which cannot be opened"):
        load_images("mnist")


def test_offline_without_a_copy_is_said_in_one_sentence(tmp_path):
    code = """
import socket, sys, time
def offline(*_, **__): raise socket.gaierror(-2, "Name or service not known")
socket.getaddrinfo = offline
import keras
from explorer.datasets.loading import DatasetError, load_images
for name in ("mnist", "fashion_mnist"):
    start = time.monotonic()
    try:
        load_images(name)
    except DatasetError as error:
        print(error)
    assert time.monotonic() - start < 5
"""
    done = in_python(code, KERAS_HOME=str(tmp_path), HOURGLASS_DATA=str(tmp_path), TF_CPP_MIN_LOG_LEVEL="3")
    assert done.returncode == 0, done.stderr
    mnist, fashion = done.stdout.splitlines()
    assert mnist == (
        "MNIST could not be downloaded or read from Keras' cache ([Errno -2] Name or service not known): connect to "
        "the internet and try again, or set HOURGLASS_DATA to a folder that holds mnist.npz, or choose digits or "
        "shapes, which need no download."
    )
    assert "fashion_mnist.npz" in fashion
