"""Measurements of a critic and its opponent at one moment. No Streamlit, no Keras."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.diagnosis.courses import NO_COURSE, NO_TREND, Course, Trend
from explorer.runs import arrays as names
from models.spec.catalogue import VariantInfo
from models.spec.catalogue.variants import CRITIC_LOSS, LOSS
from models.spec.experiment import Experiment

RECENT = 100  # steps that the means of the terms are taken over


@dataclass(frozen=True)
class CriticMeasured:
    """The newest measurement on the probe images, and means of the newest steps."""

    info: VariantInfo
    step: int
    moving: Sequence[str]  # totals
    real: np.ndarray  # (n,): the critic's logits on what it should take for real
    made: np.ndarray  # (n,)
    gradients: Mapping[str, float]  # norms by total, and by the first learner's term against the critic
    largest: Mapping[str, float]  # the same, the largest so far
    means: Mapping[str, float]  # of every term, over the newest steps
    spread: float  # of the samples' pixels, as a share of the data's
    trend: Trend = NO_TREND  # of the critic's loss

    @property
    def right(self) -> tuple[float, float]:
        """The shares of the real and of the made that the critic is right on."""
        return float((self.real > 0).mean()), float((self.made < 0).mean())

    @property
    def accuracy(self) -> float:
        """The balanced accuracy: the mean of both shares."""
        return sum(self.right) / 2

    @property
    def losses(self) -> tuple[float, float]:
        """The critic's two terms, on real and on made, over the newest steps."""
        on_real, on_made, *_ = self.info.learners[CRITIC_LOSS].weights
        return self.means[on_real], self.means[on_made]

    @property
    def critic(self) -> str:
        """The literature's word for the network of this variant: `discriminator` or `critic`."""
        return self.info.learners[CRITIC_LOSS].title.lower()

    @property
    def opponent(self) -> str:
        return self.info.learners[LOSS].title.lower()

    @property
    def fooling(self) -> tuple[float, float]:
        """The norm of the gradient that comes through the critic, and its share of the largest so far."""
        norm, largest = (table[self.info.fools] for table in (self.gradients, self.largest))
        return norm, norm / largest if largest else 0.0


def measured(
    experiment: Experiment,
    arrays: Mapping[str, np.ndarray],
    images: np.ndarray,
    recent: Mapping[str, np.ndarray],
    moving: Sequence[str],
    losses: Course = NO_COURSE,
) -> CriticMeasured | None:
    """Measure a critic from the live snapshot's arrays, the probe images (n, h, w, c) and the newest steps by column.

    `losses` is the course of the critic's total.

    None where there is no health, or not all of it.
    """
    info = experiment.variant_info
    if not info.fools or not all(name in arrays for name in names.HEALTH):
        return None
    if len(arrays[names.HEALTH_GRADIENTS]) != len(info.gradient_names):
        return None
    gradients, largest = (
        dict(zip(info.gradient_names, arrays[name].tolist(), strict=True))
        for name in (names.HEALTH_GRADIENTS, names.HEALTH_LARGEST)
    )
    means = {name: _mean(recent.get(name, ())) for name in experiment.terms}
    spread = spread_of(arrays[names.SAMPLES]) / max(spread_of(images), 1e-6)
    step, real, made = int(arrays[names.STEP][0]), arrays[names.HEALTH_REAL], arrays[names.HEALTH_MADE]
    return CriticMeasured(info, step, moving, real, made, gradients, largest, means, spread, losses.trend)


def _mean(values: Sequence[float] | np.ndarray) -> float:
    """Return the mean, NaN where there are no values: a run of an earlier version lacks some terms."""
    return float(np.mean(values)) if len(values) else float("nan")


def spread_of(images: np.ndarray) -> float:
    """Return how much images (n, h, w, c) differ from each other: the root of the mean variance of a pixel."""
    return float(np.sqrt(images.astype(np.float64).var(axis=0, ddof=1).mean())) if len(images) > 1 else 0.0
