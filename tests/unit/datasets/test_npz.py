"""Files of images: what is read, and that whatever else is in one is refused in a sentence, before it is unpacked."""

import io
import re
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.datasets import npz
from explorer.datasets.catalogue import DatasetError
from explorer.datasets.npz import read_npz_images
from tests.support.npz_files import arrays, saved


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
