"""Pixels as bytes, uint8 in 0..255, and in the unit range, 0..1 as float32: each way in one place.

`models.unit_range` has both for tensors, assets/web/decoder has `toBytes` for the browser. All three give the same
values: the product is taken in double precision, because that is what JavaScript has, and ties go to the even byte.
"""

import numpy as np

WHITE = 255  # the largest byte
UNIT = np.float32(1 / WHITE)  # a factor: TensorFlow rewrites a division by a constant so, and the two must agree


def to_unit(pixels: np.ndarray) -> np.ndarray:
    """Return uint8 pixels of any shape as float32 in 0..1."""
    return pixels.astype(np.float32) * UNIT


def around_grey(values: np.ndarray) -> np.ndarray:
    """Return values of any size around 0 in 0..1, scaled by the largest: 0 becomes middle grey."""
    return 0.5 + 0.5 * values.astype(np.float32) / max(float(np.abs(values).max()), 1e-6)


def to_bytes(values: np.ndarray) -> np.ndarray:
    """Return values of any shape as uint8: 0..1 becomes 0..255, what lies outside the nearest end, NaN 0."""
    return np.rint(np.nan_to_num(values.astype(np.float64)).clip(0, 1) * WHITE).astype(np.uint8)
