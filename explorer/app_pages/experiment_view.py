"""Any experiment at a glance: its tensors, its terms and the code of exactly this."""

import streamlit as st

from explorer.app_pages.code_view import show_code
from explorer.app_pages.shared import forgiving, run_title
from explorer.app_pages.terms_view import newest_values, show_terms
from explorer.experiments import PRESET_TITLES, PRESETS, checked_experiment
from explorer.figures import describe_change
from explorer.places import runs_folder
from explorer.runs.reader import Run, list_runs

MOST_LISTED = 50


def show_experiments() -> None:
    """Choose a preset or a run, and see what its loss is made of."""
    runs = [f"run/{run.name}" for run in list_runs(runs_folder())[:MOST_LISTED]]
    names = [*(f"preset/{name}" for name in PRESETS), *runs]
    wanted = st.query_params.get("experiment", "")
    st.session_state["losses-experiment"] = wanted if wanted in names else names[0]
    chosen = st.selectbox("Experiment", names, format_func=_title, key="losses-experiment", on_change=_choose)
    kind, _, name = chosen.partition("/")
    if kind == "run":
        _show_run(Run(runs_folder() / name))
        return
    experiment = checked_experiment(PRESETS[name])
    show_terms(experiment, key="losses-terms")
    show_code(experiment)


def _choose() -> None:
    st.query_params["experiment"] = st.session_state["losses-experiment"]


def _title(chosen: str) -> str:
    kind, _, name = chosen.partition("/")
    if kind == "preset":
        return PRESET_TITLES[name]
    return run_title(name)


@forgiving
def _show_run(run: Run) -> None:
    with run:
        show_terms(run.experiment, newest_values(run), key="losses-terms")
        _show_code_of(run)


def show_at_a_glance(run: Run, active: bool, refresh: float) -> None:
    """Under a run's curves: its terms with their newest values, and its code."""
    with st.expander("The loss at a glance", icon=":material/account_tree:"):
        st.fragment(run_every=refresh if active else None)(forgiving(_show_values))(run)
    forgiving(_show_code_of)(run)


def _show_code_of(run: Run) -> None:
    steered = run.changes()
    changes = ", ".join(describe_change(event, run.experiment) for event in steered)
    note = f"This run was steered while it trained ({changes}). The script trains as it was set up." if steered else ""
    show_code(run.experiment, note)


def _show_values(run: Run) -> None:
    show_terms(run.experiment, newest_values(run), key=f"terms-{run.name}")
