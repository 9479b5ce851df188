"""The link at the right end of the navigation to what trains now."""

import streamlit as st

from explorer.app_pages.parts import address
from explorer.services import SERVICES

REFRESH = 3.0  # seconds


def link_to_training(page: str) -> None:
    """Show how many runs train, as a link to one of them: on the page of one, to the next."""
    with st.container(key="training"):
        st.fragment(run_every=REFRESH)(_link)(page)


def _link(page: str) -> None:
    names = SERVICES.training()
    if not names:
        return
    label, icon = f"{len(names)} training", ":material/model_training:"
    if page != "Train":
        st.page_link("app_pages/train.py", label=label, icon=icon, query_params={"run": names[0]})
        return
    shown = address.value("run")
    following = names[(names.index(shown) + 1) % len(names)] if shown in names else names[0]
    if st.button(label, icon=icon, type="tertiary", key="training-next", disabled=following == shown):
        address.change("run", following, "")
        st.rerun()
