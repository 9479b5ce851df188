"""Waiting for what another process computes, while the page stays alive."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from explorer.analyst.client import AnalystClient
from explorer.analyst.errors import AnalystError
from explorer.analyst.jobs import Progress
from models.spec.errors import CheckpointError

POLL_SECONDS = 0.3
Found = TypeVar("Found")


def wait_for(poll: Callable[[], Found | Progress], show: Callable[[Progress], object]) -> Found | None:
    """Return what is waited for. While it is under way: show how far it is, poll after poll, and return None; the page
    runs again when it is there or has failed.
    """
    found = poll()
    if not isinstance(found, Progress):
        return found
    st.fragment(run_every=POLL_SECONDS)(_poll)(poll, show)
    return None


def _poll(poll: Callable[[], object], show: Callable[[Progress], object]) -> None:
    try:
        found = poll()
    except (AnalystError, CheckpointError):
        st.rerun()
    if not isinstance(found, Progress):
        st.rerun()
    show(found)


def bar_with_stop(words: str, stop: Callable[[], None]) -> Callable[[Progress], None]:
    """Show a bar with `words` about the stage, and a button."""

    def show(progress: Progress) -> None:
        bar, button = st.columns([5, 2], vertical_alignment="center")
        bar.progress(progress.share, words.format(progress.stage))
        button.button("Stop", icon=":material/stop:", key="stop-waiting", on_click=stop, width="stretch")

    return show


def offer_again(client: AnalystClient, key: str, again: Callable[..., None], *args: object) -> None:
    """Show a button that tries again; where the process of `client` cannot start, one that starts it again."""
    if client.gave_up:
        offer_start(client, key)
    else:
        st.button("Try again", key=key, on_click=again, args=args)


def offer_start(client: AnalystClient, key: str) -> None:
    """Show a button that starts a process again which could not be started."""
    st.button("Start again", icon=":material/restart_alt:", key=f"{key}-start", on_click=client.start_again)
