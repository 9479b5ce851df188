"""Many small images in one PNG file, and back."""

import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from explorer.files import open_file, write_whole

COLUMNS = 40
LARGEST_PIXELS = 89_000_000  # of a file: from some more on, Pillow warns of an attack
_MODES = {1: "L", 3: "RGB"}
_ROOM = 1_000_000  # bytes that a file may have beyond its pixels
# What Pillow raises for broken files.
_BROKEN = (
    OSError, SyntaxError, EOFError, OverflowError, ValueError, struct.error, zlib.error,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


def most_sprites(shape: tuple[int, int, int]) -> int:
    """Return how many images of a shape (height, width, channels) go into one file."""
    height, width, _ = shape
    return COLUMNS * (LARGEST_PIXELS // (COLUMNS * height * width))


def save_sprites(path: Path, images: np.ndarray) -> None:
    """Write uint8 images (n, height, width, channels in 1 or 3) as one PNG, 40 to a row.

    Raises ValueError for more images than can be read again, OSError where it cannot be written.
    """
    count, height, width, channels = images.shape
    rows = math.ceil(count / COLUMNS)
    _check_size(path, count, (height, width, channels))
    sheet = np.zeros((rows * COLUMNS, height, width, channels), np.uint8)
    sheet[:count] = images
    sheet = sheet.reshape(rows, COLUMNS, height, width, channels).swapaxes(1, 2)
    sheet = sheet.reshape(rows * height, COLUMNS * width, channels)
    picture = Image.fromarray(sheet.squeeze(-1) if channels == 1 else sheet, _MODES[channels])
    write_whole(path, lambda temporary: picture.save(temporary, "PNG", optimize=True))


def load_sprites(path: Path, count: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Load the first `count` images, uint8 (count, *shape).

    Raises OSError where the file cannot be read, ValueError where it is not of that size or none of such images.
    """
    height, width, channels = shape
    rows = math.ceil(count / COLUMNS)
    _check_size(path, count, shape)
    with open_file(path, rows * COLUMNS * height * width * channels + _ROOM) as data:
        sheet = _pixels(data, path.name, (COLUMNS * width, rows * height), channels)
    sheet = sheet.reshape(rows, height, COLUMNS, width, channels)
    return sheet.swapaxes(1, 2).reshape(-1, *shape)[:count]


def _pixels(data: BinaryIO, name: str, size: tuple[int, int], channels: int) -> np.ndarray:
    """Return the pixels of a PNG of that width and height, which stand in its header: that is read first."""
    try:
        with Image.open(data, formats=["PNG"]) as file:
            if file.size == size:
                return np.asarray(file.convert(_MODES[channels]))
            found = file.size
    except _BROKEN as error:
        raise ValueError(f"{name} is not a complete PNG file: {str(error).rstrip('.')}") from error
    raise ValueError(f"{name} has {found[0]} x {found[1]} pixels; {size[0]} x {size[1]} are needed")


def _check_size(path: Path, count: int, shape: tuple[int, int, int]) -> None:
    if count > most_sprites(shape):
        raise ValueError(f"{path.name} takes {most_sprites(shape):,} images of {shape} at most, not {count:,}")
