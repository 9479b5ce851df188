"""The contents of bank and map as data: a model, its dimensions, a plane of codes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Range = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """Points in two dimensions, what their axes are, and the way back.

    points: (n, 2), (code - centre) @ axes.T where there are axes; their second column is free where there is one axis.
    axes: (1 or 2, latent), orthonormal; None for a projection with no way back, such as UMAP.
    mean: (latent,), of the codes that the points are of.
    """

    points: np.ndarray
    titles: tuple[str, str]
    name: str  # zoom and selection are kept while this stays the same
    axes: np.ndarray | None = None
    centre: np.ndarray | None = None
    ranges: tuple[Range, Range] | None = None
    note: str = ""  # a sentence on what is shown
    mean: np.ndarray | None = None


@dataclass(frozen=True)
class Dimension:
    """One latent dimension: its slider's range, where it rests, how the data spread along it, how much it does."""

    index: int
    low: float
    high: float
    reset: float = 0.0
    mean: float = 0.0
    std: float = 1.0
    active: bool = True
    activity: float = 1.0
    ticks: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)  # 5, 25, 50, 75, 95 % of the data


@dataclass(frozen=True)
class Shown:
    """The model that a component decodes with. `version` tells apart what one key means at two times."""

    key: str
    shape: tuple[int, int, int]  # (height, width, channels) of its images
    stochastic: bool  # whether its encoder gives a distribution, which can be sampled
    prior: bool  # whether codes can be drawn from a standard normal
    version: str = ""
    class_names: tuple[str, ...] = ()  # that a conditional decoder takes, in order; else none

    def as_json(self) -> dict[str, Any]:
        """Return the part of a component's data by which its hand finds the model: `Model` in decoder/engine.js."""
        return {
            "model": self.key,
            "version": self.version,
            "shape": list(self.shape),
            "class_names": list(self.class_names),
        }
