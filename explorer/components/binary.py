"""Arrays in one piece of bytes for the browser, read by `assets/web/shared/binary.js`.

One piece, because Streamlit carries bytes safely only at the top of a component's data. Layout: uint32 length of the
header, the header in JSON (padded with spaces), the arrays. Each array begins at a multiple of 8, as typed arrays need.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

_ALIGNED = 8
_TYPES = ("<u1", "<u2", "<i4", "<f4")


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """`header` (JSON values) and named arrays of type uint8, uint16, int32 or float32, of any shape.

    The header in the bytes has one key more, `arrays`: name, type and shape of each, in order. Raises ValueError for
    another type.
    """
    listed, parts = [], []
    for name, array in arrays.items():
        little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
        kind = f"<{little.dtype.kind}{little.dtype.itemsize}"
        if kind not in _TYPES:
            raise ValueError(f"The array {name} was {array.dtype}; allowed are uint8, uint16, int32 and float32.")
        listed.append({"name": name, "type": kind[1:], "shape": list(array.shape)})
        parts.append(_padded(little.tobytes(), b"\0"))
    text = json.dumps({**header, "arrays": listed}, separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % _ALIGNED)
    return struct.pack("<I", len(text)) + text + b"".join(parts)


def _padded(data: bytes, filler: bytes) -> bytes:
    return data + filler * (-len(data) % _ALIGNED)
