"""Planes, slider ranges and pictures of the Explore page. No Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from explorer.figures.shown import Dimension, Plane, Shown
from explorer.latent.planes import PrincipalPlane, active_dimensions, activity, steady_range
from explorer.library.models import Codes, ModelEntry
from explorer.library.whole_set import WholeSet

LOW, HIGH = 0.5, 99.5  # percentiles of the data that a slider reaches
PRIOR_REACH = 2.0  # and of a model with a prior at least so many of its standard deviations: a draw should be in reach
TICKS = (5, 25, 50, 75, 95)  # percentiles that are marked along it
ALL_INACTIVE = "All dimensions are inactive: the axes show the scale of the prior."
TESTS = "test images"
Ranges = tuple[tuple[float, float], tuple[float, float]]


def shown(entry: ModelEntry, version: str = "") -> Shown:
    """Return what the components need to know of a model."""
    info = entry.experiment.variant_info
    return Shown(entry.key, entry.image_shape, info.stochastic, info.prior, version, entry.class_names)


def runs_in_browser(entry: ModelEntry) -> bool:
    """Return whether the run wrote its decoder as layers, so that the browser can decode."""
    return "layers" in entry.summary.get("decoder", {})


@dataclass(frozen=True)
class Points:
    """The codes that a map shows: `codes` (n, latent) and `labels` (n,) of some of `total` things."""

    of: str  # the set that the rows belong to, as the points route names it
    codes: np.ndarray
    labels: np.ndarray
    total: int
    what: str


def all_images(entry: ModelEntry) -> int:
    return sum(entry.summary[part] for part in ("training_images", "validation_images", "test_images"))


def tests_in_probe(summary: Mapping[str, Any]) -> int:
    """Count the test images of the probe set: they come first, others fill it up where there are too few."""
    return summary.get("probe_test", summary["probe"])


def probe_name(summary: Mapping[str, Any]) -> str:
    """Return TESTS, or `images` where others fill up the probe set: no training saw the former."""
    return TESTS if tests_in_probe(summary) == summary["probe"] else "images"


def probe_points(entry: ModelEntry) -> Points:
    """Return the points of the probe set: test images, and others where there are too few of these."""
    summary, codes = entry.summary, entry.codes().mean
    what = probe_name(summary)
    total = summary["test_images"] if what == TESTS else all_images(entry)
    return Points("probe", codes, entry.labels[: len(codes)], total, what)


def whole_points(whole: WholeSet) -> Points:
    return Points("all", whole.mean, whole.labels, len(whole.mean), "images")


def dimensions(codes: Codes, prior: bool) -> list[Dimension]:
    """Return a track for each latent dimension, the most active first; ranges from the data's percentiles and the
    prior.

    `prior`: whether codes can be drawn from a standard normal.
    """
    means = codes.mean.astype(np.float64)  # the squares of what a diverging encoder gives overflow float32
    low, high = np.percentile(means, [LOW, HIGH], axis=0)
    ticks = np.percentile(means, TICKS, axis=0)
    margin = np.maximum(0.05 * (high - low), 1e-3)
    mean, std = means.mean(axis=0), means.std(axis=0)
    worth = activity(means, codes.log_var)
    active = active_dimensions(means, codes.log_var)
    if prior:  # a dead dimension's codes are all near 0, and a GAN's encoder guesses near 0; what is drawn is not
        low, high = np.minimum(low, -PRIOR_REACH), np.maximum(high, PRIOR_REACH)
    order = np.argsort(-worth, kind="stable") if len(worth) > 2 else np.arange(len(worth))
    return [
        Dimension(
            index=int(i), low=float(low[i] - margin[i]), high=float(high[i] + margin[i]),
            reset=0.0 if prior else float(mean[i]), mean=float(mean[i]), std=float(std[i]),
            active=bool(active[i]), activity=float(worth[i]), ticks=tuple(ticks[:, i].tolist()),
        )
        for i in order
    ]  # fmt: skip


def live_dimensions(
    codes: Codes, prior: bool, before: Sequence[Dimension] | None, *, visible: int = 16, settled: bool = False
) -> list[Dimension]:
    """Return the tracks of a running training: ranges move in steps and the order stays, so that no track jumps.

    The order is made anew where an active dimension would be folded away, behind the first `visible`, while an inactive
    one is shown, and once the training has `settled`.
    """
    fresh = {dimension.index: dimension for dimension in dimensions(codes, prior)}
    order = [dimension.index for dimension in before or ()]
    active = [fresh[i].active for i in order]
    if settled or not order or (any(active[visible:]) and not all(active[:visible])):
        order = list(fresh)
    known = {dimension.index: (dimension.low, dimension.high) for dimension in before or ()}
    least = PRIOR_REACH if prior else 1.0
    reach = {i: steady_range(np.append(codes.mean[:, i], least), known.get(i)) for i in order}
    return [replace(fresh[i], low=reach[i][0], high=reach[i][1]) for i in order]


def dimension_plane(codes: np.ndarray, first: int, second: int) -> Plane:
    """Return two latent dimensions as they are."""
    axes = np.zeros((2, codes.shape[1]), np.float32)
    axes[[0, 1], [first, second]] = 1.0
    return Plane(
        codes[:, [first, second]],
        (f"z{first}", f"z{second}"),
        f"z{first}-z{second}",
        axes,
        np.zeros(codes.shape[1], np.float32),
    )


def principal_plane(shown: Points, probe: np.ndarray, newest: np.ndarray | None = None) -> Plane:
    """Return the points that are shown on the two principal components of the probe set's codes (probes, latent).

    All images and the sample are so in one plane, and no point moves when the one is chosen after the other. `newest`
    are the probe set's codes at another snapshot: the plane is turned until its points lie as near as can be to where
    they lie there, so that a map does not come back turned or mirrored.
    """
    fitted = PrincipalPlane(probe)
    if newest is not None:
        fitted.turn(probe, PrincipalPlane(newest).project(newest))
    points = fitted.project(shown.codes)
    first, second = points.var(axis=0) / max(float(shown.codes.var(axis=0).sum()), 1e-12)
    of = "" if shown.of == "probe" else " of the sample"
    titles = f"PC 1{of} ({first:.0%} of the variance)", f"PC 2{of} ({second:.0%} of the variance)"
    if newest is not None:  # turned, each axis is a mixture of both
        titles = f"PC 1, PC 2{of}, turned to the newest snapshot", f"{first + second:.0%} of the variance in both"
    return Plane(points, titles, "pca", fitted.axes, fitted.centre)


def single_dimension(codes: np.ndarray, labels: np.ndarray) -> Plane:
    """Return points of one dimension against the class, each spread a little so that points do not hide each other."""
    spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(labels))
    points = np.column_stack([codes[:, 0], labels + spread])
    return Plane(points, ("z0", "class"), "z0", np.ones((1, 1), np.float32), np.zeros(1, np.float32))


def at_prior_scale(plane: Plane, codes: Codes, prior: bool) -> Plane:
    """Return a plane as it is, unless all dimensions of a model with a `prior` are inactive.

    The points then lie within hundredths of the prior's standard deviation; axes that fit them would show noise as
    clusters.
    """
    if not prior or active_dimensions(codes.mean, codes.log_var).any():
        return plane
    reach = steady_range(np.array([PRIOR_REACH]))
    second = reach if codes.mean.shape[1] > 1 else plane.ranges[1] if plane.ranges else _around(plane.points[:, 1])
    titles = ("PC 1", "PC 2") if plane.name == "pca" else plane.titles
    return replace(plane, ranges=(reach, second), titles=titles, note=ALL_INACTIVE)


def _around(values: np.ndarray) -> tuple[float, float]:
    return float(values.min(initial=0.0)) - 0.5, float(values.max(initial=0.0)) + 0.5


def live_plane(
    codes: Codes,
    labels: np.ndarray,
    classes: int,
    name: str,
    before: Ranges | None,
    pair: tuple[int, int] | None = None,
) -> Plane:
    """Return a running training's codes in the view that its trainer keeps steady, or in a `pair` of dimensions.

    The axes move in steps: `before` are the ranges of the view before this one. `labels` (n,) are below `classes`.
    """
    latent = codes.mean.shape[1]
    if latent == 1:
        reach = steady_range(codes.mean[:, 0], before[0] if before else None)
        return replace(single_dimension(codes.mean, labels), name=name, ranges=(reach, (-0.8, classes - 0.2)))
    titles = ("z0", "z1") if latent == 2 else ("PC 1, PC 2 (aligned between updates)", "")
    if codes.axes is None or codes.centre is None:
        raise ValueError(f"{name} is no live snapshot: it has no steady view. Give the codes of run/NAME@live.")
    points = (codes.mean - codes.centre) @ codes.axes.T
    view = dimension_plane(codes.mean, *pair) if pair else Plane(points, titles, "", codes.axes, codes.centre)
    first, second = (steady_range(view.points[:, axis], before[axis] if before else None) for axis in (0, 1))
    mean = codes.mean.mean(axis=0)
    return replace(view, name=f"{name} {view.name}".rstrip(), ranges=(first, second), mean=mean)
