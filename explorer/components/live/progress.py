"""The status band of a run: its state and numbers in a row, and below it a bar with a line on what happened last."""

import streamlit as st

from explorer.components.component import Component
from explorer.components.live.look import Look
from explorer.components.live.step_change import amount, last_step
from explorer.components.web import loader
from explorer.figures.duration import duration
from explorer.runs.layout import CRASHED, SILENT
from explorer.runs.records import Moment, Status
from models.spec.catalogue import LOSS
from models.spec.experiment import Experiment

_PROGRESS = st.components.v2.component(
    "hourglass_progress", html='<div class="hg-progress"></div>', js=loader("progress"), isolate_styles=False
)
_COURSE = st.components.v2.component(
    "hourglass_course", html='<div class="hg-course"></div>', js=loader("course"), isolate_styles=False
)
NOT_STARTED = "not started"  # the page says why beside it
UNKNOWN = "–"
_COLOURS = {
    "finished": "green", "failed": "red", CRASHED: "red", "stopped": "orange", "paused": "orange", SILENT: "orange",
    NOT_STARTED: "red",
}  # fmt: skip


def progress(look: Look, _options: object) -> Component:
    """Return state and numbers, each in a place of its own. Where `stale` is sent later, the browser has Streamlit run
    the page.
    """
    state = _state(look)
    facts = _facts(look.moment, look.experiment) if look.moment else dict.fromkeys(_NAMES, UNKNOWN)
    data = {"state": state, "colour": _colour(look, state), "facts": list(facts.items())}
    return Component(_PROGRESS, data, options={"on_stale_change": lambda: None})  # it runs the page


_NAMES = ("Step", "Epoch", "Batch loss", "Time left")


def _state(look: Look) -> str:
    if look.failure is not None:
        return NOT_STARTED
    return look.moment.status.state if look.moment else "preparing"


def _colour(look: Look, state: str) -> str:
    """Return the colour of a state. A training that came to its end has not failed, whatever the verdict is of what it
    made; green would praise that.
    """
    return "blue" if state == "finished" and look.judged.is_bad else _COLOURS.get(state, "blue")


def _facts(moment: Moment, experiment: Experiment) -> dict[str, str]:
    """Return what the row says beside the state, by its names."""
    status = moment.status
    losses = moment.newest.get(LOSS, ())
    left = duration(status.seconds_left(experiment.epochs)) if status.has_pace else UNKNOWN
    values = (
        f"{status.step:,}",
        f"{status.epoch:.1f} / {experiment.epochs:,}",
        amount(float(losses[-1])) if len(losses) else UNKNOWN,
        left if status.active else duration(status.seconds),
    )
    names = _NAMES if status.active else (*_NAMES[:-1], "Trained for")
    return dict(zip(names, values, strict=True))


def course(look: Look, _options: object) -> Component:
    """Return the bar and the line below it."""
    share = 0.0
    if look.failure is None and look.moment is not None:
        status = look.moment.status
        share = 1.0 if status.state == "finished" else min(1.0, status.epoch / look.experiment.epochs)
    data = {"share": share, "colour": _colour(look, _state(look)), "words": _words(look)}
    return Component(_COURSE, data)


def _words(look: Look) -> str:
    """Return what happens now, or happened last: in a pause what the last step changed, at the end where it ended."""
    if look.failure is not None:  # said below
        return ""
    if look.moment is None:
        return "Stopping as soon as the trainer has started." if look.stops else "Starting the trainer."
    status = look.moment.status
    if status.active:
        return _now(status, look)
    place = f"{where(status, look.experiment.epochs)}."
    if status.state == "finished":
        return f"Complete: {status.step:,} steps, {_epochs(look.experiment.epochs)}."
    said = status.message if status.state == "stopped" else ""  # why it failed is said below
    return f"Ended at {place} {said}".rstrip()


def _now(status: Status, look: Look) -> str:
    if status.stage:
        return f"{status.stage[:1].upper()}{status.stage[1:]}."
    if status.state == "paused" and look.moment is not None:
        return last_step(look.moment.newest, look.experiment)
    return f"{status.images_per_second:,.0f} images/s" if status.has_pace else ""


def where(status: Status, epochs: int) -> str:
    """Return how far a run came."""
    return f"epoch {status.epoch:.1f} of {epochs:,}, step {status.step:,}"


def _epochs(count: int) -> str:
    return f"{count:,} epoch{'' if count == 1 else 's'}"
