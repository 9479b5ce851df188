"""Figures as JSON, with numpy arrays as the typed arrays that Plotly reads without parsing."""

import base64
import json
import math
from typing import Any

import numpy as np

_SMALL = 16  # below this a list is shorter than the typed array's wrapping
_EXACT_IN_F4 = 2**24


def figure_json(figure: dict[str, Any]) -> str:
    """Return ``figure`` (data, layout and perhaps config) as JSON; numbers that are not finite become gaps."""
    return json.dumps(_plain(figure), separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _array(array: np.ndarray) -> Any:
    numeric = array.dtype.kind in "iuf"
    if not numeric or array.size <= _SMALL or not 1 <= array.ndim <= 3:
        return _plain(array.astype(str).tolist() if array.dtype.kind in "mM" else array.tolist())
    array = np.ascontiguousarray(_narrow(array))
    spec = {"dtype": array.dtype.str[1:], "bdata": base64.b64encode(array.tobytes()).decode("ascii")}
    if array.ndim > 1:
        spec["shape"] = ", ".join(str(size) for size in array.shape)
    return spec


def _narrow(array: np.ndarray) -> np.ndarray:
    """Return ``array`` in the smallest of Plotly's little-endian types that shows the same chart."""
    if array.dtype.kind == "f":
        largest = np.abs(array[np.isfinite(array)]).max(initial=0)
        # A time in milliseconds or a step count needs all its digits; a latent code or a loss does not.
        return array.astype("<f8" if largest >= _EXACT_IN_F4 else "<f4", copy=False)
    low, high = int(array.min()), int(array.max())
    for name in ("u1", "i1", "u2", "i2", "u4", "i4"):
        limits = np.iinfo(name)
        if limits.min <= low and high <= limits.max:
            return array.astype(f"<{name}")
    return array.astype("<f8")
