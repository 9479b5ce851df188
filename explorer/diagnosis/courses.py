"""The course of a loss over a run: where it stands, by how much it changed lately, and how much of that is noise."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

LATE = 0.2  # of the epochs so far: the part that a trend is taken over
TENTH = 0.1
FEW = 5  # points; with fewer validations in the late part, the training curve says how a loss moves
ENOUGH = 8  # validations, before which none is the best
SMOOTH = 3  # validations that a least value is a mean of


def _empty() -> np.ndarray:
    return np.empty(0)


@dataclass(frozen=True)
class Trend:
    """The change over the last tenth of a run, by the line through its last fifth, and the change's standard error."""

    change: float
    error: float

    @property
    def is_noise(self) -> bool:
        return abs(self.change) <= 2 * self.error


@dataclass(frozen=True)
class Course:
    """A loss by epochs: `training` at `epochs` (points,), `validation` at `checks` (validations,)."""

    epochs: np.ndarray = field(default_factory=_empty)
    training: np.ndarray = field(default_factory=_empty)
    checks: np.ndarray = field(default_factory=_empty)
    validation: np.ndarray = field(default_factory=_empty)

    @property
    def first(self) -> float:
        """The first value of the training; NaN where there is none."""
        return float(self.training[0]) if len(self.training) else float("nan")

    @property
    def last(self) -> float:
        """The newest validation, else the mean of the last tenth of the training; NaN where there is none."""
        if len(self.validation):
            return float(self.validation[-1])
        return self.training_at(float(self.epochs[-1])) if len(self.epochs) else float("nan")

    def training_at(self, epoch: float) -> float:
        """Return the mean of the training over the tenth of the run that ends at an epoch."""
        begin = epoch - TENTH * self.epochs[-1]
        some = (self.epochs > begin) & (self.epochs <= epoch)
        return float(self.training[some].mean()) if some.any() else float(np.interp(epoch, self.epochs, self.training))

    @property
    def last_finite(self) -> float:
        """The newest finite value of the training; NaN where there is none."""
        finite = self.training[np.isfinite(self.training)]
        return float(finite[-1]) if len(finite) else float("nan")

    def least_tenth(self) -> float:
        """Return the least mean of the training over a tenth of the run."""
        ends = np.linspace(TENTH, 1.0, 10) * self.epochs[-1]
        return min(self.training_at(float(end)) for end in ends)

    @property
    def has_validation_trend(self) -> bool:
        return self._late_checks.sum() >= FEW

    @property
    def _late_checks(self) -> np.ndarray:
        return self.checks >= (1 - LATE) * (self.epochs[-1] if len(self.epochs) else 0.0)

    @cached_property
    def trend(self) -> Trend:
        """The loss's movement at the end: by the validations, or where they are few by the training."""
        if not len(self.epochs):
            return NO_TREND
        if self.has_validation_trend:
            late = self._late_checks
            return _line(self.checks[late], self.validation[late], self.epochs[-1])
        late = self.epochs >= (1 - LATE) * self.epochs[-1]
        return _line(self.epochs[late], self.training[late], self.epochs[-1]) if late.sum() >= FEW else NO_TREND

    def best(self) -> tuple[float, float] | None:
        """Return the epoch and the value of the least validation, as means of a few; None with too few validations."""
        if len(self.validation) < ENOUGH:
            return None
        smooth = np.convolve(self.validation, np.full(SMOOTH, 1 / SMOOTH), "valid")
        place = int(np.argmin(smooth))
        return float(self.checks[place + SMOOTH // 2]), float(smooth[place])

    def validation_noise(self) -> float:
        """Return the standard deviation of a validation around its neighbours, over the later half of them."""
        half = self.validation[len(self.validation) // 2 :]
        bends = half[1:-1] - (half[:-2] + half[2:]) / 2
        return float(np.sqrt(np.mean(bends**2) / 1.5)) if len(bends) else 0.0


NO_COURSE = Course()
NO_TREND = Trend(0.0, float("inf"))


def _line(epochs: np.ndarray, values: np.ndarray, length: float) -> Trend:
    """Return the change over a tenth of `length` epochs, by the line of least squares."""
    away = epochs - epochs.mean()
    spread = float(away @ away)
    if not spread or not np.isfinite(values).all():
        return NO_TREND
    slope = float(away @ values) / spread
    residuals = values - values.mean() - slope * away
    error = float(np.sqrt(residuals @ residuals / max(len(values) - 2, 1) / spread))
    return Trend(TENTH * length * slope, TENTH * length * error)
