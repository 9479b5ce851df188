"""Explore: a trained model under the hand."""

from typing import Any

import numpy as np
import streamlit as st

from explorer import exploring, library
from explorer.app_pages.shared import model_facts, plain, show_error, shown_images
from explorer.components import Picture, bank, plot
from explorer.exploring import Projection, Projections
from explorer.figures import Plane, latent_map
from explorer.latent.client import AnalystError
from explorer.library import LibraryError, ModelEntry
from explorer.runs.reader import Run
from explorer.services import SERVICES

MAP_HEIGHT = 520
FOLLOW = "explore"
WATCH = 0.8  # seconds between two looks at the decoder


@st.cache_resource
def projections() -> Projections:
    return Projections(SERVICES.workbench)


def choose_model() -> str | None:
    """The key of a model, without its snapshot; a key in the address is taken first."""
    keys = [*library.bundled(), *library.explorable_runs()]
    if not keys:
        return None
    wanted = st.query_params.get("model", keys[0]).partition("@")[0]
    if wanted not in keys:
        st.toast(plain(f"There is no model {wanted[:80]} here any more. This is another one."))
        wanted = keys[0]
    return st.selectbox("Model", keys, index=keys.index(wanted), format_func=_label, label_visibility="collapsed")


def _label(key: str) -> str:
    entry = library.find(key)
    return entry.title if entry.bundled else f"{entry.title} · {entry.folder.name}"


def choose_snapshot(base: str) -> ModelEntry:
    """The newest snapshot, the one in the address, or the one that the slider is on."""
    address, _, step = st.query_params.get("model", "").partition("@")
    try:
        entry = library.find(f"{base}@{step}" if address == base and step.isdigit() else base)
    except LibraryError:
        st.toast("That snapshot is not kept any more. This is the newest one.")
        entry = library.find(base)
    if not entry.bundled:
        entry = _slide(base, entry)
    st.query_params["model"] = entry.key
    return entry


def _slide(base: str, entry: ModelEntry) -> ModelEntry:
    with Run(entry.folder) as run:
        snapshots = {snapshot.step: snapshot.epoch for snapshot in run.snapshots()}
    if len(snapshots) < 2:
        return entry
    step = st.select_slider(
        "Snapshot",
        list(snapshots),
        value=entry.step if entry.step in snapshots else max(snapshots),
        format_func=lambda step: f"epoch {snapshots[step]:.1f}",
        key=f"snapshot-{base}",
        label_visibility="collapsed",
    )
    return library.find(f"{base}@{step}")


@st.fragment(run_every=WATCH)
def show_facts(entry: ModelEntry) -> None:
    """The model in a line, and in words what is wrong with the process that decodes it, as soon as it is."""
    model_facts(entry.experiment, entry.summary, SERVICES.decoder.trouble)


def choose_plane(entry: ModelEntry) -> tuple[str, tuple[int, int]]:
    """Which view of the codes: two dimensions, PCA or UMAP."""
    latent = entry.experiment.latent_dim
    if latent == 1:
        return "Dimensions", (0, 0)  # one dimension has one view
    kinds = ["Dimensions", "PCA", "UMAP"]
    default = kinds[0] if latent == 2 else kinds[1]
    kind = st.segmented_control(
        "View", kinds, default=default, key=f"view-{latent}", label_visibility="collapsed", required=True
    )
    pair = (0, 1)
    if kind == "Dimensions" and latent > 2:
        order = [d.index for d in exploring.dimensions(entry.codes(), entry.experiment.info.stochastic)]
        with st.popover("Which dimensions"):
            first = st.selectbox("Across", order, index=0, format_func=lambda i: f"z{i}", key=f"across-{latent}")
            second = st.selectbox("Up", order, index=1, format_func=lambda i: f"z{i}", key=f"up-{latent}")
        pair = (first, second)
    return str(kind), pair


def state_of(entry: ModelEntry) -> dict[str, Any]:
    """What this session looks at. A new snapshot of one run keeps the image; another model begins with its first."""
    state = st.session_state.setdefault("explore", {"key": None, "chosen": None, "code": None, "revision": 0})
    if state["key"] != entry.key:
        same_run = state["key"] is not None and str(state["key"]).split("@")[0] == entry.key.split("@")[0]
        take(state, entry, state["chosen"] if same_run and state["chosen"] is not None else 0)
        state["key"] = entry.key
    return state


