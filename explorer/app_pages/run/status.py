"""The state of a run in a line, with its buttons."""

from typing import NamedTuple

import streamlit as st

from explorer.app_pages.parts.messages import duration, plain, show_error
from explorer.runs.layout import send_command
from explorer.runs.reader import Run
from explorer.runs.records import Moment, Settings, Status
from models.spec.experiment import Experiment

RECENT = 10.0  # seconds that a refusal stays on the page
_COLOURS = {"finished": "green", "failed": "red", "crashed": "red", "stopped": "orange", "paused": "orange"}


class Controls(NamedTuple):
    """What the buttons and the fields of a run depend on."""

    state: str
    paused_at: int | None
    goes_on: bool
    settings: Settings
    can_be_explored: bool
    refused: str


def controls(moment: Moment | None) -> Controls | None:
    """Return what they depend on at a moment; None before the trainer has begun."""
    if moment is None:
        return None
    status = moment.status
    return Controls(
        status.state,
        status.step if status.state == "paused" else None,
        status.goes_on,
        moment.settings,
        bool(moment.snapshots),
        refusal(moment),
    )


def refusal(moment: Moment) -> str:
    """Return why the trainer has just refused something; nothing where it has not, or some time ago."""
    refused = moment.of_kind("refused")
    recent = refused and moment.status.seconds - refused[-1].seconds < RECENT
    return str(refused[-1].detail["message"]) if recent else ""


def show_buttons(run: Run, moment: Moment | None) -> None:
    """Show the buttons that the state of a run allows."""
    if moment is None:
        return
    status = moment.status
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if status.active:
            paused = status.state == "paused"
            st.button(
                "Resume" if paused else "Pause",
                icon=":material/play_arrow:" if paused else ":material/pause:",
                on_click=send_command,
                args=(run.folder, "resume" if paused else "pause"),
                disabled=status.state == "preparing",
            )
            if paused:
                # A number, for Streamlit may call back again for a click that it has not finished with.
                onward = {"to": status.step + 1}
                st.button(
                    "One step",
                    icon=":material/skip_next:",
                    on_click=send_command,
                    args=(run.folder, "step"),
                    kwargs=onward,
                )
            st.button("Stop", icon=":material/stop:", on_click=send_command, args=(run.folder, "stop"))
        if moment.snapshots:
            _link_to_explore(run)


def show_message(status: Status) -> None:
    """Say what the trainer has to say."""
    if status.state in {"failed", "crashed"}:
        show_error(status.message)
    elif status.state != "stopped" and status.message:  # the progress bar says why it was stopped
        st.caption(plain(status.message))


def progress_of(experiment: Experiment, status: Status) -> tuple[float, str]:
    """Return how far a run is, 0 to 1, and that in words."""
    return min(1.0, status.epoch / experiment.epochs), _progress_text(status, experiment)


def _link_to_explore(run: Run) -> None:
    """Show a link, which the browser follows by itself.

    A switch from here would write Explore's parameters into the address of this page first, where Back would find them.
    """
    with st.container(key="explore-run", width="content"):
        st.page_link(
            "app_pages/explore.py",
            label="Explore model",
            icon=":material/travel_explore:",
            query_params={"model": f"run/{run.name}"},
        )


def _progress_text(status: Status, experiment: Experiment) -> str:
    colour = _COLOURS.get(status.state, "blue")
    if status.state == "preparing":
        return f":{colour}-badge[preparing] {status.stage}"
    done = status.epoch / experiment.epochs
    parts = [f":{colour}-badge[{status.state}] epoch {status.epoch:.1f} of {experiment.epochs}"]
    if status.active:
        left = status.seconds / done * (1 - done) if done else 0.0
        parts += [f"{status.images_per_second:,.0f} images/s", f"{duration(left)} left"]
    else:
        parts.append(f"{duration(status.seconds)} of training")
        if status.state == "stopped":
            parts.append(plain(status.message))
    return " · ".join(parts)
