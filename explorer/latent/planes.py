"""Two-dimensional views of codes. NumPy only, so that any process may use it."""

import numpy as np


class PrincipalPlane:
    """The plane of largest variance through codes (n, latent), of at least two dimensions.

    `axes` (2, latent) are orthonormal and `centre` (latent,) is the mean: points on the plane are
    (codes - centre) @ axes.T, and a point is the code centre + point @ axes.
    """

    def __init__(self, codes: np.ndarray):
        self.centre = codes.mean(axis=0)
        centred = codes - self.centre
        # The covariance is small whatever the number of codes: 70,000 of them take milliseconds, their SVD seconds.
        values, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
        axes = vectors[:, :-3:-1].T
        largest = axes[[0, 1], np.abs(axes).argmax(axis=1)]
        self.axes = (axes * np.sign(largest)[:, None]).astype(codes.dtype)  # else a map may come back mirrored
        self.explained = float(values[-2:].sum() / max(values.sum(), 1e-12))

    def project(self, codes: np.ndarray) -> np.ndarray:
        return (codes - self.centre) @ self.axes.T

    def turn(self, codes: np.ndarray, previous: np.ndarray) -> None:
        """Turn and mirror the axes within their plane until `codes` lie as near as can be to where they were.

        `previous` (n, 2) are the points of the same codes a moment ago. Orthogonal Procrustes, Schönemann 1966: this
        fixes what a plane of largest variance leaves open, so that a view which follows a training does not jump.
        """
        u, _, vt = np.linalg.svd(self.project(codes).T @ (previous - previous.mean(axis=0)))
        self.axes = (u @ vt).T @ self.axes


def steady_axes(codes: np.ndarray, previous: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return axes (2 or 1, latent) and centre (latent,), float32, of a view of codes (n, latent) that follows a
    training."""
    dimensions = codes.shape[1]
    if dimensions <= 2:
        return np.eye(dimensions, dtype=np.float32), np.zeros(dimensions, np.float32)
    plane = PrincipalPlane(codes)
    if previous is not None:
        plane.turn(codes[: len(previous)], previous[: len(codes)])
    return plane.axes.astype(np.float32), plane.centre.astype(np.float32)


def steady_range(values: np.ndarray, previous: tuple[float, float] | None = None) -> tuple[float, float]:
    """Return an axis range that holds the values and moves in steps: it grows at once and shrinks only when twice too
    wide."""
    reach = float(np.abs(values[np.isfinite(values)]).max(initial=1e-3)) * 1.08
    if previous is not None and previous[1] / 2 < reach <= previous[1]:
        return previous
    step = 2.0 ** np.ceil(2 * np.log2(reach))
    wide = float(np.sqrt(step))
    return (-wide, wide)


def activity(codes: np.ndarray, log_var: np.ndarray | None) -> np.ndarray:
    """Return how much each dimension is used, (latent,).

    With a posterior: the mean KL of the dimension in nats (an inactive dimension has 0). Without: the variance of the
    codes over the mean variance. Both are 0 for a dimension that carries nothing. All values are finite: JSON has no
    infinity, and the log variance of a training that diverges overflows `exp`.
    """
    if log_var is None:
        variance = codes.var(axis=0)
        return variance / max(float(variance.mean()), 1e-12)
    with np.errstate(over="ignore"):
        kl = (0.5 * (np.exp(log_var) + codes**2 - 1 - log_var)).mean(axis=0, dtype=np.float64)
    return np.nan_to_num(kl, nan=0.0, posinf=float(np.finfo(np.float64).max))


ACTIVE_FROM = 0.01  # Burda et al. 2016, section 5: a unit is active where the code's variance over data exceeds 0.01


def active_dimensions(codes: np.ndarray, log_var: np.ndarray | None) -> np.ndarray:
    """Return which dimensions vary over the data, bool (latent,).

    With a posterior: the variance of its mean is above 0.01 of the prior's, which is 1. Without, there is no absolute
    scale, and a dimension is measured against the mean variance of all.
    """
    variance = codes.var(axis=0)
    return variance > ACTIVE_FROM * (1.0 if log_var is not None else max(float(variance.mean()), 1e-12))
