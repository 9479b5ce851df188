"""The loss graph: tensors and terms as a picture, each term as a row whose numbers change in place."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.components.web import as_data, loader
from explorer.figures.tensor_graph import Graph

_GRAPH = st.components.v2.component(
    "hourglass_graph", html='<div class="hg-graph"></div>', js=loader("graph"), isolate_styles=False
)


def graph(
    drawn: Graph,
    rows: Sequence[Mapping[str, str]],
    *,
    key: str,
    learners: Sequence[Mapping[str, str]],
    values: Mapping[str, Any] | None = None,
) -> None:
    """Show the graph and its terms' ``rows``, each with name, title, formula, unit, paper, reads, weight and total.

    ``learners`` have total, title, unit and moves. ``values`` has step, the totals, and raw, weight, weighted and share
    by term, each a finite number or None. Everything arrives as text, nothing as markup.
    """
    data = {
        "graph": drawn.as_json(),
        "rows": [dict(row) for row in rows],
        "learners": [dict(learner) for learner in learners],
        "values": values,
    }
    _GRAPH(key=key, data=as_data(data), height="content")
