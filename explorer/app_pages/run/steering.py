"""The hand on a running training: its weights, its learning rate, who moves, and whether it outlives the app."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.app_pages.parts.shared import plain
from explorer.app_pages.setup.widgets import bounds
from explorer.runs.layout import put_command
from explorer.runs.reader import Event, Run
from models.spec.catalogue import VariantInfo
from models.spec.experiment import TermSetting
from models.spec.schedules import SCHEDULES

RECENT = 10.0  # seconds that a refusal stays on the page
TO_ANSWER = 1.0  # seconds at most until what a trainer has taken is in its history
FIELD = 164  # pixels; as many stand in a row as there is room for, two on a phone
ALL = "All"


def show_steering(run: Run) -> None:
    """Live weights and rate, as the run has them: a change by another page or the schedule shows here too."""
    info, started = run.experiment.variant_info, run.has_started()
    changes = run.changes()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for total in info.learners:
            for term in run.experiment.terms_of(total):
                _weight(run, total, term, changes)
        rates = [event.detail["value"] for event in changes if event.kind == "learning_rate"]
        rate = rates[-1] if rates else run.experiment.learning_rate
        options = {**bounds("learning_rate"), "step": 1e-4, "format": "%.5g"}
        _number(run, f"rate-{run.name}", "Learning rate", rate, "learning_rate", options)
        if info.critic:
            _who_moves(run)
        key = f"go-on-{run.name}"
        goes_on = started and run.status().goes_on
        words = "Keep training when Hourglass closes"
        widget = _followed(key, goes_on)
        st.toggle(words, value=goes_on, key=widget, on_change=_send, args=(run, key, widget, "go_on"))
    refused = run.events("refused") if started else []
    if refused and run.status().seconds - refused[-1].seconds < RECENT:
        st.warning(plain(str(refused[-1].detail["message"])))


def _weight(run: Run, total: str, term: str, changes: Sequence[Event]) -> None:
    learners, setting = run.experiment.variant_info.learners, run.experiment.terms[term]
    values = [event.detail["value"] for event in changes if event.detail.get("term") == term]
    name, learner = run.experiment.term(term).title, learners[total].title
    named = len(learners) == 1 or name.startswith(learner)
    title = f"{name if named else f'{learner}: {name}'} weight{_scheduled(run, setting)}"
    options = {**bounds("weight", TermSetting), "step": 0.5, "format": "%.4g"}
    weight = values[-1] if values else setting.weight
    _number(run, f"weight-{run.name}-{term}", title, weight, "weight", options, term=term)


def _number(
    run: Run, key: str, title: str, newest: float, command: str, options: Mapping[str, Any], **detail: str
) -> None:
    widget = _followed(key, newest)
    sent: dict[str, Any] = {"on_change": _send, "args": (run, key, widget, command), "kwargs": detail}
    st.number_input(title, value=float(newest), key=widget, width=FIELD, **options, **sent)


def _who_moves(run: Run) -> None:
    """As the run has it; nothing is chosen where another page holds somebody still whom this one always lets move."""
    choices, now = ways_to_move(run.experiment.variant_info), set(run.moving())
    newest = next((name for name, totals in choices.items() if set(totals) == now), None)
    key = f"moving-{run.name}"
    widget = _followed(key, newest)
    st.segmented_control(
        "Who moves", list(choices), default=newest, required=True, key=widget, on_change=_move, args=(run, key, widget)
    )


def ways_to_move(info: VariantInfo) -> Mapping[str, tuple[str, ...]]:
    """All, and each of the two opponents without the other, by totals. A learner that nobody is against always moves:
    a GAN's encoder learns of whatever there is to see.
    """
    opponent, critic, *others = info.learners
    alone = {f"{info.learners[total].title} only": (total, *others) for total in (opponent, critic)}
    return {ALL: tuple(info.learners), **alone}


def _move(run: Run, key: str, widget: str) -> None:
    choices = ways_to_move(run.experiment.variant_info)
    _tell(key, widget, lambda chosen: put_command(run.folder, "moving", totals=choices[chosen]))


def _send(run: Run, key: str, widget: str, command: str, **detail: str) -> None:
    """Tell the trainer what a widget now says."""
    _tell(key, widget, lambda value: put_command(run.folder, command, **detail, value=value))


def _followed(key: str, newest: object) -> str:
    """The key of a widget that begins with the run's newest value: a new one where the last one says something else.

    What the hand has just done is not undone before the trainer knows of it. No value is put into the widget from here:
    one that reaches the browser late would begin at its least value instead, and send that.
    """
    state = st.session_state
    number = state.get(f"{key}-number", 0)
    if state.get(f"{key}-{number}", newest) != newest and not _on_its_way(key):
        number += 1
    state[f"{key}-number"] = number
    return f"{key}-{number}"


def _on_its_way(key: str) -> bool:
    """Whether a trainer has not taken what was sent, or may not have answered yet."""
    file, when = st.session_state.get(f"{key}-sent", (None, 0.0))
    return file is not None and (time.monotonic() - when < TO_ANSWER or file.exists())


def _tell(key: str, widget: str, send: Callable[[Any], Path]) -> None:
    """Send what a widget says, if it is the hand that speaks through it: the browser also sends once more what a widget
    said that has just been replaced.
    """
    if widget == f"{key}-{st.session_state[f'{key}-number']}":
        st.session_state[f"{key}-sent"] = (send(st.session_state[widget]), time.monotonic())


def _scheduled(run: Run, setting: TermSetting) -> str:
    """Behind a weight's name: what its schedule makes of it now."""
    if setting.schedule == "constant" or not run.has_started():
        return ""
    share = SCHEDULES[setting.schedule].factor(run.status().epoch, setting.schedule_epochs)
    return f", now × {share:.2f}"
