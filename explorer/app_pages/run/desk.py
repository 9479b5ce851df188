"""The mixing desk of a run: its curves, beside each of them what moves it, and below them a legend of the changes."""

from collections.abc import Sequence

import streamlit as st

from explorer.app_pages.parts.messages import show_read_errors
from explorer.app_pages.run.steering import show_channels, show_last_settings, show_other_controls
from explorer.components.live.look import CURVE_POINTS, Look, look_at
from explorer.components.live.parts import Options, show_part
from explorer.figures.loss_panels import NARROW_BELOW, TITLE, arrangement, panels_of
from explorer.library.listing import run_titles, runs_to_compare
from explorer.places import runs_folder
from explorer.runs.reader import Run, RunError
from explorer.runs.records import Curves, Moment
from explorer.runs.results import bounds_in_words
from explorer.services import SERVICES
from models.spec.experiment import Experiment

SCHEDULE_REFRESH = 2.0  # seconds, where a schedule moves a weight
MOST_COMPARED = 60  # runs in the list
STEERING_REFRESH = 10.0  # elsewhere: what changes the controls draws them anew at once


def show_desk(run: Run, look: Look, now: Sequence[Look]) -> None:
    """Show the desk. Controls and curves are parts of the page that are drawn again by themselves."""
    steered = look.active and look.failure is None
    refresh = _refresh(run.experiment)
    with st.container(key="desk"):
        if steered or look.has_curves:
            st.html(f"<style>{places_of_controls(run.experiment)}</style>")
        with st.container(key="channels"):
            if steered:
                st.fragment(run_every=refresh)(show_read_errors(_channels))(run, now)
            elif look.has_curves:
                show_last_settings(run, look.moment)
        st.fragment(show_read_errors(_show_curves))(run, now)
    show_part("changes", look)
    with st.container():
        if steered:
            st.fragment(run_every=refresh)(show_read_errors(_other_controls))(run, now)


def _refresh(experiment: Experiment) -> float:
    scheduled = any(setting.schedule != "constant" for setting in experiment.terms.values())
    return SCHEDULE_REFRESH if scheduled else STEERING_REFRESH


def places_of_controls(experiment: Experiment) -> str:
    """Return the rules that lay each control beside its curve, and above it where the chart is narrow.

    The desk is as high as the chart also before there is one.
    """
    panels = panels_of(experiment)
    wide, narrow = (arrangement(panels, narrow=is_narrow) for is_narrow in (False, True))
    beside = _rules([0, *(top - TITLE for top in wide.tops[1:])], wide.height)  # the first title is above the flags
    above = _rules(narrow.controls, narrow.height)
    return f"{beside} @container desk (max-width: {NARROW_BELOW - 1}px) {{ {above} }}"


def _rules(tops: Sequence[int], height: int) -> str:
    places = [f".st-key-channel-{number} {{ top: {top}px }}" for number, top in enumerate(tops)]
    return " ".join([f".st-key-desk {{ min-height: {height}px }}", *places])


def _newest(run: Run, now: Sequence[Look]) -> Moment | None:
    """Return the moment of the page while it is drawn as a whole; else look."""
    return now[0].moment if now else run.moment()


def _channels(run: Run, now: Sequence[Look]) -> None:
    show_channels(run, _newest(run, now))


def _other_controls(run: Run, now: Sequence[Look]) -> None:
    show_other_controls(run, _newest(run, now))


def _show_curves(run: Run, now: Sequence[Look]) -> None:
    look = now[0] if now else look_at(run, SERVICES.launcher)
    log, compared = st.session_state.get("curves-log", False), f"compare-{run.name}"
    others = {} if look.active else _others(look)
    chosen = st.session_state.get(compared, _NONE)
    other = _other(chosen, others[chosen]) if chosen in others else None
    if not show_part("curves", look, Options(log=log, other=other)):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        clean = " on clean images" if look.experiment.variant_info.uses_corruption else ""
        words = f"Colour: training. Black or white: validation{clean}. Dotted: term × weight."
        st.caption(words if look.can_be_logarithmic or not log else "No log scale: some values are negative.")
        st.toggle("Log scale", key="curves-log")
    if bounds := bounds_in_words(look.experiment, look.entry.summary if look.entry else {}):
        st.caption(bounds)
    if others:
        titles = {_NONE: "No other run", **others}
        st.selectbox("Compare the total with (dashed)", list(titles), format_func=titles.__getitem__, key=compared)


_NONE = ""


def _others(look: Look) -> dict[str, str]:
    """Return the titles of the runs whose total can be compared with a run's."""
    titles, names = run_titles(), runs_to_compare(look.experiment)
    return {name: titles[name] for name in names[:MOST_COMPARED] if name in titles and name != look.name}


def _other(name: str, title: str) -> tuple[str, Curves] | None:
    """Return title and curves of another run; None where they cannot be read, which its own page says."""
    try:
        with Run(runs_folder() / name) as run:
            return (title, run.curves(CURVE_POINTS)) if run.has_started() else None
    except RunError:
        return None
