"""A part of a page that is shown when somebody opens it."""

from collections.abc import Callable

import streamlit as st


def show_folded(label: str, icon: str, key: str, show: Callable[[], None], *, opened: bool = False) -> None:
    """Show an expander, and call `show` for what is in it while it is open. `opened` says how it begins.

    Closed, it costs nothing: the browser goes through every element of a page at each update of a part of it, and a
    script of a hundred lines is a thousand of them.
    """
    st.fragment(_show)(label, icon, key, show, opened)


def _show(label: str, icon: str, key: str, show: Callable[[], None], opened: bool) -> None:
    folded = st.expander(label, opened, icon=icon, key=f"folded-{key}", on_change="rerun")
    if folded.open:
        with folded:
            show()
