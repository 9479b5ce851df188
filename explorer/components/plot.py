"""A Plotly chart that is updated in place: it keeps its zoom while its figure grows."""

from typing import Any

import streamlit as st

from explorer.components.component import Component
from explorer.components.encode import figure_json
from explorer.components.web import loader

_PLOT = st.components.v2.component(
    "hourglass_plot", html='<div class="hg-plot" role="figure"></div>', js=loader("plot"), isolate_styles=False
)


def plot(figure: dict[str, Any], *, height: int = 360, screen: int = 0, label: str = "chart") -> Component:
    """Return the chart of ``figure`` (a dict of ``data``, ``layout`` and perhaps ``config``; numpy arrays welcome).

    Colours may be ``theme:text``, ``theme:muted``, ``theme:grid``, ``theme:surface``, ``theme:panel``, ``theme:accent``
    or ``theme:0`` to ``theme:9``. ``layout["meta"]["filename"]`` names saved pictures. The chart is ``height`` pixels
    high, and on a large screen ``screen`` percent of it.
    """
    data = {"figure": figure_json(figure), "height": f"max({height}px, {screen}vh)", "label": label}
    return Component(_PLOT, data, options={"height": "content"})
