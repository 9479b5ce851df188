"""The latent map: codes of data points in a plane, with the decode of wherever the pointer is."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from explorer.components.component import Component
from explorer.components.web import LIMITS, loader
from explorer.figures.shown import Plane, Range, Shown

_MAP = st.components.v2.component(
    "hourglass_map", html='<div class="hg-map"></div>', js=loader("map"), isolate_styles=False
)


def latent_map(
    model: Shown,
    plane: Plane,
    labels: np.ndarray,
    class_names: Sequence[str],
    *,
    hand: str,
    total: int,
    what: str = "images",
    tests: bool = False,
    of: str = "probe",
    height: int = 360,
    screen: int = 0,
) -> Component:
    """Return the map of a model. It moves the code of `hand`, as the bank of the same hand does.

    `total` is how many `what` there are, of which the points are some; `tests` says that they are the first test
    images. `of` names the set that the rows belong to: "probe" or "all"; where their codes were deleted, the page runs
    again. The map is `height` pixels high, and on a large screen `screen` percent of it.
    """
    header, arrays = _payload(plane, labels, len(class_names))
    header |= {
        "hand": hand,
        **model.as_json(),
        "stochastic": model.stochastic,
        "prior": model.prior,
        "of": of,
        "classes": list(class_names),
        "total": total,
        "what": what,
        "tests": tests,
        "height": f"max({height}px, {screen}vh)",
        "label": "latent map",
    }
    options = {"on_gone_change": lambda: None}  # it runs the page, which computes them again
    return Component(_MAP, header, arrays, options)


def _payload(plane: Plane, labels: np.ndarray, classes: int) -> tuple[dict, dict[str, np.ndarray]]:
    if classes > LIMITS.most_classes or len(labels) != len(plane.points):
        raise ValueError(
            f"A map was given {len(plane.points)} points, {len(labels)} labels and {classes} classes; it takes as many "
            f"labels as points and at most {LIMITS.most_classes} classes."
        )
    spans = [_span(plane.points[:, axis]) for axis in (0, 1)]
    packed = [_packed(plane.points[:, axis], span) for axis, span in enumerate(spans)]
    arrays = {
        "points": np.concatenate(packed),
        "labels": labels.astype(np.uint16),
        "axes": _floats(plane.axes),
        "centre": _floats(plane.centre),
        "mean": _floats(plane.mean),
    }
    header = {"titles": plane.titles, "name": plane.name, "spans": spans, "ranges": plane.ranges, "note": plane.note}
    return header, arrays


def _span(values: np.ndarray) -> Range:
    low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
    return (low, high) if low < high else (low - 0.5, low + 0.5) if low == high else (0.0, 1.0)


def _packed(values: np.ndarray, span: Range) -> np.ndarray:
    return np.round((values - span[0]) / (span[1] - span[0]) * LIMITS.coordinate_steps).astype(np.uint16)


def _floats(values: np.ndarray | None) -> np.ndarray:
    return np.zeros(0, np.float32) if values is None else values.astype(np.float32)
