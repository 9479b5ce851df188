"""The state of a run: its buttons, and what is to be said of it."""

import streamlit as st

from explorer.app_pages.parts.clicks import send
from explorer.app_pages.parts.facts import model_facts
from explorer.app_pages.parts.messages import plain, show_error, show_read_errors
from explorer.components.live.look import Look
from explorer.places import size_in_words
from explorer.runs.layout import CRASHED, DISK_FULL, SILENT
from explorer.runs.reader import Run
from explorer.services import SERVICES


def show_buttons(run: Run, look: Look) -> None:
    """Show the buttons that the state of a run allows. Stop is there before the trainer has begun."""
    moment = look.moment
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if moment is None:
            if look.failure is None:
                _stop_button(run)
            return
        status = moment.status
        if status.active:
            paused = status.state == "paused"
            st.button(
                "Resume" if paused else "Pause",
                icon=":material/play_arrow:" if paused else ":material/pause:",
                on_click=send,
                args=(run.folder, "resume" if paused else "pause"),
                disabled=status.state in {"preparing", SILENT},
            )
            if paused:
                # A number, for Streamlit may call back again for a click that it has not finished with.
                onward = {"to": status.step + 1}
                st.button(
                    "One step",
                    icon=":material/skip_next:",
                    on_click=send,
                    args=(run.folder, "step"),
                    kwargs=onward,
                )
            _stop_button(run)
        if moment.snapshots:
            link_to_explore(run)


def _stop_button(run: Run) -> None:
    st.button("Stop", icon=":material/stop:", on_click=send, args=(run.folder, "stop"))


def show_message(look: Look, run: Run) -> None:
    """Say why a trainer did not begin, or what it has to say."""
    if look.failure is not None:
        show_error(look.failure)
    if look.moment is None:
        return
    status = look.moment.status
    if status.state in {"failed", CRASHED}:
        show_error(status.message)
    elif status.state == SILENT:
        st.warning(plain(status.message))
    elif status.stage == DISK_FULL:
        st.warning(plain(status.message), icon=":material/disc_full:")
    elif status.state != "stopped" and status.message:  # the progress bar says why it was stopped
        st.caption(plain(status.message))
    if not status.active:
        _show_what_there_is(look, run, finished=status.state == "finished")


def _show_what_there_is(look: Look, run: Run, *, finished: bool) -> None:
    """Show the facts of a run that has ended: of its model, where it finished, and its size."""
    size = SERVICES.sizes.of_run(run.folder)
    if finished:
        show_read_errors(lambda: model_facts(look.experiment, run.summary(), size=size))()
    else:
        st.caption(f"{size_in_words(size)} on disk")


def link_to_explore(run: Run) -> None:
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
