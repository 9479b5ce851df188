"""Figures of the pairing lab: pure functions from results to what a card shows. No Streamlit, no state."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.lab.results import CaseResult
from models.spec.pairings import letter_of
from models.spec.sentences import shown_number

POINTS = 240  # of a curve; a panel is about as many pixels wide
LINEAR = 5.0  # logits up to about this are drawn to scale, those beyond logarithmically
TICKS = 7  # of the logits' axis, at most
Span = tuple[float, float]
_TIGHT = {"automargin": False, "ticklabeloverflow": "allow", "exponentformat": "power"}
_PANELS = (("Loss", [0.74, 1.0]), ("Mean size of dloss/dlogit", [0.42, 0.64]), ("Logits", [0.0, 0.24]))
_ROUND = np.outer(10.0 ** np.arange(8), (1, 2, 5)).ravel()  # the ends of the logits' axis


def logit_span(results: Sequence[CaseResult]) -> Span:
    """Return the logits from the lowest to the highest of all cases, as round numbers: the axis that they share."""
    edges = [case.arrays["edges"] for case in results if case.arrays]
    low, high = (min(map(np.min, edges)), max(map(np.max, edges))) if edges else (-LINEAR, LINEAR)
    return -_rounded_up(-float(low)), _rounded_up(float(high))


def _rounded_up(value: float) -> float:
    """Return the first round number that is not below, at least LINEAR."""
    return float(next((each for each in _ROUND if each >= max(value, LINEAR)), _ROUND[-1]))


def as_placed(logits: Any) -> Any:
    """Return the places of logits on their axis: about to scale up to LINEAR, logarithmic far beyond."""
    return np.arcsinh(np.asarray(logits) / LINEAR)


def _ticks(span: Span) -> dict[str, Any]:
    """Return the ticks of the logits' axis: round numbers that stand clear of each other."""
    low, high = as_placed(span)
    kept = [0.0]
    for value in _ROUND:
        if as_placed(value) - as_placed(kept[-1]) >= (high - low) / TICKS:
            kept.append(float(value))
    both = sorted({sign * value for value in kept for sign in (-1, 1)})
    shown = [value for value in both if span[0] <= value <= span[1]]
    words = [shown_number(value, ",.0f") if value else "0" for value in shown]
    return {"tickmode": "array", "tickvals": as_placed(shown).tolist(), "ticktext": words}


def case_figure(result: CaseResult, steps: int, span: Span) -> dict[str, Any]:
    """Draw loss and gradient over the steps, and the histogram of the logits with the flat parts shaded.

    `span` is the part of the logits' axis that all cases show.
    """
    arrays = result.arrays
    layout: dict[str, Any] = {
        "margin": {"l": 52, "r": 14, "t": 18, "b": 24},
        "showlegend": False,
        "bargap": 0,
        "xaxis": {"range": [0, steps], "anchor": "y2", "showticklabels": True, **_TIGHT},
        "xaxis2": {"range": as_placed(span).tolist(), "anchor": "y3", **_ticks(span), **_TIGHT},
        "annotations": [_title(name, domain[1]) for name, domain in _PANELS],
        "shapes": _flat_zones(result, span),
        "meta": {"filename": f"hourglass-pairing-{letter_of(result.pairing) or 'own'}"},
    }
    for number, (_, domain) in enumerate(_PANELS, start=1):
        axis = "yaxis" if number == 1 else f"yaxis{number}"
        layout[axis] = {"domain": domain, "nticks": 4, "anchor": "x2" if number == 3 else "x", **_TIGHT}
    layout["yaxis2"]["rangemode"] = "tozero"
    layout["yaxis3"]["showticklabels"] = False
    if not arrays:
        return {"data": [], "layout": layout}
    losses, edges = arrays["losses"], arrays["edges"]
    places = as_placed(edges)
    shown = _thinned(np.arange(1, len(losses) + 1), losses)
    data = [
        _line(*shown, "y", "loss", "theme:accent"),
        _line(arrays["look_steps"], arrays["gradients"], "y2", "gradient", "theme:0"),
        {
            "type": "bar", "x": (places[:-1] + places[1:]) / 2, "y": arrays["counts"], "width": np.diff(places),
            "customdata": (edges[:-1] + edges[1:]) / 2,
            "xaxis": "x2", "yaxis": "y3", "marker": {"color": "theme:accent"},
            "hovertemplate": "logit %{customdata:.3g}: %{y}<extra></extra>",
        },
    ]  # fmt: skip
    return {"data": data, "layout": layout}


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return means over equal blocks of steps, at most POINTS of them."""
    block = -(-len(x) // POINTS) or 1
    starts = np.arange(0, len(x), block)
    sizes = np.diff([*starts, len(x)])
    return np.add.reduceat(x, starts) / sizes, np.add.reduceat(y, starts) / sizes


def _line(x: np.ndarray, y: np.ndarray, axis: str, name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "xaxis": "x", "yaxis": axis, "name": name,
        "line": {"color": colour, "width": 1.5}, "hovertemplate": f"step %{{x:.0f}}: {name} %{{y:.4~g}}<extra></extra>",
    }  # fmt: skip


def _title(text: str, top: float) -> dict[str, Any]:
    return {
        "text": text, "xref": "paper", "yref": "paper", "x": 0, "y": top, "xanchor": "left", "yanchor": "bottom",
        "showarrow": False, "font": {"size": 12, "color": "theme:muted"},
    }  # fmt: skip


def _flat_zones(result: CaseResult, span: Span) -> list[dict[str, Any]]:
    """Return where a logit's sigmoid is flat, as far as the axis goes."""
    flat = result.pairing.flat
    if not result.arrays or not np.isfinite(flat):
        return []
    low, high = span
    zones = [(low, min(-flat, high)), (max(flat, low), high)]
    return [
        {
            "type": "rect", "xref": "x2", "yref": "y3 domain", "x0": float(as_placed(start)),
            "x1": float(as_placed(end)), "y0": 0, "y1": 1,
            "fillcolor": "theme:muted", "opacity": 0.18, "line": {"width": 0}, "layer": "below",
        }
        for start, end in zones if end > start
    ]  # fmt: skip
