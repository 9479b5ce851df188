"""Arrays in one piece of bytes for the browser: the safetensors format, read by ``assets/web/shared/container.js``.

One piece, because Streamlit carries bytes safely only at the top of a component's data. What else is to be said stands
in the file's metadata, under ``header``, as JSON.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors.numpy import save

HEADER = "header"
_KINDS = ("u1", "u2", "i4", "f4")


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return `header` (JSON values) and named arrays of type uint8, uint16, int32 or float32, of any shape, as bytes.

    Each array begins at a multiple of its own item's size, as typed arrays need. Raises ValueError for another type.
    """
    little = {}
    for name, array in arrays.items():
        if f"{array.dtype.kind}{array.dtype.itemsize}" not in _KINDS:
            raise ValueError(f"The array {name} was {array.dtype}; allowed are uint8, uint16, int32 and float32.")
        little[name] = np.asarray(array, array.dtype.newbyteorder("<"), order="C")
    return save(little, metadata={HEADER: json.dumps(header, separators=(",", ":"))})
