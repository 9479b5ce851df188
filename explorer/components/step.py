"""One training step, stage by stage: sent once with all numbers and pictures, stepped through in the browser."""

import numpy as np
import streamlit as st

from explorer.components.container import pack
from explorer.components.web import loader
from explorer.figures.stepping import Walk

_STEP = st.components.v2.component(
    "hourglass_step", html='<div class="hg-step"></div>', js=loader("step"), isolate_styles=False
)


def step(walk: Walk, pictures: np.ndarray, *, key: str) -> None:
    """Show the walk. ``pictures`` are those that it names, uint8 (n, height, width, channels), in its order.

    The chosen stage is the browser's: other numbers of the same stages leave it where it is.
    """
    header = {**walk.as_json(), "shape": list(pictures.shape[1:])}
    _STEP(key=key, data=pack(header, {"pixels": pictures}), height="content")
