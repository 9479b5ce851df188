"""Train: set an experiment up, then watch and steer its run."""

import streamlit as st

from explorer.app_pages.run_view import show_run
from explorer.app_pages.setup_view import show_setup
from explorer.app_pages.shared import run_title, show_error
from explorer.places import runs_folder
from explorer.runs.reader import Run, RunError, list_runs
from models.experiment import ExperimentError

NEW = ""
MOST_LISTED = 200


def _describe(name: str) -> str:
    if name == NEW:
        return "New training"
    return run_title(name)


def _choose() -> None:
    st.query_params["run"] = st.session_state["train-run"]


names = [NEW, *(run.name for run in list_runs(runs_folder())[:MOST_LISTED])]
wanted = st.query_params.get("run", NEW)
if wanted not in names:
    st.toast("That run is not here any more. Choose another, or start a new one.")
    wanted = NEW
st.session_state["train-run"] = wanted  # the address is the truth; a started run changes it from below
st.selectbox("Run", names, format_func=_describe, key="train-run", on_change=_choose, label_visibility="collapsed")
if wanted == NEW:
    show_setup()
else:
    try:
        show_run(Run(runs_folder() / wanted))
    except (RunError, ExperimentError) as error:
        show_error(str(error))
