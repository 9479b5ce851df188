"""A click that Streamlit runs twice."""

import time
from collections.abc import Callable

import streamlit as st

DOUBLE_CLICK = 2.0  # seconds


def once(key: str, what: object, start: Callable[[], str]) -> str:
    """Return what the click of that name starts. The second click of a double click gets what the first one started."""
    clicks: dict[str, tuple[str, float, object]] = st.session_state.setdefault("clicks", {})
    name, when, started = clicks.get(key, ("", 0.0, None))
    if started != what or time.monotonic() - when > DOUBLE_CLICK:
        name = start()
        clicks[key] = (name, time.monotonic(), what)  # no access to the session: one could end the script's run here
    return name
