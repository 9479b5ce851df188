"""Plain objects that a browser tab keeps between the runs of its pages."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Kept = TypeVar("Kept")


def of_tab(key: str, make: Callable[[], Kept]) -> Kept:
    """Return the tab's object of this key, made when it is first asked for.

    Any access to Streamlit's session but `to_dict`, which is ten times slower, ends the run where the whole page is to
    run again. In a callback that loses the click: Streamlit does not call it a second time. So a callback changes an
    object that the page has made before.
    """
    context = get_script_run_ctx()
    in_callback = context is not None and not context.has_script_started
    session = st.session_state.to_dict() if in_callback else st.session_state
    if key in session:
        return session[key]
    made = st.session_state[key] = make()
    return made
