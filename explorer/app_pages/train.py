"""Train: set an experiment up, then watch and steer its run."""

import streamlit as st

from explorer.app_pages.parts.shared import lately, run_choices, show_error
from explorer.app_pages.run.live import show_run
from explorer.app_pages.setup.form import show_setup
from explorer.places import runs_folder
from explorer.runs.reader import Run, RunError
from models.spec.experiment import ExperimentError

NEW = ""
MOST_LISTED = 200
ON_ITS_WAY = 10.0  # seconds at most until a browser knows the address of the run that it started


wanted = st.query_params.get("run", NEW)
if wanted == NEW and (started := lately("started", ON_ITS_WAY)):  # a message that was sent before it began
    wanted = st.query_params["run"] = started
titles = {NEW: "New training", **run_choices(MOST_LISTED, wanted)}
if wanted not in titles:
    st.toast("That run is not here any more. Choose another, or start a new one.")
    wanted = st.query_params["run"] = NEW
# The address is the truth, and a started run changes it from below: so each run has a box of its own that begins with
# it. What a browser still sends of the last one's box is not looked at, as it would be by a callback.
chosen = st.selectbox(
    "Run",
    list(titles),
    list(titles).index(wanted),
    lambda name: titles.get(name, name),
    f"train-run-{wanted}",
    label_visibility="collapsed",
)
if chosen != wanted:
    st.session_state.pop("started", None)
    st.query_params["run"] = chosen
    st.rerun()
if wanted == NEW:
    show_setup()
else:
    try:
        with Run(runs_folder() / wanted) as run:
            show_run(run)
    except (RunError, ExperimentError) as error:
        show_error(str(error))
