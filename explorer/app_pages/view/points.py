"""The points of Explore's map and the plane that they lie in; the workbench computes what takes longer."""

import numpy as np

from explorer.analyst.errors import AnalystError
from explorer.app_pages.parts.messages import show_error
from explorer.app_pages.parts.waiting import bar_with_stop, offer_again, wait_for
from explorer.figures import latent as exploring
from explorer.figures.shown import Plane
from explorer.library import models as library
from explorer.library.models import LibraryError, ModelEntry
from explorer.services import SERVICES
from models.spec.errors import CheckpointError

QUICK = 5000  # points that UMAP lays out in about half a minute


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
        return exploring.principal_plane(points, entry.codes().mean, newest_codes(entry))
    return umap_plane(f"{entry.key} {points.of}", points)


def newest_codes(entry: ModelEntry) -> np.ndarray | None:
    """Return the newest snapshot's codes of the probe set; None where this is the newest, or that one is damaged."""
    try:
        newest = library.find(entry.base)
        return newest.codes().mean if newest.step != entry.step else None
    except LibraryError:
        return None


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
