"""The latent bank: a track for every latent dimension, and the picture that the code decodes to."""

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from explorer.components.component import Component
from explorer.components.web import loader
from explorer.figures.shown import Dimension, Shown

_BANK = st.components.v2.component(
    "hourglass_bank", html='<div class="hg-bank"></div>', js=loader("bank"), isolate_styles=False
)


def bank(
    model: Shown,
    code: Sequence[float],
    dims: Sequence[Dimension],
    *,
    hand: str,
    revision: int = 0,
    class_index: int = 0,
    chosen: int | None = None,
    visible: int = 16,
    compact: bool = False,
    rate: float | None = None,
) -> Component:
    """Return the bank of a model. A latent map with the same `hand` moves with it.

    The code lives in the browser: the hand takes `code` over when it is first shown, and again when the model (not
    just its snapshot) or `revision` changes; and with it `class_index`, the class that a conditional model draws it as.
    `chosen` is the row of the probe image that `code` is of. `dims` come in the order to show; those after the first
    `visible` are folded. A `compact` bank has a small picture. `rate` is a training's images per second.
    """
    data = {
        "hand": hand,
        **model.as_json(),
        "revision": revision,
        "code": [float(value) for value in code],
        "class_index": class_index,
        "chosen": chosen,
        "dims": [asdict(dimension) for dimension in dims],
        "visible": visible,
        "compact": compact,
        "prior": model.prior,
        "rate": f"{rate:,.0f} images/s" if rate is not None else None,
    }
    return Component(_BANK, data)
