"""Explore: the bank and the map of a trained model."""

from dataclasses import replace

import streamlit as st

from explorer.analyst.errors import AnalystError
from explorer.app_pages.parts import address
from explorer.app_pages.parts.axes import choose_pair
from explorer.app_pages.parts.facts import model_facts
from explorer.app_pages.parts.messages import show_error, show_passed_over, show_read_errors, tell_of_another
from explorer.app_pages.parts.waiting import bar_with_stop, offer_again, offer_start, wait_for
from explorer.components import bank, latent_map
from explorer.figures import latent as exploring
from explorer.figures.shown import Plane
from explorer.library import models as library
from explorer.library.listing import listing
from explorer.library.models import LibraryError, ModelEntry
from explorer.runs.reader import Run, RunError
from explorer.services import SERVICES
from models.spec.errors import CheckpointError

MAP_HEIGHT = 500
HAND = "explore"
WATCH = 0.8  # seconds between two polls of the decoder
PROBE, ALL = "probe", "all"
QUICK = 5000  # points that UMAP lays out in about half a minute


def choose_model() -> str | None:
    """Return the key of a model, without its snapshot; None if there is no model."""
    found = listing()
    show_passed_over(found)
    keys = list(found.titles)
    if not keys:
        return None
    wanted = _base_of(address.value("model", keys[0]))
    if wanted not in keys:
        tell_of_another("model")(wanted)
        wanted = keys[0]
        address.change("model", wanted)
    chosen = st.selectbox(
        "Model", keys, keys.index(wanted), found.title, address.key("model"), label_visibility="collapsed"
    )  # fmt: skip
    if chosen != wanted:
        address.put("model", chosen)
    return chosen


def _base_of(key: str) -> str:
    return key.partition("@")[0]


def choose_snapshot(base: str) -> ModelEntry:
    """Return the newest snapshot, the one in the address, or the one that the slider is on."""
    step = address.value("model").partition("@")[2]
    try:
        entry = library.find(f"{base}@{step}" if step.isdigit() else base)
    except LibraryError:
        st.toast("This snapshot no longer exists. The newest one is shown.")
        entry = library.find(base)
    return entry if entry.bundled else _slide(base, entry)


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
        key=f"{address.key('model')}-{base}",
        label_visibility="collapsed",
    )
    address.put("model", base if step == max(snapshots) else f"{base}@{step}")
    return library.find(f"{base}@{step}")


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


def choose_view(entry: ModelEntry) -> tuple[str, str, tuple[int, int]]:
    """Choose the images (the probe set or all) and the view of their codes: two dimensions, PCA or UMAP."""
    sample = "Test sample" if exploring.probe_name(entry.summary) == "test images" else "Sample"
    counts = {PROBE: f"{sample} ({entry.summary['probe']:,})", ALL: f"All images ({exploring.all_images(entry):,})"}
    of = st.segmented_control(
        "Images", list(counts), format_func=lambda of: counts[of], default=PROBE, key=f"images-{entry.folder}",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    latent = entry.experiment.latent_dim
    if latent == 1:
        return str(of), "Dimensions", (0, 0)  # one dimension has one view
    kinds = ["Dimensions", "PCA", "UMAP"]
    default = kinds[0] if latent == 2 else kinds[1]
    kind = st.segmented_control(
        "View", kinds, default=default, key=f"view-{latent}", label_visibility="collapsed", required=True
    )
    pair = (0, 1)
    if kind == "Dimensions" and latent > 2:
        order = [d.index for d in exploring.dimensions(entry.codes(), entry.experiment.variant_info.prior)]
        with st.popover("Axes"):
            pair = choose_pair(order)
    return str(of), str(kind), pair


@st.fragment
@show_read_errors
def explore(entry: ModelEntry, of: str, kind: str, pair: tuple[int, int]) -> None:
    map_side, bank_side = st.columns([5, 6], gap="large")
    with map_side:
        show_map(entry, of, kind, pair)
    with bank_side:
        codes = entry.codes()
        bank(
            exploring.shown(entry),
            codes.mean[0].tolist(),
            exploring.dimensions(codes, entry.experiment.variant_info.prior),
            key="explore-bank",
            hand=HAND,
            class_index=int(entry.labels[0]),
            chosen=0,
        )


def show_map(entry: ModelEntry, of: str, kind: str, pair: tuple[int, int]) -> None:
    """Show the map of the probe set, or of all images as soon as they are encoded."""
    points = exploring.probe_points(entry) if of == PROBE else all_points(entry)
    if points is None:
        return
    plane = plane_of(entry, points, kind, pair)
    if plane is None:
        return
    plane = replace(plane, name=f"{entry.base} {plane.name}")  # zoom and selection do not pass to another model
    latent_map(
        exploring.shown(entry),
        plane,
        points.labels,
        entry.summary["class_names"],
        key="explore-map",
        hand=HAND,
        total=points.total,
        what=points.what,
        of=of,
        height=MAP_HEIGHT,
        screen=62,
    )


def all_points(entry: ModelEntry) -> exploring.Points | None:
    words = "Encoding all images: {}. The codes are kept for the next time."
    show = bar_with_stop(words, lambda: SERVICES.whole_sets.stop(entry))
    try:
        whole = wait_for(lambda: SERVICES.whole_sets.request(entry), show)
    except (AnalystError, CheckpointError) as error:
        show_error(f"The images could not be encoded: {error}")
        offer_again(SERVICES.workbench, "again-all", SERVICES.whole_sets.forget_failure, entry)
        return None
    return exploring.whole_points(whole) if whole is not None else None


def plane_of(entry: ModelEntry, points: exploring.Points, kind: str, pair: tuple[int, int]) -> Plane | None:
    codes = points.codes
    if codes.shape[1] == 1:
        return exploring.single_dimension(codes, points.labels)
    if kind == "Dimensions":
        return exploring.dimension_plane(codes, *pair)
    if kind == "PCA":
        return exploring.principal_plane(codes)
    return umap_plane(f"{entry.key} {points.of}", points)


def umap_plane(key: str, points: exploring.Points) -> Plane | None:
    takes = "about half a minute" if len(points.codes) <= QUICK else "some minutes"
    show = bar_with_stop(
        f"UMAP: {{}}. This takes {takes} once. The result is kept.", lambda: SERVICES.projections.stop(key)
    )
    try:
        found = wait_for(lambda: SERVICES.projections.request(key, points.codes), show)
    except AnalystError as error:
        show_error(f"UMAP could not be computed: {error} Choose PCA, or try again.")
        offer_again(SERVICES.workbench, "again-umap", SERVICES.projections.forget_failure, key)
        return None
    return Plane(found, ("UMAP 1", "UMAP 2"), f"umap {points.of}") if found is not None else None


address.open_part("explore", ["model"])
model_side, snapshot_side, view_side = st.columns([5, 3, 7], vertical_alignment="center")
with model_side:
    base = choose_model()
if base is None:
    st.info("There is no model to explore yet. Train one: it takes seconds.", icon=":material/info:")
    st.page_link("app_pages/train.py", label="Train a model", icon=":material/model_training:")
else:
    try:
        with snapshot_side:
            entry = choose_snapshot(base)
        with view_side, st.container(horizontal=True, horizontal_alignment="right"):
            of, kind, pair = choose_view(entry)
    except (LibraryError, RunError) as error:
        show_error(str(error))
    else:
        show_facts(entry)
        explore(entry, of, kind, pair)
