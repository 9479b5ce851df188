"""A run, live: its loss, its latent space, its strip."""

from collections.abc import Sequence

import streamlit as st

from explorer.app_pages.parts.axes import choose_pair
from explorer.app_pages.parts.experiment import show_at_a_glance
from explorer.app_pages.parts.messages import show_error, show_read_errors
from explorer.app_pages.parts.step import show_step_of
from explorer.app_pages.run.desk import show_desk
from explorer.app_pages.run.status import link_to_explore, show_buttons, show_facts, show_message
from explorer.components.live.look import Look, look_at
from explorer.components.live.parts import Options, show_part
from explorer.runs.layout import list_snapshots
from explorer.runs.reader import Run
from explorer.services import SERVICES


def show_run(run: Run) -> None:
    """Show the page of one run, while it trains and after its end. Raises RunError for a damaged run.

    What moves is sent to the browser by the live route. The page is drawn anew when what it depends on changes.
    """
    look = look_at(run, SERVICES.launcher)
    if look.moment is None and list_snapshots(run.folder).steps:
        _show_without_history(run)
        return
    now, moments = [look], [look.moment]
    try:
        _show_parts(run, look, now)
        show_at_a_glance(run, look.active, moments)
        show_step_of(run)
    finally:  # from here on each part looks for itself
        now.clear()
        moments.clear()


def _show_without_history(run: Run) -> None:
    """Show a model that somebody put among the runs."""
    words, link = st.columns([7, 5], vertical_alignment="center")
    words.caption("The history of this training is missing. Explore opens its model.")
    with link, st.container(horizontal=True, horizontal_alignment="right"):
        link_to_explore(run)
    show_at_a_glance(run, False)


def _show_parts(run: Run, look: Look, now: Sequence[Look]) -> None:
    """Show every part. As long as the page is drawn as a whole, `now` holds its look; a part drawn again looks."""
    with st.container(key="run-band", gap="xsmall"):
        numbers_side, buttons_side = st.columns([7, 5], vertical_alignment="center")
        with numbers_side:
            show_part("progress", look)
        with buttons_side:
            st.fragment(show_buttons)(run, look)
        show_part("course", look)
    show_part("verdict", look)
    # Each part has a place of its own: if one grew or went, the charts behind it would move up in the page, and the
    # browser would make them anew, without their zoom and selection.
    show_facts(look, run)
    with st.container():
        show_message(look)
    curves_side, map_side = st.columns([6, 5], gap="medium")
    with curves_side:
        show_desk(run, look, now)
        for name in ("strip", "health"):
            _show_beside(name, look)
    with map_side:
        st.fragment(show_read_errors(_show_map))(run, now)


def _show_map(run: Run, now: Sequence[Look]) -> None:
    """Show map and bank."""
    look = now[0] if now else look_at(run, SERVICES.launcher)
    if look.entry is not None:
        show_part("map", look, Options(pair=_choose_plane(look)))
        show_part("bank", look)
    elif look.damage:
        show_error(look.damage)


@show_read_errors  # the probe images may be missing where map and curves are not
def _show_beside(name: str, look: Look) -> None:
    show_part(name, look)


def _choose_plane(look: Look) -> tuple[int, int] | None:
    """Choose two dimensions, or None for the principal plane; with at most two dimensions there is no choice."""
    latent = look.experiment.latent_dim
    if latent <= 2:
        return None
    with st.popover("Projection"):
        planes = ["PC 1 and PC 2", "Two dimensions"]
        chosen = st.radio("Plane", planes, key=f"plane-{look.name}", label_visibility="collapsed")
        return choose_pair(range(latent)) if chosen == planes[1] else None
