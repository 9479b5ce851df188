"""Losses: what range, last layer, loss and link do to each other; five ways to wire an objective; terms; one step."""

from collections.abc import Callable, Mapping

import streamlit as st

from explorer.app_pages.lab.pairings import show_lab
from explorer.app_pages.lab.wirings import show_wirings
from explorer.app_pages.parts.experiment import show_experiments
from explorer.app_pages.parts.step import show_steps

VIEWS: Mapping[str, tuple[str, Callable[[], None]]] = {
    "pairings": ("Pairing lab", show_lab),
    "wirings": ("Five wirings", show_wirings),
    "terms": ("Terms and code", show_experiments),
    "step": ("Step by step", show_steps),
}


def _choose() -> None:
    st.query_params["view"] = st.session_state["losses-view"]


if not st.query_params:  # another page was shown in between, which empties the address
    st.query_params.update(st.session_state.get("losses-address", {}))
view = st.query_params.get("view", "")
view = view if view in VIEWS else next(iter(VIEWS))
st.session_state["losses-view"] = view  # the address is the truth
st.segmented_control(
    "Part",
    list(VIEWS),
    format_func=lambda name: VIEWS[name][0],
    key="losses-view",
    on_change=_choose,
    required=True,
    label_visibility="collapsed",
)
VIEWS[view][1]()
st.session_state["losses-address"] = st.query_params.to_dict()
