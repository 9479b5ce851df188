"""The latent bank: a track for every latent dimension, and the picture that the code decodes to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from explorer.components.web import loader

_BANK = st.components.v2.component(
    "hourglass_bank", html='<div class="hg-bank"></div>', js=loader("bank"), isolate_styles=False
)


@dataclass(frozen=True)
class Dimension:
    """One latent dimension: its slider's range, where it rests, how the data spread along it, how much it does."""

    index: int
    low: float
    high: float
    reset: float = 0.0
    mean: float = 0.0
    std: float = 1.0
    active: bool = True
    activity: float = 1.0
    ticks: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)  # 5, 25, 50, 75, 95 % of the data


@dataclass(frozen=True)
class Shown:
    """The model that a component decodes with. `version` tells apart what one key means at two times."""

    key: str
    shape: tuple[int, int, int]  # (height, width, channels) of its images
    stochastic: bool  # whether its encoder gives a distribution, which can be sampled
    prior: bool  # whether codes can be drawn from a standard normal
    version: str = ""
    condition: tuple[str, ...] = ()  # the classes that its decoder can be told, in order; none if it is not conditional

    def as_json(self) -> dict[str, Any]:
        """The part of a component's data by which its hand finds the model: `Model` in decoder/following.js."""
        return {
            "model": self.key,
            "version": self.version,
            "shape": list(self.shape),
            "conditions": list(self.condition),
        }


def bank(
    model: Shown,
    code: Sequence[float],
    dims: Sequence[Dimension],
    *,
    key: str,
    hand: str,
    revision: int = 0,
    condition: int = 0,
    chosen: int | None = None,
    visible: int = 16,
    compact: bool = False,
    rate: float | None = None,
) -> None:
    """Show the bank. A latent map with the same `hand` moves with it.

    The code lives in the browser: the hand takes `code` over when it is first shown, and again when the model (not
    just its snapshot) or `revision` changes; and with it `condition`, the class that a conditional model draws it as.
    `chosen` is the row of the probe image that `code` is of. `dims` come in the order to show; those after the first
    `visible` are folded. A `compact` bank has a small picture. `rate` is a training's images per second.
    """
    data = {
        "hand": hand,
        **model.as_json(),
        "revision": revision,
        "code": [float(value) for value in code],
        "condition": condition,
        "chosen": chosen,
        "dims": [asdict(dimension) for dimension in dims],
        "visible": visible,
        "compact": compact,
        "prior": model.prior,
        "rate": f"{rate:,.0f} images/s" if rate is not None else None,
    }
    _BANK(key=key, data=data)
