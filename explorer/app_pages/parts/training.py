"""The link at the right end of the navigation to what trains now."""

from collections.abc import Collection

import streamlit as st

from explorer.app_pages.parts import address
from explorer.runs.layout import SILENT
from explorer.services import SERVICES

REFRESH = 3.0  # seconds


def link_to_training(page: str) -> None:
    """Show how many runs train or pause, as a link to one of them: on the page of one, to the next."""
    with st.container(key="training"):
        st.fragment(run_every=REFRESH)(_link)(page)


def _link(page: str) -> None:
    states = SERVICES.training()
    if not states:
        return
    names = list(states)
    label, icon = _label(states.values()), ":material/model_training:"
    if page != "Train":
        st.page_link("app_pages/train.py", label=label, icon=icon, query_params={"run": names[0]})
        return
    shown = address.value("run")
    following = names[(names.index(shown) + 1) % len(names)] if shown in names else names[0]
    if st.button(label, icon=icon, type="tertiary", key="training-next", disabled=following == shown):
        address.change("run", following, "")
        st.rerun()


def _label(states: Collection[str]) -> str:
    """Return how many runs train, are paused, and are not heard from; one that prepares counts as training."""
    others = {each: sum(state == each for state in states) for each in ("paused", SILENT)}
    counts = {"training": len(states) - sum(others.values()), **others}
    return ", ".join(f"{count} {state}" for state, count in counts.items() if count)
