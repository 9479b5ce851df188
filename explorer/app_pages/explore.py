"""Explore: the bank and the map of a trained model."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.facts import model_facts
from explorer.app_pages.parts.greeting import greet
from explorer.app_pages.parts.messages import show_error, show_read_errors
from explorer.app_pages.parts.waiting import offer_start
from explorer.app_pages.view.points import all_points, plane_of
from explorer.app_pages.view.toolbar import (
    PROBE,
    choose_axes,
    choose_images,
    choose_model,
    choose_snapshot,
    choose_view,
)
from explorer.components import bank, latent_map
from explorer.figures import latent as exploring
from explorer.figures.shown import Dimension
from explorer.library.models import LibraryError, ModelEntry
from explorer.runs.reader import RunError
from explorer.services import SERVICES

MAP_HEIGHT = 500
SIDES = (5, 7)  # of the page: map and bank
HAND = "explore"
WATCH = 0.8  # seconds between two polls of the decoder


def show_facts(entry: ModelEntry) -> None:
    """Show the model in one line and, where the server decodes it, what is wrong with that as soon as something is."""
    if exploring.runs_in_browser(entry):
        model_facts(entry.experiment, entry.summary)
        return
    SERVICES.decoder.start()
    st.fragment(run_every=WATCH)(_show_watched_facts)(entry)


def _show_watched_facts(entry: ModelEntry) -> None:
    model_facts(entry.experiment, entry.summary, SERVICES.decoder.trouble)
    if SERVICES.decoder.gave_up:
        offer_start(SERVICES.decoder, "decoder")


@st.fragment
@show_read_errors
def explore(entry: ModelEntry, dims: list[Dimension], of: str, kind: str, pair: tuple[int, int]) -> None:
    map_side, bank_side = st.columns(SIDES, gap="medium")
    with map_side:
        show_map(entry, of, kind, pair)
    with bank_side:
        codes = entry.codes()
        bank(
            exploring.shown(entry),
            codes.mean[0].tolist(),
            dims,
            hand=HAND,
            class_index=int(entry.labels[0]),
            chosen=0,
        ).show("explore-bank")


def show_map(entry: ModelEntry, of: str, kind: str, pair: tuple[int, int]) -> None:
    """Show the map of the probe set, or of all images as soon as they are encoded."""
    points = exploring.probe_points(entry) if of == PROBE else all_points(entry)
    if points is None:
        return
    plane = plane_of(entry, points, kind, pair)
    if plane is None:
        return
    if plane.axes is not None:  # a UMAP has no scale
        plane = exploring.at_prior_scale(plane, entry.codes(), entry.experiment.variant_info.prior)
    name = f"{entry.base} {plane.name}"  # zoom and selection do not pass to another model
    plane = replace(plane, name=name, mean=points.codes.mean(axis=0))
    latent_map(
        exploring.shown(entry),
        plane,
        points.labels,
        entry.summary["class_names"],
        hand=HAND,
        total=points.total,
        what=points.what,
        tests=points.what == exploring.TESTS,
        of=of,
        height=MAP_HEIGHT,
        screen=64,
    ).show("explore-map")


def show_explorer(base: str, views: Sequence[Any], axes: Sequence[Any], snapshot: Any) -> None:
    """Fill the places of the toolbar behind the model's, and show the model below it."""
    with snapshot:
        entry = choose_snapshot(base)
    with views[1]:
        of = choose_images(entry)
    latent = entry.experiment.latent_dim
    with views[0]:
        kind = choose_view(latent)
    dims = exploring.dimensions(entry.codes(), entry.experiment.variant_info.prior)
    pair = choose_axes(axes, latent, dims, kind)
    show_facts(entry)
    explore(entry, dims, of, kind, pair)


greet("explore")
address.open_part("explore", ["model"])
with st.container(key="explore-bar"):
    model_side, view_side, across, up, images_side, snapshot_side = st.columns(
        6, gap="small", vertical_alignment="center"
    )
with model_side:
    base = choose_model()
if base is None:
    st.info("There is no model to explore yet. Train one: it takes seconds.", icon=":material/info:")
    st.page_link("app_pages/train.py", label="Train a model", icon=":material/model_training:")
else:
    try:
        show_explorer(base, (view_side, images_side), (across, up), snapshot_side)
    except (LibraryError, RunError) as error:
        show_error(str(error))
