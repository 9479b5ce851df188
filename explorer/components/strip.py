"""Rows of small images (input, reconstruction, ...), redrawn in place."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from explorer.components.component import Component
from explorer.components.web import loader

_STRIP = st.components.v2.component(
    "hourglass_strip", html='<div class="hg-strip"></div>', js=loader("strip"), isolate_styles=False
)


def strip(rows: Mapping[str, np.ndarray], *, scale: int = 72) -> Component:
    """Return one row of images a label: uint8 arrays (images, rows, columns, channels), all of one shape.

    An image is at most ``scale`` CSS pixels wide. Raises ValueError for other arrays.
    """
    arrays = list(rows.values())
    if not arrays or any(a.dtype != np.uint8 or a.ndim != 4 or a.shape != arrays[0].shape for a in arrays):
        found = [f"{a.dtype} {a.shape}" for a in arrays]
        raise ValueError(f"A strip takes uint8 arrays (images, rows, columns, channels) of one shape, not {found}.")
    count, *shape = arrays[0].shape
    header = {
        "rows": list(rows),
        "count": count,
        "shape": shape,
        "scale": scale,
    }
    return Component(_STRIP, header, {"pixels": np.stack(arrays)})
