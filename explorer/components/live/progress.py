"""How far a run is: its state, epoch and pace in a line, and a bar below."""

import streamlit as st

from explorer.components.component import Component
from explorer.components.live.look import Look
from explorer.components.web import loader
from explorer.figures.duration import duration
from explorer.runs.layout import CRASHED, SILENT
from explorer.runs.records import Status

_PROGRESS = st.components.v2.component(
    "hourglass_progress", html='<div class="hg-progress"></div>', js=loader("progress"), isolate_styles=False
)
NOT_STARTED = "not started"  # the page says why beside it
_COLOURS = {
    "finished": "green", "failed": "red", CRASHED: "red", "stopped": "orange", "paused": "orange", SILENT: "orange",
    NOT_STARTED: "red",
}  # fmt: skip


def progress(look: Look, _options: object) -> Component:
    """Return the line and the bar. Where `stale` is sent later, the browser has Streamlit run the page."""
    if look.failure is not None:
        state, words, share = NOT_STARTED, [], 0.0
    elif look.moment is None:
        stage = "stopping as soon as the trainer has started" if look.stops else "starting the trainer"
        state, words, share = "preparing", [stage], 0.0
    else:
        status = look.moment.status
        state, words = status.state, words_of(status, look.experiment.epochs)
        share = min(1.0, status.epoch / look.experiment.epochs)
    data = {
        "state": state,
        "colour": "orange" if state == "finished" and look.judged.is_bad else _COLOURS.get(state, "blue"),
        "words": words,
        "share": share,
    }
    return Component(_PROGRESS, data, options={"on_stale_change": lambda: None})  # it runs the page


def words_of(status: Status, epochs: int) -> list[str]:
    """Return what the line says behind the state."""
    if status.state == "preparing":
        return [status.stage]
    words = [*([status.stage] if status.stage else []), f"epoch {status.epoch:.1f} of {epochs}"]
    if status.has_pace and status.active:
        words += [f"{status.images_per_second:,.0f} images/s", f"{duration(status.seconds_left(epochs))} left"]
    elif not status.active:
        words.append(f"{duration(status.seconds)} of training")
        if status.state == "stopped":
            words.append(status.message)
    return words
