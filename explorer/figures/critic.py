"""Histograms of a critic's logits on real and generated inputs. A pure function, no Streamlit."""

from typing import Any

import numpy as np

from explorer.diagnosis.critic_measures import CriticMeasured
from explorer.diagnosis.games import GAMES

BINS = 40
REAL, MADE = "theme:accent", "theme:1"
_FIXED = {"automargin": False, "ticklabeloverflow": "allow"}


def logit_histogram(found: CriticMeasured) -> dict[str, Any]:
    """Draw both distributions of logits over one axis; where one value divides them, draw it too."""
    game, _ = GAMES[found.info.fools]
    edges = bin_edges(found.real, found.made)
    return {
        "data": [
            _bars(found.real, edges, game.real, REAL),
            _bars(found.made, edges, game.made, MADE),
        ],
        "layout": {
            "barmode": "overlay", "bargap": 0, "showlegend": False, "hovermode": "x unified",
            "margin": {"l": 8, "r": 8, "t": 24, "b": 40},
            "xaxis": {"title": {"text": game.scale}, **_FIXED},
            "yaxis": {"showticklabels": False, "rangemode": "tozero", **_FIXED},
            "shapes": [] if game.undecided is None else [_line_at(game.undecided)],
            "annotations": [_label(game.made, MADE, 0.0, "left"), _label(game.real, REAL, 1.0, "right")],
            "meta": {"filename": f"hourglass-{found.critic}"},
        },
    }  # fmt: skip


def bin_edges(real: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Return the edges of equal bins over all finite logits: (BINS + 1,)."""
    logits = np.concatenate([real, made]).astype(np.float64)
    logits = logits[np.isfinite(logits)]
    low, high = (float(logits.min()), float(logits.max())) if len(logits) else (0.0, 0.0)
    room = max(1e-3, 0.5 * (1.0 - (high - low))) if high - low < 1.0 else 0.0  # a narrow one must not fill the axis
    return np.linspace(low - room, high + room, BINS + 1)


def _bars(logits: np.ndarray, edges: np.ndarray, name: str, colour: str) -> dict[str, Any]:
    counts, _ = np.histogram(logits[np.isfinite(logits)], edges)
    return {
        "type": "bar", "x": (edges[:-1] + edges[1:]) / 2, "y": counts, "width": np.diff(edges), "name": name,
        "marker": {"color": colour}, "opacity": 0.6, "hovertemplate": f"{name}: %{{y}}<extra></extra>",
    }  # fmt: skip


def _line_at(x: float) -> dict[str, Any]:
    return {
        "type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1,
        "line": {"color": "theme:muted", "width": 1, "dash": "dash"},
    }  # fmt: skip


def _label(text: str, colour: str, x: float, anchor: str) -> dict[str, Any]:
    return {
        "text": f"<b>{text}</b>", "xref": "paper", "yref": "paper", "x": x, "y": 1, "xanchor": anchor,
        "yanchor": "bottom", "showarrow": False, "font": {"size": 12, "color": colour},
    }  # fmt: skip
