"""The loss graph and the Keras script of an experiment."""

from collections.abc import Sequence

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.folded import show_folded
from explorer.app_pages.parts.messages import plain, show_read_errors, tell_of_another
from explorer.app_pages.parts.run_list import run_choices
from explorer.app_pages.parts.script import show_code
from explorer.app_pages.parts.terms import newest_values, show_terms
from explorer.figures.change_flags import describe_change
from explorer.places import runs_folder
from explorer.presets import PRESET_TITLES, PRESETS, checked_experiment
from explorer.runs.reader import Run
from explorer.runs.records import Moment
from models.spec.sentences import in_sentence

MOST_LISTED = 50
GLANCE_REFRESH = 1.0  # seconds
NOTE_REFRESH = 3.0  # a note about changed settings stands beside a script, which takes longer to read
_FIRST = f"preset/{next(iter(PRESETS))}"


def show_experiments() -> None:
    """Choose a preset or a run, and see what its loss is made of."""
    address.open_part("terms", ["experiment"])
    runs = run_choices(MOST_LISTED, address.value("experiment").removeprefix("run/"))
    titles = {
        **{f"preset/{name}": PRESET_TITLES[name] for name in PRESETS},
        **{f"run/{name}": title for name, title in runs.items()},
    }
    address.known("experiment", titles, _FIRST, tell_of_another("experiment"))
    chosen = address.select_box("Experiment", "experiment", titles, _FIRST)
    kind, _, name = chosen.partition("/")
    if kind == "run":
        _show_run(Run(runs_folder() / name))
        return
    experiment = checked_experiment(PRESETS[name])
    show_terms(experiment, key="losses-terms")
    show_code(experiment)


@show_read_errors
def _show_run(run: Run) -> None:
    with run:
        _show_values(run, (), "losses-terms")
        _show_code_of(run, None)


def show_at_a_glance(run: Run, active: bool, now: Sequence[Moment | None] = ()) -> None:
    """Show, under a run's curves, its terms with their newest values, and its code.

    `now` has a moment that was read already, as long as the page is drawn as a whole.
    """
    refresh = GLANCE_REFRESH if active else None
    values = st.fragment(run_every=refresh)(show_read_errors(_show_values))
    key = f"terms-{run.name}"
    show_folded("Loss graph", ":material/account_tree:", f"glance-{run.name}", lambda: values(run, now, key))
    show_read_errors(_show_code_of)(run, NOTE_REFRESH if active else None)


def _show_code_of(run: Run, refresh: float | None) -> None:
    show_code(run.experiment, lambda: st.fragment(run_every=refresh)(show_read_errors(_say_what_was_steered))(run))


def _say_what_was_steered(run: Run) -> None:
    changes = ", ".join(in_sentence(describe_change(event, run.experiment)) for event in run.changes())
    if changes:
        note = f"Settings were changed during this training ({changes}). The script uses the initial settings."
        st.warning(plain(note))


def _show_values(run: Run, now: Sequence[Moment | None], key: str) -> None:
    moment = now[0] if now else run.moment(steps=1)
    show_terms(run.experiment, newest_values(moment, run.experiment), key=key)
