"""Two-dimensional views of codes. NumPy only, so that any process may use it."""

import numpy as np


def plane(codes: np.ndarray, previous: np.ndarray | None = None) -> np.ndarray:
    """Codes (n, latent) as points (n, 2): the code itself where it has two dimensions, else its principal plane.

    One dimension is drawn against the order of the points. `previous`, the plane of the same points a moment ago, fixes
    what a principal plane leaves open, its rotation and reflection (orthogonal Procrustes, Schönemann 1966).
    """
    count, dimensions = codes.shape
    if dimensions == 1:
        return np.column_stack([codes[:, 0], np.linspace(-1, 1, count, dtype=codes.dtype)])
    if dimensions == 2:
        return codes
    points = PrincipalPlane(codes).project(codes)
    if previous is None:
        return points
    u, _, vt = np.linalg.svd(points.T @ (previous - previous.mean(axis=0)))
    return (points @ (u @ vt)).astype(codes.dtype)


class PrincipalPlane:
    """The plane of largest variance through codes (n, latent)."""

    def __init__(self, codes: np.ndarray):
        self.mean = codes.mean(axis=0)
        _, values, self.axes = np.linalg.svd(codes - self.mean, full_matrices=False)
        self.axes = self.axes[:2]
        self.explained = float((values[:2] ** 2).sum() / max((values**2).sum(), 1e-12))

    def project(self, codes: np.ndarray) -> np.ndarray:
        return (codes - self.mean) @ self.axes.T


def steady_range(values: np.ndarray, previous: tuple[float, float] | None = None) -> tuple[float, float]:
    """An axis range that holds the values and moves in steps: it grows at once and shrinks only when twice too wide."""
    reach = float(np.abs(values[np.isfinite(values)]).max(initial=1e-3)) * 1.08
    if previous is not None and previous[1] / 2 < reach <= previous[1]:
        return previous
    step = 2.0 ** np.ceil(2 * np.log2(reach))
    wide = float(np.sqrt(step))
    return (-wide, wide)


def activity(codes: np.ndarray, log_var: np.ndarray | None) -> np.ndarray:
    """How much each dimension is used, (latent,).

    With a posterior: the mean KL of the dimension in nats (a dead dimension has 0). Without: the variance of the codes
    over the mean variance. Both are 0 for a dimension that says nothing.
    """
    if log_var is None:
        variance = codes.var(axis=0)
        return variance / max(float(variance.mean()), 1e-12)
    return (0.5 * (np.exp(log_var) + codes**2 - 1 - log_var)).mean(axis=0)


ACTIVE_FROM = 0.01  # Burda et al. 2016, section 5: a unit is active where the code's variance over data exceeds 0.01


def active_dimensions(codes: np.ndarray, log_var: np.ndarray | None) -> np.ndarray:
    """Which dimensions vary over the data, bool (latent,).

    With a posterior: the variance of its mean is above 0.01 of the prior's, which is 1. Without, nothing sets a scale,
    and a dimension is measured against the mean variance of all.
    """
    variance = codes.var(axis=0)
    return variance > ACTIVE_FROM * (1.0 if log_var is not None else max(float(variance.mean()), 1e-12))
