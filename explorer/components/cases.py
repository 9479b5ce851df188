"""The cases of a session of the pairing lab: a card for each, side by side, updated in place."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from explorer.components.component import Component
from explorer.components.encode import figure_json
from explorer.components.web import loader

_CASES = st.components.v2.component(
    "hourglass_cases", html='<div class="hg-cases"></div>', js=loader("cases"), isolate_styles=False
)


def cases(
    cards: Sequence[Mapping[str, Any]],
    figures: Sequence[dict[str, Any]],
    images: np.ndarray | None,
    shown: Sequence[np.ndarray | None],
) -> Component:
    """Return a card for each case, with its figure and what it displays for the images.

    ``images`` and each of ``shown`` are uint8 (count, height, width, channels), or None as long as there are none.
    """
    header = {
        "cases": [{**card, "figure": figure_json(figure)} for card, figure in zip(cards, figures, strict=True)],
    }
    pictures = {f"shown/{number}": array for number, array in enumerate(shown) if array is not None}
    arrays = {} if images is None else {"images": images, **pictures}
    return Component(_CASES, header, arrays, options={"height": "content"})
