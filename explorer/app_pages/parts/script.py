"""Keras script: an experiment as one Keras script, to read and to take along."""

from collections.abc import Callable
from functools import lru_cache

import streamlit as st

from explorer.app_pages.parts.folded import show_folded
from explorer.app_pages.parts.messages import show_error
from explorer.export.script import script_name, script_of
from explorer.export.source import ExportError
from models.spec.experiment import Experiment

HEIGHT = 420
_WORDS = "A Keras script that does not need Hourglass: the same networks, initial weights, loss terms and images."


script_text = lru_cache(64)(script_of)


def show_code(experiment: Experiment, show_note: Callable[[], None] = lambda: None) -> None:
    """Show the script of an experiment in a closed fold, with a button that downloads it.

    `show_note` says where the script differs from a run of the experiment.
    """
    show_folded("Keras script", ":material/code:", "keras-script", lambda: _show_script(experiment, show_note))


def _show_script(experiment: Experiment, show_note: Callable[[], None]) -> None:
    try:
        text = script_text(experiment)
    except ExportError as error:
        show_error(str(error))
        return
    name = script_name(experiment)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{_WORDS} `python {name}` trains it.")
        st.download_button(
            "Download", text, file_name=name, mime="text/x-python", on_click="ignore", icon=":material/download:",
            key=f"code-{name}",
        )  # fmt: skip
    show_note()
    st.code(text, language="python", height=HEIGHT)
