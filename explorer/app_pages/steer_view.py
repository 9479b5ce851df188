"""The hand on a running training: its weights, its learning rate, and whether it outlives the app."""

import streamlit as st

from explorer.app_pages.shared import plain
from explorer.runs.layout import send_command
from explorer.runs.reader import Run
from models.catalogue import TERMS
from models.experiment import TermSetting
from models.schedules import SCHEDULES

RECENT = 10.0  # seconds that a refusal stays on the page


def show_steering(run: Run) -> None:
    """Live weights and rate, as the run has them: a change by another page or the schedule shows here too."""
    experiment = run.experiment
    columns = iter(st.columns(len(experiment.terms) + 2, vertical_alignment="bottom"))
    for term, setting in experiment.terms.items():
        key = f"weight-{run.name}-{term}"
        _follow(run, key, "weight", setting.weight, term)
        next(columns).number_input(
            f"{TERMS[term].title} weight{_scheduled(run, setting)}",
            min_value=0.0,
            max_value=1e6,
            step=0.5,
            format="%.4g",
            key=key,
            on_change=_send,
            args=(run, key, "weight"),
            kwargs={"term": term},
        )
    key = f"rate-{run.name}"
    _follow(run, key, "learning_rate", experiment.learning_rate)
    next(columns).number_input(
        "Learning rate",
        min_value=1e-7,
        max_value=1.0,
        step=1e-4,
        format="%.5g",
        key=key,
        on_change=_send,
        args=(run, key, "learning_rate"),
    )
    key = f"go-on-{run.name}"
    started = run.has_started()
    goes_on = started and run.status().goes_on
    next(columns).toggle(
        "Keep training when Hourglass closes", value=goes_on, key=key, on_change=_send, args=(run, key, "go_on")
    )
    if started and (refused := run.events("refused")) and run.status().seconds - refused[-1].seconds < RECENT:
        st.warning(plain(str(refused[-1].detail["message"])))


def _follow(run: Run, key: str, kind: str, first: float, term: str | None = None) -> None:
    """Put the run's newest value into a widget, once for each change: what the hand types meanwhile is not undone."""
    events = run.events(kind) if run.has_started() else []
    values = [event.detail["value"] for event in events if event.detail.get("term") == term]
    known = f"{key}-changes"
    if key not in st.session_state or st.session_state.get(known) != len(values):
        st.session_state[key] = float(values[-1] if values else first)
    st.session_state[known] = len(values)


def _scheduled(run: Run, setting: TermSetting) -> str:
    """Behind a weight's name: what its schedule makes of it now."""
    if setting.schedule == "constant" or not run.has_started():
        return ""
    share = SCHEDULES[setting.schedule].factor(run.status().epoch, setting.schedule_epochs)
    return f", now × {share:.2f}"


def _send(run: Run, key: str, command: str, **values: str) -> None:
    """Tell the trainer what a widget now says."""
    send_command(run.folder, command, **values, value=st.session_state[key])
