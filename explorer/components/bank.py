"""The latent bank: a slider for every latent dimension, and the picture that the code decodes to."""

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from explorer.components.web import ignore, loader

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


@dataclass(frozen=True)
class Picture:
    """What to show beside the sliders, as uint8 arrays of one shape (rows, columns, channels)."""

    decoded: np.ndarray | None = None
    original: np.ndarray | None = None
    reconstruction: np.ndarray | None = None


@dataclass(frozen=True)
class BankResult:
    """The code as the hand last left it (or as it was given, while untouched in this revision)."""

    code: list[float]


def bank(
    model: str,
    code: Sequence[float] | np.ndarray,
    dims: Sequence[Dimension],
    shape: tuple[int, int, int],
    *,
    key: str,
    revision: int = 0,
    picture: Picture | None = None,
    caption: str = "",
    prior: bool = False,
    plane: tuple[int, int] | None = None,
    follow_key: str = "",
    visible: int = 16,
) -> BankResult:
    """Show the bank. It keeps the code that the hand made until ``revision`` or ``model`` changes, then takes ``code``.

    ``dims`` come in the order to show; those after the first ``visible`` are folded. ``prior`` says that Random draws
    from N(0, 1) and not around the data. With ``plane`` the bank tells charts that follow ``follow_key`` where it is.
    """
    start = [float(value) for value in code]
    shown = picture or Picture()
    data = {
        "model": model,
        "revision": revision,
        "code": start,
        "dims": [asdict(dimension) for dimension in dims],
        "visible": visible,
        "shape": list(shape),
        "image": {name: _pixels(getattr(shown, name), shape) for name in ("decoded", "original", "reconstruction")},
        "caption": caption,
        "prior": prior,
        "plane": list(plane) if plane else None,
        "follow_key": follow_key,
    }
    moved = _BANK(key=key, data=data, on_code_change=ignore).code
    ours = moved and (moved["model"], moved["revision"], len(moved["values"])) == (model, revision, len(start))
    return BankResult([float(value) for value in moved["values"]] if ours else start)


def _pixels(image: np.ndarray | None, shape: tuple[int, int, int]) -> str | None:
    if image is None:
        return None
    if image.dtype != np.uint8 or image.size != np.prod(shape):
        raise ValueError(f"The bank shows uint8 images of shape {shape}, not {image.dtype} of {image.shape}.")
    return base64.b64encode(np.ascontiguousarray(image).tobytes()).decode("ascii")
