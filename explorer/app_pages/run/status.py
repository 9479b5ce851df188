"""The state of a run: its buttons, and what is to be said of it."""

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.clicks import send
from explorer.app_pages.parts.facts import model_facts
from explorer.app_pages.parts.messages import plain, show_error, show_read_errors
from explorer.app_pages.parts.script import script_text
from explorer.app_pages.setup.choices import take_experiment
from explorer.components.live.look import Look
from explorer.datasets.catalogue import DATASETS
from explorer.export.script import script_name
from explorer.places import size_in_words
from explorer.runs.label import read_label
from explorer.runs.layout import CRASHED, DISK_FULL, SILENT
from explorer.runs.reader import Run
from explorer.runs.records import Status
from explorer.services import SERVICES

_EXPLORE, _EXPLORE_ICON = "Explore model", ":material/travel_explore:"


def show_buttons(run: Run, look: Look) -> None:
    """Show the buttons of a run, each in a place that it keeps: one that the state does not allow is grey.

    Stop is there before the trainer has begun. After the end there are the ways on.
    """
    with st.container(key="run-buttons", horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if look.active and look.failure is None:
            _steering_buttons(run, look.moment.status if look.moment else None)
        else:
            _buttons_at_the_end(run)
        if look.moment is not None and look.moment.snapshots:
            link_to_explore(run)
        elif look.active and look.failure is None:  # its place
            st.button(_EXPLORE, icon=_EXPLORE_ICON, disabled=True)


def _steering_buttons(run: Run, status: Status | None) -> None:
    paused = status is not None and status.state == "paused"
    st.button(
        "Resume" if paused else "Pause",
        icon=":material/play_arrow:" if paused else ":material/pause:",
        on_click=send,
        args=(run.folder, "resume" if paused else "pause"),
        disabled=status is None or status.state in {"preparing", SILENT},
    )
    st.button(
        "One step",
        icon=":material/skip_next:",
        on_click=send,
        args=(run.folder, "step"),
        # A number, for Streamlit may call back again for a click that it has not finished with.
        kwargs={"to": status.step + 1 if status else 1},
        disabled=not paused,
        help=None if paused else "Pause first.",
    )
    st.button("Stop", icon=":material/stop:", on_click=send, args=(run.folder, "stop"))


def _buttons_at_the_end(run: Run) -> None:
    help_text = "Opens the form of a new training with what this one began with."
    if st.button("Use these settings", icon=":material/tune:", help=help_text):
        take_experiment(run.experiment)
        address.change("run", "", "")
        st.rerun()  # the whole page
    name = script_name(run.experiment)
    st.download_button(
        "Keras script", lambda: script_text(run.experiment), file_name=name, mime="text/x-python", on_click="ignore",
        icon=":material/download:", key=f"script-{run.name}",
    )  # fmt: skip


def show_facts(look: Look, run: Run) -> None:
    """Show one line: while it trains what is trained, then the results, and the size of the run; below it the note."""
    _show_line(look, run)
    if note := read_label(run.folder).note:
        st.caption(f"Note: {plain(note)}")


def _show_line(look: Look, run: Run) -> None:
    experiment = look.experiment
    if look.active or look.moment is None:
        info = f"{experiment.variant_info.title}, {experiment.latent_dim}-D, {experiment.network} network"
        data = DATASETS[experiment.dataset].title
        st.caption(plain(f"{info} · {data} · {experiment.optimizer}, batches of {experiment.batch_size:,}"))
        return
    size = SERVICES.sizes.of_run(run.folder)
    if look.moment.status.state == "finished":
        show_read_errors(lambda: model_facts(experiment, run.summary(), size=size))()
    else:
        st.caption(f"{size_in_words(size)} on disk")


def show_message(look: Look) -> None:
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
    elif status.state != "stopped" and status.message:  # the line below the bar says why it was stopped
        st.caption(plain(status.message))


def link_to_explore(run: Run) -> None:
    """Show a link, which the browser follows by itself.

    A switch from here would write Explore's parameters into the address of this page first, where Back would find them.
    """
    with st.container(key="explore-run", width="content"):
        st.page_link(
            "app_pages/explore.py",
            label=_EXPLORE,
            icon=_EXPLORE_ICON,
            query_params={"model": f"run/{run.name}"},
        )
