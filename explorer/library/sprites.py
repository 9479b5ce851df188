"""Many small images in one PNG file, and back."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

COLUMNS = 40
LARGEST_PIXELS = 64_000_000
_MODES = {1: "L", 3: "RGB"}


def save_sprites(path: Path, images: np.ndarray) -> None:
    """Write uint8 images (n, height, width, channels in 1 or 3) as one PNG, 40 to a row."""
    count, height, width, channels = images.shape
    rows = math.ceil(count / COLUMNS)
    sheet = np.zeros((rows * COLUMNS, height, width, channels), np.uint8)
    sheet[:count] = images
    sheet = sheet.reshape(rows, COLUMNS, height, width, channels).swapaxes(1, 2)
    sheet = sheet.reshape(rows * height, COLUMNS * width, channels)
    Image.fromarray(sheet.squeeze(-1) if channels == 1 else sheet, _MODES[channels]).save(path, optimize=True)


def load_sprites(path: Path, count: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Load the first `count` images, uint8 (count, *shape). Raises ValueError where the file is not of that size."""
    height, width, channels = shape
    rows = math.ceil(count / COLUMNS)
    with Image.open(path, formats=["PNG"]) as file:
        if file.size != (COLUMNS * width, rows * height) or rows * height * COLUMNS * width > LARGEST_PIXELS:
            raise ValueError(
                f"{path.name} is {file.size}; {count} images of {shape} need {(COLUMNS * width, rows * height)}."
            )
        sheet = np.asarray(file.convert(_MODES[channels])).reshape(rows, height, COLUMNS, width, channels)
    return sheet.swapaxes(1, 2).reshape(-1, *shape)[:count]
