"""Waiting for what another process computes, while the page stays alive."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from explorer.analyst.client import AnalystError
from explorer.analyst.jobs import Progress
from models.spec.errors import CheckpointError

LOOK = 0.3  # seconds between two looks
Found = TypeVar("Found")


def wait_for(look: Callable[[], Found | Progress], show: Callable[[Progress], object]) -> Found | None:
    """What the look finds. While it is under way: None, and how far it is, look after look; the page runs again when it
    is there or has failed.
    """
    found = look()
    if not isinstance(found, Progress):
        return found
    st.fragment(run_every=LOOK)(_look)(look, show)
    return None


def _look(look: Callable[[], object], show: Callable[[Progress], object]) -> None:
    try:
        found = look()
    except (AnalystError, CheckpointError):
        st.rerun()
    if not isinstance(found, Progress):
        st.rerun()
    show(found)


def bar_with_stop(words: str, stop: Callable[[], None]) -> Callable[[Progress], None]:
    """A bar with `words` about the stage, and a button."""

    def show(progress: Progress) -> None:
        bar, button = st.columns([5, 2], vertical_alignment="center")
        bar.progress(progress.share, words.format(progress.stage))
        button.button("Stop", icon=":material/stop:", key="stop-waiting", on_click=stop, width="stretch")

    return show
