"""Train: set an experiment up, then watch and steer its run."""

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.greeting import greet
from explorer.app_pages.parts.messages import show_error
from explorer.app_pages.parts.run_list import run_choices
from explorer.app_pages.run.live import show_run
from explorer.app_pages.run.manage import NEW, show_deleted, show_menu
from explorer.app_pages.setup.form import show_setup
from explorer.places import runs_folder
from explorer.runs.reader import Run, RunError
from models.spec.experiment import ExperimentError

MOST_LISTED = 200
AGAIN = 5.0  # seconds until a run that could not be read is read again


def _tell(_name: str) -> None:
    st.toast("This run no longer exists. Choose another, or start a new one.")


def _draw_again(just_drawn: list[bool]) -> None:
    """Draw the page anew: a disk may be back, or a process have let go of the file. No part is there to ask for it."""
    if not just_drawn:
        st.rerun()


address.open_part("train", ["run"])
titles = {NEW: "New training", **run_choices(MOST_LISTED, address.value("run"))}
greet("run" if address.known("run", titles, NEW, _tell) != NEW else "train")
show_deleted()
with st.container(horizontal=True, vertical_alignment="center", key="choose-run"):
    name = address.select_box("Run", "run", titles, NEW, label_visibility="collapsed")
    if name != NEW:
        show_menu(runs_folder() / name)
if name == NEW:
    show_setup()
else:
    try:
        with Run(runs_folder() / name) as run:
            show_run(run)
    except (RunError, ExperimentError) as error:
        show_error(str(error))
        just_drawn = [True]
        st.fragment(run_every=AGAIN)(_draw_again)(just_drawn)
        just_drawn.clear()
