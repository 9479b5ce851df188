"""A run, live: its loss, its latent space, its strip."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.app_pages.parts.axes import choose_pair
from explorer.app_pages.parts.experiment import show_at_a_glance
from explorer.app_pages.parts.facts import model_facts
from explorer.app_pages.parts.messages import show_error, show_read_errors
from explorer.app_pages.parts.step import show_step_of
from explorer.app_pages.run.health import show_health
from explorer.app_pages.run.status import Controls, controls, progress_of, show_buttons, show_message
from explorer.app_pages.run.steering import show_steering
from explorer.components import bank, latent_map, plot, strip
from explorer.diagnosis import RECENT
from explorer.figures import latent as exploring
from explorer.figures.loss_curves import can_be_logarithmic, loss_curves
from explorer.library import models as library
from explorer.library.models import LibraryError, ModelEntry
from explorer.runs import arrays as names
from explorer.runs.layout import LOG
from explorer.runs.reader import Run
from explorer.runs.records import Moment, Status
from explorer.services import SERVICES
from models.spec.catalogue import PIXEL_MODELS
from models.spec.unit_range import to_bytes

REFRESH = 0.4  # seconds
STEERING_REFRESH = 2.0  # seconds; what changes the controls draws them anew at once
CURVE_POINTS = 600  # a panel is half as many pixels wide; the browser draws them all anew at each update
CURVES_HEIGHT = 330
MAP_HEIGHT = 290
SCREEN = 41  # percent of its height
MAP_SCREEN = 36  # the map has a bar above it and a line below
STRIP_SCALE = 44


@dataclass(frozen=True)
class _Places:
    """What stands above the charts, and is drawn again with them."""

    bar: DeltaGenerator
    note: DeltaGenerator


def show_run(run: Run) -> None:
    """Show the page of one run, while it trains and after its end. Raises RunError for a damaged run.

    Only what moves is drawn again at each update. The controls are drawn when they change.
    """
    _ = run.experiment  # read and kept before anything is drawn: the parts below may then rely on it
    moment = run.moment()
    active = moment is None or moment.status.active
    bar_side, buttons_side = st.columns([7, 5], vertical_alignment="center")
    places = _Places(bar_side.empty(), st.empty())
    with buttons_side:
        st.fragment(show_buttons)(run, moment)
    # Each part has a place of its own: if one grew or went, the charts behind it would move up in the page, and the
    # browser would make them anew, without their zoom and selection.
    with st.container():
        if active:
            st.fragment(run_every=STEERING_REFRESH)(show_read_errors(_steer))(run)
    live = st.fragment(run_every=REFRESH if active else None)(show_read_errors(_show_live))
    live(run, places, controls(moment))
    show_at_a_glance(run, active)
    show_step_of(run)


def _steer(run: Run) -> None:
    show_steering(run, run.moment())


def _show_live(run: Run, places: _Places, drawn: Controls | None) -> None:
    """Show what changes while a run trains, all of one moment; the whole page where other `controls` are `drawn`."""
    moment = run.moment(CURVE_POINTS, RECENT if run.experiment.variant_info.critic else 0)
    if controls(moment) != drawn:
        st.rerun()
    _show_progress(run, places, moment)
    if moment is not None:
        show_read_errors(_show_pictures)(run, moment)


def _show_progress(run: Run, places: _Places, moment: Moment | None) -> None:
    """Show how far the run is."""
    if moment is not None:
        places.bar.progress(*progress_of(run.experiment, moment.status))
        with places.note.container():
            show_message(moment.status)
            if moment.status.state == "finished":
                show_read_errors(lambda: model_facts(run.experiment, run.summary()))()
    elif SERVICES.launcher.died_before_starting(run.folder):
        with places.note:
            show_error(f"The trainer could not start. Its log is {run.folder / LOG}.")
    else:
        places.bar.progress(0.0, ":blue-badge[preparing] starting the trainer")


def _show_pictures(run: Run, moment: Moment) -> None:
    """Show curves, map and strip, drawn again in place."""
    entry = _live_entry(run)
    curves_side, map_side = st.columns([6, 5], gap="medium")
    with curves_side:
        _show_curves(run, moment)
        if entry is not None:
            _show_strip(run, entry)
            show_health(run, entry, moment)
    if entry is not None:
        with map_side:
            _show_map(run, entry)
            _show_bank(run, entry, moment.status)


def _show_curves(run: Run, moment: Moment) -> None:
    curves = moment.curves
    if not curves.training:  # the networks are being built
        return
    log = st.session_state.get("curves-log", False)
    possible = can_be_logarithmic(curves, run.experiment)
    figure = loss_curves(curves, run.experiment, moment.changes, log=log and possible)
    plot(figure, key=f"curves-{run.name}", height=CURVES_HEIGHT, screen=SCREEN, label="loss curves")
    with st.container(horizontal=True, vertical_alignment="center"):
        clean = " on clean images" if run.experiment.variant_info.uses_corruption else ""
        words = f"Colour: training. Black or white: validation{clean}. Dotted: term × weight."
        st.caption(words if possible or not log else "No log scale: some values are negative.")
        st.toggle("Log scale", key="curves-log")


def _live_entry(run: Run) -> ModelEntry | None:
    """Return the live model of the run; None before the trainer's first preview."""
    try:
        return library.find(f"run/{run.name}@{library.LIVE}")
    except LibraryError:
        return None