def take(state: dict[str, Any], entry: ModelEntry, row: int) -> None:
    """Go to an image's code."""
    codes = entry.codes()
    strip = codes.reconstruction
    code = codes.mean[row].tolist()
    state |= {"chosen": row, "code": code, "moved": code, "revision": state["revision"] + 1}
    known = strip[row] if row < len(strip) else None  # computed when the snapshot was made: there before the decoder is
    state["reconstruction"] = (
        known if known is not None else exploring.decoded(SERVICES.decoder, entry, codes.mean[row])
    )


@st.fragment
def explore(entry: ModelEntry, kind: str, pair: tuple[int, int]) -> None:
    state, codes = state_of(entry), entry.codes()
    map_side, bank_side = st.columns([5, 6], gap="large")
    with map_side:
        view = plane_of(entry, kind, pair)
        if view is not None:
            show_map(entry, view, kind, pair, state)
    with bank_side:
        image = entry.images()[state["chosen"]]
        picture = Picture(decoded=state["reconstruction"], original=image, reconstruction=state["reconstruction"])
        result = bank(
            entry.key,
            state["code"],
            exploring.dimensions(codes, entry.experiment.info.stochastic),
            entry.image_shape,
            key="explore-bank",
            revision=state["revision"],
            picture=picture,
            caption=f"image {state['chosen'] + 1:,}: {entry.summary['class_names'][entry.labels[state['chosen']]]}",
            prior=entry.experiment.info.stochastic,
            plane=pair if kind == "Dimensions" else None,
            follow_key=FOLLOW,
        )
        state["moved"] = result.code


def show_map(entry: ModelEntry, view: Plane, kind: str, pair: tuple[int, int], state: dict[str, Any]) -> None:
    here = state["moved"]
    position = (here[pair[0]], here[pair[1]]) if kind == "Dimensions" and entry.experiment.latent_dim > 1 else None
    figure = latent_map(
        view,
        entry.labels,
        entry.summary["class_names"],
        position=position,
        chosen=state["chosen"],
        follows=FOLLOW if position else None,
    )
    clicked = plot(figure, key="explore-map", height=MAP_HEIGHT, screen=64, label="latent map").point
    st.caption(f"{shown_images(entry.summary)} Click a point to go to its code.")
    if clicked is not None and isinstance(clicked.index, int):
        take(state, entry, clicked.index)
        st.rerun(scope="fragment")


def plane_of(entry: ModelEntry, kind: str, pair: tuple[int, int]) -> Plane | None:
    codes = entry.codes().mean
    if codes.shape[1] == 1:
        return exploring.single_dimension(codes, entry.labels)
    if kind == "Dimensions":
        return exploring.dimension_plane(codes, *pair)
    if kind == "PCA":
        return exploring.principal_plane(codes)
    return umap_plane(entry, codes)


def umap_plane(entry: ModelEntry, codes: np.ndarray) -> Plane | None:
    try:
        found = projections().request(entry.key, codes)
    except AnalystError as error:
        show_error(f"UMAP could not be computed: {error} Choose PCA, or try again.")
        st.button("Try again", on_click=projections().forget_failure, args=(entry.key,))
        return None
    if isinstance(found, Projection):
        wait_for_umap(entry, codes)
        return None
    return Plane(found, ("UMAP 1", "UMAP 2"), name="umap")


@st.fragment(run_every=0.4)
def wait_for_umap(entry: ModelEntry, codes: np.ndarray) -> None:
    """Progress; when the projection is there the page shows it."""
    try:
        found = projections().request(entry.key, codes)
    except AnalystError:
        st.rerun()
    if not isinstance(found, Projection):
        st.rerun()
    st.progress(found.share, f"UMAP: {found.stage}. The first time takes about half a minute; then it is kept.")


model_side, snapshot_side, view_side = st.columns([5, 3, 5], vertical_alignment="center")
with model_side:
    base = choose_model()
if base is None:
    st.info("There is no model to explore yet. Train one: it takes seconds.", icon=":material/info:")
    st.page_link("app_pages/train.py", label="Train a model", icon=":material/model_training:")
else:
    try:
        with snapshot_side:
            entry = choose_snapshot(base)
    except LibraryError as error:
        show_error(str(error))
    else:
        with view_side, st.container(horizontal=True, horizontal_alignment="right"):
            kind, pair = choose_plane(entry)
        show_facts(entry)
        explore(entry, kind, pair)
