"""Controls of a running training: weights and rate beside the curves, who moves, and whether it outlives the app."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.app_pages.parts.messages import plain, show_read_errors
from explorer.app_pages.setup.widgets import bounds
from explorer.components.live.look import refusal
from explorer.figures.loss_panels import panels_of
from explorer.runs.layout import put_command
from explorer.runs.reader import Run
from explorer.runs.records import Moment, settings_at_first
from models.spec.catalogue import VariantInfo
from models.spec.schedules import SCHEDULES
from models.spec.term_settings import TermSetting

TO_ANSWER = 1.0  # seconds at most until what a trainer has taken is in its history
FIELD = 164  # pixels
ALL = "All"


def show_channels(run: Run, moment: Moment | None) -> None:
    """Show beside each curve what moves it: the weight of its term, and the learning rate beside the first total.

    All show what the run has: a change by another page or the schedule shows here too.
    """
    settings = moment.settings if moment else settings_at_first(run.experiment)
    for number, panel in enumerate(panels_of(run.experiment)):
        if panel.term:
            with st.container(key=f"channel-{number}"):
                _weight(run, panel.total, panel.term, settings.weights[panel.term], moment)
        elif number == 0:
            with st.container(key=f"channel-{number}"):
                _rate(run, settings.learning_rate)


def show_last_settings(run: Run, moment: Moment | None) -> None:
    """Say, in the places of the controls, what a run that has ended ended with."""
    settings = moment.settings if moment else settings_at_first(run.experiment)
    for number, panel in enumerate(panels_of(run.experiment)):
        if panel.term:
            with st.container(key=f"channel-{number}"):
                st.caption(f"Weight **{settings.weights[panel.term]:.4g}**")
        elif number == 0:
            with st.container(key=f"channel-{number}"):
                st.caption(f"Learning rate **{settings.learning_rate:.4g}**")


def show_other_controls(run: Run, moment: Moment | None) -> None:
    """Show what moves all curves: who is updated, and whether the run outlives the app."""
    info = run.experiment.variant_info
    settings = moment.settings if moment else settings_at_first(run.experiment)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if panels_of(run.experiment)[0].term:  # which has a weight beside it
            _rate(run, settings.learning_rate)
        if info.critic:
            _who_moves(run, settings.moving)
        _follow(
            f"go-on-{run.name}",
            moment is not None and moment.status.goes_on,
            lambda key, value: st.toggle("Keep training when Hourglass closes", value, key),
            lambda value: put_command(run.folder, "go_on", value=value),
        )
    if moment and (sentence := refusal(moment)):
        st.warning(plain(sentence))


def _rate(run: Run, newest: float) -> None:
    options = {**bounds("learning_rate"), "step": 1e-4, "format": "%.5g"}
    _number(run, f"rate-{run.name}", "Learning rate", newest, "learning_rate", options)


def _weight(run: Run, total: str, term: str, weight: float, moment: Moment | None) -> None:
    learners, setting = run.experiment.variant_info.learners, run.experiment.terms[term]
    name, learner = run.experiment.term(term).title, learners[total].title
    named = len(learners) == 1 or name.startswith(learner)
    title = f"{name if named else f'{learner}: {name}'} weight{_scheduled(setting, moment)}"
    options = {**bounds("weight", TermSetting), "step": 0.5, "format": "%.4g"}
    _number(run, f"weight-{run.name}-{term}", title, weight, "weight", options, term=term)


def _number(
    run: Run, key: str, title: str, newest: float, command: str, options: Mapping[str, Any], **detail: str
) -> None:
    _follow(
        key,
        float(newest),
        lambda key, value: st.number_input(title, value=value, key=key, width=FIELD, **options),
        lambda value: put_command(run.folder, command, **detail, value=value),
    )


def _who_moves(run: Run, moving: Sequence[str]) -> None:
    """Show the choice that the run has in force: none where another page froze a learner that this one never
    freezes.
    """
    choices, now = ways_to_move(run.experiment.variant_info), set(moving)
    newest = next((name for name, totals in choices.items() if set(totals) == now), None)
    _follow(
        f"moving-{run.name}",
        newest,
        lambda key, value: st.segmented_control("Update", list(choices), default=value, required=True, key=key),
        lambda chosen: put_command(run.folder, "moving", totals=choices[chosen]),
    )


def ways_to_move(info: VariantInfo) -> Mapping[str, tuple[str, ...]]:
    """Return the choices by title, each with its totals: all, and each of the two opponents alone.

    A learner without an opponent always moves: a GAN's encoder learns from whatever the generator draws.
    """
    opponent, critic, *others = info.learners
    alone = {f"{info.learners[total].title} only": (total, *others) for total in (opponent, critic)}
    return {ALL: tuple(info.learners), **alone}


@dataclass
class _Widget:
    """A widget that follows a run, as it was in the last run of the script."""

    says: Any
    number: int = 0  # of its key
    file: Path | None = None  # of the command that it sent last
    sent: float = -math.inf

    def on_its_way(self) -> bool:
        """Return whether a trainer has not taken what was sent, or may not have answered yet."""
        return self.file is not None and (time.monotonic() - self.sent < TO_ANSWER or self.file.exists())


def _follow(key: str, newest: Any, show: Callable[[str, Any], Any], send: Callable[[Any], Path]) -> None:
    """Show a widget with the newest value of the run, and send what somebody sets.

    If the run says something else than the widget, a new widget begins with that; but what somebody has just set is not
    undone before the trainer knows of it. No value is put into the widget through the session: one that reaches the
    browser late would begin at its least value instead, and send that. The browser may also send once more what a
    replaced widget said; nothing reads it.
    """
    widget = st.session_state.setdefault("steering", {}).setdefault(key, _Widget(newest))
    if widget.says != newest and not widget.on_its_way():
        widget.says, widget.number = newest, widget.number + 1
    says = show(f"{key}-{widget.number}", widget.says)
    if says != widget.says:
        _send(widget, says, send)


@show_read_errors  # the controls beside it stay, and the next update tries again
def _send(widget: _Widget, says: Any, send: Callable[[Any], Path]) -> None:
    widget.file, widget.sent, widget.says = send(says), time.monotonic(), says


def _scheduled(setting: TermSetting, moment: Moment | None) -> str:
    """Return the addition to a weight's name that says its value by the schedule now."""
    if setting.schedule == "constant" or moment is None:
        return ""
    share = SCHEDULES[setting.schedule].factor(moment.status.epoch, setting.schedule_epochs)
    return f", now × {share:.2f}"
