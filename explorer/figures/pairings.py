"""Figures of the pairing lab: pure functions from results to Plotly figures and table rows. No Streamlit, no state."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.lab.results import CaseResult
from models.spec.pairings import CASES, letter_of, shown_name

POINTS = 240  # of a curve; a panel is about as many pixels wide
_TIGHT = {"automargin": False, "ticklabeloverflow": "allow", "exponentformat": "power"}
_PANELS = (("loss", [0.68, 1.0]), ("mean size of dloss/dlogit", [0.36, 0.58]), ("logits", [0.0, 0.24]))


def case_figure(result: CaseResult, steps: int) -> dict[str, Any]:
    """Draw loss and gradient over the steps, and the histogram of the logits with the flat parts shaded."""
    arrays = result.arrays
    layout: dict[str, Any] = {
        "margin": {"l": 52, "r": 14, "t": 18, "b": 24},
        "showlegend": False,
        "bargap": 0,
        "xaxis": {"range": [0, steps], "anchor": "y2", "showticklabels": True, **_TIGHT},
        "xaxis2": {"anchor": "y3", **_TIGHT},
        "annotations": [_title(name, domain[1]) for name, domain in _PANELS],
        "shapes": _flat_zones(result),
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
    shown = _thinned(np.arange(1, len(losses) + 1), losses)
    data = [
        _line(*shown, "y", "loss", "theme:accent"),
        _line(arrays["look_steps"], arrays["gradients"], "y2", "gradient", "theme:0"),
        {
            "type": "bar", "x": (edges[:-1] + edges[1:]) / 2, "y": arrays["counts"], "width": np.diff(edges),
            "xaxis": "x2", "yaxis": "y3", "marker": {"color": "theme:accent"},
            "hovertemplate": "logit %{x:.3g}: %{y}<extra></extra>",
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


def _flat_zones(result: CaseResult) -> list[dict[str, Any]]:
    """Return where a logit's sigmoid is flat, as far as the histogram goes."""
    flat = result.pairing.flat
    if not result.arrays or not np.isfinite(flat):
        return []
    low, high = float(result.arrays["edges"][0]), float(result.arrays["edges"][-1])
    zones = [(low, min(-flat, high)), (max(flat, low), high)]
    return [
        {
            "type": "rect", "xref": "x2", "yref": "y3 domain", "x0": start, "x1": end, "y0": 0, "y1": 1,
            "fillcolor": "theme:muted", "opacity": 0.18, "line": {"width": 0}, "layer": "below",
        }
        for start, end in zones if end > start
    ]  # fmt: skip


def table(results: Sequence[CaseResult]) -> list[dict[str, Any]]:
    """Return one row for each case: its pairing, and the verdict."""
    return [_row(result) for result in results]


def _row(result: CaseResult) -> dict[str, Any]:
    pairing, found = result.pairing, result.measured
    letter = letter_of(pairing)
    row: dict[str, Any] = {
        "case": f"{letter} {CASES[letter].title}" if letter else "own",
        "data": shown_name("data", pairing.data),
        "last layer": shown_name("last", pairing.last),
        "loss": shown_name("loss", pairing.loss),
        "displayed as": shown_name("link", pairing.link),
        "outcome": result.diagnosis.verdict if result.diagnosis else "",
    }
    if found is None:
        return row
    losses = result.arrays.get("losses", ())  # missing where the disk took the numbers alone
    return row | {
        "first loss": float(losses[0]) if len(losses) else None,
        "mean loss": result.mean_loss,
        "displayed MSE": found.errors[pairing.link],
        "mean image": found.mean_error,
        "strokes": found.ink,
        "background": found.background,
        "saturated": found.saturation,
        "dloss/dlogit": found.gradient,
    }
