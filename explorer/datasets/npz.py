"""Reading images and labels from an `.npz` file that may be damaged or hostile.

Nothing is unpacked before its size is known from the zip directory and the arrays' own headers; no pickle is
ever read; any fault of the file becomes a DatasetError.
"""

import math
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

import numpy as np

from explorer.datasets.catalogue import DatasetError
from explorer.files import MOST_ARRAYS, open_file

MAX_BYTES = 1 << 30  # all arrays of a file together, unpacked
_MEGABYTE = 1_000_000

# Errors of zipfile, zlib and numpy on files that are broken, encrypted, truncated or have false sizes.
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    RuntimeError,  # encrypted members; its subclass NotImplementedError: unknown versions of the format
    OverflowError,
    MemoryError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)

# The header exactly as numpy writes it for plain numbers. Being strict here keeps Python's parser, which numpy calls
# for headers, away from foreign text.
_HEADER = re.compile(
    rb"\{'descr': '([<>|=][biufc]\d{1,2})', 'fortran_order': (?:True|False), 'shape': "
    rb"\((\d{1,12}(?:, \d{1,12})*),?\), \} *\n"
)


class LabelledImages(NamedTuple):
    """`images`: uint8 (n, height, width, channels), 0..255; `labels`: int64 (n,)."""

    images: np.ndarray
    labels: np.ndarray


def read_npz_images(
    path: Path, image_shape: tuple[int, int, int] | None = None, class_count: int | None = None
) -> tuple[LabelledImages, LabelledImages]:
    """Read the training and the test part of an `.npz` file with the keys x_train, y_train, x_test and y_test.

    Images are uint8 arrays (n, height, width) or (n, height, width, channels) with 1 or 3 channels, labels are arrays
    (n,) of integers from 0. If `image_shape` (height, width, channels) or `class_count` is given, the file must agree.
    Without `image_shape` both parts must have images of one shape.

    Raises DatasetError if the file cannot be read, is larger than MAX_BYTES unpacked, or holds anything else.
    """
    x_train, y_train, x_test, y_test = _read_arrays(path, ("x_train", "y_train", "x_test", "y_test"))
    source = f"The file {path.name}"
    train = check_images(x_train, y_train, source, image_shape, class_count)
    return train, check_images(x_test, y_test, source, image_shape or train.images.shape[1:], class_count)


def check_images(
    images: np.ndarray,
    labels: np.ndarray,
    source: str,
    image_shape: tuple[int, ...] | None = None,
    class_count: int | None = None,
) -> LabelledImages:
    """Check arrays as described in `read_npz_images` and add the channel axis; `source` begins the error's sentence."""
    if images.dtype != np.uint8:
        raise DatasetError(f"{source} has images of type {images.dtype}: only uint8 (0 to 255) works; convert them.")
    shape = images.shape if images.ndim == 4 else (*images.shape, 1)
    if len(shape) != 4 or 0 in shape or shape[3] not in (1, 3):
        raise DatasetError(
            f"{source} has an image array of shape {images.shape}: it must be (images, height, width), or the "
            "same with 1 or 3 channels at the end, with nothing empty; reshape it."
        )
    if image_shape is not None and shape[1:] != tuple(image_shape):
        raise DatasetError(
            f"{source} has images of shape {shape[1:]} where {tuple(image_shape)} (height, width, channels) is needed: "
            "use the original file, or bring all its images to that size."
        )
    return LabelledImages(images.reshape(shape), _check_labels(labels, shape[0], source, class_count))


def _check_labels(labels: np.ndarray, count: int, source: str, class_count: int | None) -> np.ndarray:
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        raise DatasetError(
            f"{source} has labels of type {labels.dtype} and shape {labels.shape}: whole numbers of shape ({count},), "
            "one for each image, are needed; convert them."
        )
    lowest, highest = int(labels.min()), int(labels.max())
    largest = (class_count if class_count is not None else 1 << 31) - 1
    if lowest < 0 or highest > largest:
        raise DatasetError(
            f"{source} has labels from {lowest} to {highest}: only 0 to {largest} is allowed; number the "
            "classes from 0."
        )
    return labels.astype(np.int64)


def _read_arrays(path: Path, keys: tuple[str, ...]) -> list[np.ndarray]:
    try:
        with open_file(path, MOST_ARRAYS) as file:
            _check_directory(file, path, keys)
            file.seek(0)
            with np.load(file, allow_pickle=False) as arrays:
                # With ".npy" the name is that of the member that was checked, even if another is called just `key`.
                return [arrays[f"{key}.npy"] for key in keys]
    except DatasetError:
        raise
    except _BROKEN as error:
        raise DatasetError(_unreadable(path, str(error) or type(error).__name__)) from error


def _check_directory(file: BinaryIO, path: Path, keys: tuple[str, ...]) -> None:
    """Refuse, before anything is unpacked, what is missing, too large, or not as large as its header says."""
    # numpy decides by the first bytes whether it reads a zip archive or something else, zipfile by the last ones.
    if file.read(4) != b"PK\x03\x04":
        raise DatasetError(_unreadable(path, "it is not a zip archive"))
    with zipfile.ZipFile(file) as archive:
        members = {member.filename: member for member in archive.infolist()}
        missing = [key for key in keys if f"{key}.npy" not in members]
        if missing:
            raise DatasetError(
                f"The file {path.name} has no array {', '.join(missing)}: it must hold {', '.join(keys)}; "
                "save it again with numpy.savez_compressed and these names."
            )
        wanted = [members[f"{key}.npy"] for key in keys]
        total = sum(member.file_size for member in wanted)
        if total > MAX_BYTES:
            raise DatasetError(
                f"The file {path.name} would unpack to {total / _MEGABYTE:,.0f} MB: at most "
                f"{MAX_BYTES / _MEGABYTE:,.0f} MB is allowed; save fewer or smaller images."
            )
        for member in wanted:
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise DatasetError(_unreadable(path, "it is compressed in a way that numpy does not use"))
            with archive.open(member) as stream:
                declared = _declared_bytes(stream)
            if declared != member.file_size:
                raise DatasetError(_unreadable(path, f"the header of {member.filename} does not fit its contents"))


def _declared_bytes(stream: IO[bytes]) -> int:
    """Return how long an `.npy` stream says it is, header included; -1 if it is not a plain array of numbers."""
    start = stream.read(10)
    if len(start) != 10 or start[:8] != b"\x93NUMPY\x01\x00":
        return -1
    (header_length,) = struct.unpack("<H", start[8:])
    header = _HEADER.fullmatch(stream.read(header_length))
    if header is None:
        return -1
    try:
        item_bytes = np.dtype(header[1].decode("ascii")).itemsize
    except TypeError:
        return -1
    return len(start) + header_length + item_bytes * math.prod(int(size) for size in header[2].split(b", "))


def _unreadable(path: Path, reason: str) -> str:
    return (
        f"The file {path.name} cannot be read ({reason}): an .npz file of plain arrays of numbers is needed; "
        "save it again with numpy.savez_compressed, or fetch a fresh copy."
    )
