"""The effect of a click: something once, though Streamlit may run it twice, or a command to another process."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.app_pages.parts.messages import plain
from explorer.app_pages.parts.tab import of_tab
from explorer.places import UnwritableError
from explorer.runs.layout import put_command

DOUBLE_CLICK = 2.0  # seconds


def once(key: str, what: object, start: Callable[[], str]) -> str:
    """Return what the click of that name starts. The second click of a double click gets what the first one started."""
    clicks: dict[str, tuple[str, float, object]] = of_tab("clicks", dict)
    name, when, started = clicks.get(key, ("", 0.0, None))
    if started != what or time.monotonic() - when > DOUBLE_CLICK:
        name = start()
        clicks[key] = (name, time.monotonic(), what)  # no access to the session: one could end the script's run here
    return name


def send(folder: Path, command: str, **values: Any) -> None:
    """Put a command into the inbox of a run or a session. Where it cannot be written, a note says so until it is
    closed: what a callback shows in the page itself stands above everything, and goes with the next update.
    """
    try:
        put_command(folder, command, **values)
    except UnwritableError as error:
        st.toast(plain(str(error)), icon=":material/error:", duration="infinite")
