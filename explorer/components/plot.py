"""A Plotly chart that is updated in place: it keeps its zoom while its figure grows."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from explorer.components.encode import figure_json
from explorer.components.web import ignore, loader

_PLOT = st.components.v2.component(
    "hourglass_plot", html='<div class="hg-plot" role="figure"></div>', js=loader("plot"), isolate_styles=False
)


@dataclass(frozen=True)
class PointClick:
    """A click on a point: the trace it is in, and the point's ``customdata`` or else its place in the trace."""

    curve: int
    index: Any


@dataclass(frozen=True)
class PlotResult:
    """What the browser reports in this run."""

    point: PointClick | None


def plot(figure: dict[str, Any], *, key: str, height: int = 360, screen: int = 0, label: str = "chart") -> PlotResult:
    """Show ``figure`` (a dict of ``data``, ``layout`` and perhaps ``config``; numpy arrays welcome).

    Colours may be ``theme:text``, ``theme:muted``, ``theme:grid``, ``theme:surface``, ``theme:panel``, ``theme:accent``
    or ``theme:0`` to ``theme:9``. With ``layout["meta"]["follows"]`` set to a bank's ``follow_key``, the trace named
    ``z`` (or with ``meta="position"``) moves with that bank. ``layout["meta"]["filename"]`` names saved pictures.
    The chart is ``height`` pixels high, and on a large screen ``screen`` percent of it.
    """
    result = _PLOT(
        key=key,
        data={"figure": figure_json(figure), "height": f"max({height}px, {screen}vh)", "label": label},
        height="content",
        on_point_change=ignore,
    )
    point = result.point
    return PlotResult(PointClick(int(point["curve"]), point["index"]) if point else None)
