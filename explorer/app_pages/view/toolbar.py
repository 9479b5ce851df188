"""The toolbar of Explore: model, snapshot, images, view and axes."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.axes import choose_pair_in
from explorer.app_pages.parts.messages import show_passed_over, tell_of_another
from explorer.figures import latent as exploring
from explorer.figures.shown import Dimension
from explorer.library import models as library
from explorer.library.keys import parse_key
from explorer.library.listing import listing
from explorer.library.models import LibraryError, ModelEntry

PROBE, ALL = "probe", "all"


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
    return address.take("model", chosen, wanted)


def _base_of(key: str) -> str:
    return key.partition("@")[0]


def choose_snapshot(base: str) -> ModelEntry:
    """Return the newest snapshot, the one in the address, or the one that the slider is on."""
    step = address.value("model").partition("@")[2]
    try:
        entry = library.find(f"{base}@{step}" if step.isdigit() else base)
    except LibraryError:
        entry = _nearest(base, step)
    return entry if entry.bundled else _slide(base, entry)


def _nearest(base: str, step: str) -> ModelEntry:
    """Return the snapshot nearest to a step that has none, and say so. Raises LibraryError for a damaged model."""
    newest = library.find(base)  # where the model itself is damaged, this says so
    key = parse_key(f"{base}@{step}")
    steps = [newest.step] if newest.bundled else [*library.snapshots_of(newest.folder)]
    if key is None or key.snapshot is None or not steps:
        st.toast("This snapshot does not exist. The newest one is shown.")
        return newest
    wanted = int(key.snapshot)
    nearest = min(steps, key=lambda each: abs(each - wanted))
    st.toast(f"There is no snapshot at step {wanted:,} any more. The nearest one, at step {nearest:,}, is shown.")
    return library.find(f"{base}@{nearest}")


def _slide(base: str, entry: ModelEntry) -> ModelEntry:
    snapshots = library.snapshots_of(entry.folder)
    if len(snapshots) < 2:
        return entry
    step = st.select_slider(
        "Snapshot",
        list(snapshots),
        value=entry.step if entry.step in snapshots else max(snapshots),
        format_func=snapshots.__getitem__,
        key=f"{address.key('model')}-{base}",
        label_visibility="collapsed",
    )
    address.take("model", base if step == max(snapshots) else f"{base}@{step}", address.value("model"))
    return library.find(f"{base}@{step}")


def choose_images(entry: ModelEntry) -> str:
    """Choose the images whose codes are shown: the probe set or all."""
    sample = "Test sample" if exploring.probe_name(entry.summary) == exploring.TESTS else "Sample"
    counts = {PROBE: f"{sample} ({entry.summary['probe']:,})", ALL: f"All images ({exploring.all_images(entry):,})"}
    of = st.segmented_control(
        "Images", list(counts), format_func=lambda of: counts[of], default=PROBE, key=f"images-{entry.folder}",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    return str(of)


def choose_view(latent: int) -> str:
    """Choose the view of the codes: two dimensions, PCA or UMAP. One dimension has one view."""
    kinds = ["Dimensions", "PCA", "UMAP"]
    default = kinds[0] if latent <= 2 else kinds[1]
    kind = st.segmented_control(
        "View", kinds, default=default, key=f"view-{latent}", label_visibility="collapsed", required=True,
        disabled=latent == 1,
    )  # fmt: skip
    return str(kind)


def choose_axes(places: Sequence[Any], latent: int, dims: Sequence[Dimension], kind: str) -> tuple[int, int]:
    """Choose the dimensions across and up, the most active first. Their place is kept where the view has other axes."""
    if latent == 1:
        for place, title in zip(places, ("x: z0", "y: class"), strict=True):
            place.selectbox(title[0], [title], label_visibility="collapsed", disabled=True)
        return 0, 0
    return choose_pair_in(places, [dimension.index for dimension in dims], disabled=kind != "Dimensions")