def _show_map(run: Run, entry: ModelEntry) -> None:
    codes, summary = entry.codes(), entry.summary
    labels = entry.labels[: len(codes.mean)]
    pair = _choose_plane(run, entry.experiment.latent_dim)
    key = f"ranges-{run.name}-{pair}"
    classes = summary["class_names"]
    plane = exploring.live_plane(codes, labels, len(classes), run.name, st.session_state.get(key), pair)
    st.session_state[key] = plane.ranges
    latent_map(
        exploring.shown(entry, version=str(entry.step)),
        plane,
        labels,
        classes,
        key=f"map-{run.name}",
        hand=run.name,
        total=summary["probe"],
        what=f"{exploring.probe_name(summary)} at step {entry.step:,}",
        height=MAP_HEIGHT,
        screen=MAP_SCREEN,
    )


def _choose_plane(run: Run, latent: int) -> tuple[int, int] | None:
    """Choose two dimensions, or None for the principal plane; with at most two dimensions there is no choice."""
    if latent <= 2:
        return None
    with st.popover("Projection"):
        planes = ["PC 1 and PC 2", "Two dimensions"]
        chosen = st.radio("Plane", planes, key=f"plane-{run.name}", label_visibility="collapsed")
        return choose_pair(range(latent)) if chosen == planes[1] else None


def _show_bank(run: Run, entry: ModelEntry, status: Status) -> None:
    codes, prior = entry.codes(), entry.experiment.variant_info.prior
    key = f"dims-{run.name}"
    dims = exploring.live_dimensions(codes, prior, st.session_state.get(key), settled=not status.active)
    st.session_state[key] = dims
    bank(
        exploring.shown(entry, version=str(entry.step)),
        codes.mean[0].tolist(),
        dims,
        key=f"bank-{run.name}",
        hand=run.name,
        class_index=int(entry.labels[0]),
        chosen=0,
        compact=True,
        rate=status.images_per_second if status.active else None,
    )


@show_read_errors  # the probe images may be missing where map and curves are not
def _show_strip(run: Run, entry: ModelEntry) -> None:
    output = PIXEL_MODELS[run.experiment.pixel_model].output
    rows = strip_rows(entry.images(), entry.arrays(), output)
    strip(rows, key=f"strip-{run.name}", scale=STRIP_SCALE)


def strip_rows(images: np.ndarray, preview: Mapping[str, np.ndarray], output: str) -> dict[str, np.ndarray]:
    """Return the rows of the strip as uint8: input, noisy input, linear output (scaled around 0), reconstruction.

    A row that the model lacks is left out. Where codes can be drawn, decoded samples from the prior stand below.
    """
    linear = preview[names.LINEAR]
    reach = max(float(np.abs(linear).max()), 1e-6)
    grey = to_bytes(0.5 + 0.5 * linear.astype(np.float32) / reach)
    noisy = {"noisy input": preview[names.CORRUPTED]} if names.CORRUPTED in preview else {}
    samples = {"samples": preview[names.SAMPLES][: len(linear)]} if names.SAMPLES in preview else {}
    rows = {"input": images[: len(linear)], **noisy, output.replace("_", " "): grey}
    return {**rows, "reconstruction": preview[names.RECONSTRUCTION], **samples}
