"""Anti-aliased squares, ellipses and hearts whose generating factors are known.

Each shape is a signed distance (negative inside) with circumradius 1 around its centre, so one `scale` means the same
for all three, and a shape stays inside the image whatever its rotation.
"""

from collections.abc import Callable

import numpy as np

SHAPE_NAMES = ("square", "ellipse", "heart")
SHAPES_SEED = 20_260
SCALE_RANGE = (0.16, 0.27)  # circumradius, as a fraction of the image's side
MARGIN = 1 / 28  # always empty at each edge, as a fraction of the side

# One range for all scales: if the range of x depended on the scale, the factors would not be independent.
CENTRE_RANGE = (SCALE_RANGE[1] + MARGIN, 1 - SCALE_RANGE[1] - MARGIN)

_PIXELS_PER_BATCH = 1 << 18  # keeps the temporaries (1 MB each) in the processor's cache

_HALF_SIDE = np.float32(np.sqrt(0.5))
_MINOR_AXIS = np.float32(0.5)
_LOBE_RADIUS = np.float32(np.sqrt(2) / 4)
# The heart below reaches from y = 0 (its tip) to y = 1.1; this height is equally far from the tip and from the lobes.
_HEART_CENTRE = np.float32(0.5 / (1.5 - np.sqrt(0.5)))


def _square(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    dx, dy = np.abs(x) - _HALF_SIDE, np.abs(y) - _HALF_SIDE
    return np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0)


def _ellipse(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # An ellipse has no simple exact distance; f / |gradient of f| is right to first order at the edge, the only place
    # where it is looked at.
    level = np.hypot(x, y / _MINOR_AXIS)
    slope = np.hypot(x, y / _MINOR_AXIS**2)
    return level * (level - 1) / np.maximum(slope, np.float32(1e-6))


def _heart(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # Inigo Quilez' exact distance: two quarter discs on a square that stands on its corner.
    x, y = np.abs(x) * _HEART_CENTRE, (y + 1) * _HEART_CENTRE
    lobe = np.hypot(x - np.float32(0.25), y - np.float32(0.75)) - _LOBE_RADIUS
    diagonal = np.maximum(x + y, 0) / 2
    body = np.minimum(np.hypot(x, y - 1), np.hypot(x - diagonal, y - diagonal)) * np.sign(x - y)
    return np.where(x + y > 1, lobe, body) / _HEART_CENTRE


_DISTANCES: tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], ...] = (_square, _ellipse, _heart)


def sample_factors(count: int, seed: int = SHAPES_SEED) -> dict[str, np.ndarray]:
    """Draw `count` values of every factor, uniformly and independently, as float64 arrays of shape (count,).

    `shape` is an index into SHAPE_NAMES; `scale` is the circumradius, `x` (from the left) and `y` (from the top) are
    the centre, all as fractions of the image's side; `rotation` is in radians, counter-clockwise, from 0 to 2π. A
    square looks the same after a quarter turn and an ellipse after a half, so only that much of theirs can be seen.
    """
    rng = np.random.default_rng(seed)
    return {
        "shape": rng.integers(len(SHAPE_NAMES), size=count).astype(np.float64),
        "scale": rng.uniform(*SCALE_RANGE, size=count),
        "rotation": rng.uniform(0, 2 * np.pi, size=count),
        "x": rng.uniform(*CENTRE_RANGE, size=count),
        "y": rng.uniform(*CENTRE_RANGE, size=count),
    }


def draw_shapes(factors: dict[str, np.ndarray], side: int) -> np.ndarray:
    """Draw one image of `side` × `side` pixels per row of `factors` (see `sample_factors`).

    Returns uint8 (count, side, side, 1): 0 outside the shape, 255 inside.
    """
    kinds = factors["shape"].astype(np.int64)
    images = np.empty((len(kinds), side, side, 1), np.uint8)
    step = max(1, _PIXELS_PER_BATCH // side**2)
    for kind, distance in enumerate(_DISTANCES):
        rows = np.flatnonzero(kinds == kind)
        for start in range(0, len(rows), step):
            batch = rows[start : start + step]
            images[batch, :, :, 0] = _draw(distance, {name: values[batch] for name, values in factors.items()}, side)
    return images


def sample_hues(count: int, seed: int = SHAPES_SEED) -> np.ndarray:
    """Draw `count` hues, uniformly and independently of all other factors, float64 (count,).

    A hue is a share of the colour circle, from 0 to 1: 0 is red, 1/3 green, 2/3 blue.
    """
    return np.random.default_rng((seed, 1)).uniform(size=count)


def paint(images: np.ndarray, hues: np.ndarray) -> np.ndarray:
    """Give each of the grey images, uint8 (count, height, width, 1), its hue (count,), fully saturated, on black.

    Returns uint8 (count, height, width, 3).
    """
    # Each channel is full within a sixth of the circle around its own hue, and 0 from two sixths on.
    away = np.abs((hues[:, None] - np.array([0, 1 / 3, 2 / 3]) + 0.5) % 1 - 0.5)
    light = np.rint(255 * np.clip(2 - 6 * away, 0, 1)).astype(np.uint16)
    painted = np.empty((*images.shape[:3], 3), np.uint8)
    for channel in range(3):
        painted[..., channel] = (images[..., 0] * light[:, channel, None, None] + 127) // 255
    return painted


def _draw(distance: Callable[..., np.ndarray], factors: dict[str, np.ndarray], side: int) -> np.ndarray:
    scale, rotation, x, y = (
        factors[name].astype(np.float32)[:, None, None] for name in ("scale", "rotation", "x", "y")
    )
    centres = (np.arange(side, dtype=np.float32) + np.float32(0.5)) / np.float32(side)
    # From here on y points up, as it does in the formulas; in the image it points down.
    right, up = (centres[None, None, :] - x) / scale, (y - centres[None, :, None]) / scale
    cos, sin = np.cos(rotation), np.sin(rotation)
    pixels_outside = distance(cos * right + sin * up, cos * up - sin * right) * (scale * side)
    # The edge is one pixel wide: a pixel whose centre lies on it is half covered.
    # In single precision, which `to_bytes` is not: the bytes of the data set are to stay as models learnt them.
    return np.rint(np.clip(np.float32(0.5) - pixels_outside, 0, 1) * 255).astype(np.uint8)
