"""Any experiment at a glance: its tensors, its terms and the code of exactly this."""

import streamlit as st

from explorer.app_pages.parts.script import show_code
from explorer.app_pages.parts.shared import forgiving, plain, run_choices
from explorer.app_pages.parts.terms import newest_values, show_terms
from explorer.figures.loss_curves import describe_change
from explorer.places import runs_folder
from explorer.presets import PRESET_TITLES, PRESETS, checked_experiment
from explorer.runs.reader import Run

MOST_LISTED = 50
_FIRST = f"preset/{next(iter(PRESETS))}"


def show_experiments() -> None:
    """Choose a preset or a run, and see what its loss is made of."""
    wanted = st.query_params.get("experiment", _FIRST)
    runs = run_choices(MOST_LISTED, wanted.removeprefix("run/"))
    titles = {
        **{f"preset/{name}": PRESET_TITLES[name] for name in PRESETS},
        **{f"run/{name}": title for name, title in runs.items()},
    }
    if wanted not in titles:
        st.toast(plain(f"There is no experiment {wanted[:80]} here any more. This is another one."))
        wanted = st.query_params["experiment"] = _FIRST
    st.session_state["losses-experiment"] = wanted
    chosen = st.selectbox(
        "Experiment",
        list(titles),
        format_func=lambda name: titles.get(name, name),
        key="losses-experiment",
        on_change=_choose,
    )
    kind, _, name = chosen.partition("/")
    if kind == "run":
        _show_run(Run(runs_folder() / name))
        return
    experiment = checked_experiment(PRESETS[name])
    show_terms(experiment, key="losses-terms")
    show_code(experiment)


def _choose() -> None:
    st.query_params["experiment"] = st.session_state["losses-experiment"]


@forgiving
def _show_run(run: Run) -> None:
    with run:
        show_terms(run.experiment, newest_values(run), key="losses-terms")
        _show_code_of(run, None)


def show_at_a_glance(run: Run, active: bool, refresh: float) -> None:
    """Under a run's curves: its terms with their newest values, and its code."""
    with st.expander("The loss at a glance", icon=":material/account_tree:"):
        st.fragment(run_every=refresh if active else None)(forgiving(_show_values))(run)
    forgiving(_show_code_of)(run, refresh if active else None)


def _show_code_of(run: Run, refresh: float | None) -> None:
    show_code(run.experiment, lambda: st.fragment(run_every=refresh)(forgiving(_say_what_was_steered))(run))


def _say_what_was_steered(run: Run) -> None:
    changes = ", ".join(describe_change(event, run.experiment) for event in run.changes())
    if changes:
        st.warning(plain(f"This run was steered while it trained ({changes}). The script trains as it was set up."))


def _show_values(run: Run) -> None:
    show_terms(run.experiment, newest_values(run), key=f"terms-{run.name}")
