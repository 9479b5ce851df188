"""The check whether a training has diverged, and the sentence that says so."""

from collections.abc import Mapping, Sequence

import numpy as np

from explorer.diagnosis.divergence import deepest, too_large_steps, unbounded_terms, without_bound
from models.spec.catalogue import PIXEL_MODELS, SCORE
from models.spec.experiment import Experiment
from models.spec.sentences import in_sentence

RUNAWAY_FACTOR = 1000.0
PATIENCE = 3  # one spike of exp(z_log_var) does not end a run


class LossGuard:
    """Checks the values of every step, and of validation and test.

    A total has diverged when it is over RUNAWAY_FACTOR times its first value, PATIENCE steps in a row. The limit grows
    with the largest weight, because schedules raise weights; after a changed weight it is taken anew (`renew`).
    A total with a critic's score in it has no limit: a score has no scale. Values must be finite in any case.

    `white` is the largest pixel value in the networks: far above 1, it is what makes a loss overflow. A term of
    `unbounded` that outweighs the others is named as the cause.
    """

    def __init__(
        self,
        series: Sequence[str],
        totals: Sequence[str],
        white: float = 1.0,
        own: Sequence[str] = (),
        titles: Mapping[str, str] | None = None,
        unbounded: Sequence[str] = (),
    ):
        """Guard `series` (the names of all values), of which `totals` have a limit.

        `own` are the user's terms; `titles` has what a sentence calls them.
        """
        self.series, self.totals, self.white, self.own = tuple(series), tuple(totals), white, own
        self.titles = {name: name.replace("_", " ") for name in (*series, *own)} | dict(titles or {})
        self.unbounded = tuple(unbounded)
        self.total_columns = [self.series.index(name) for name in totals]
        self.beyond, self.bottomless = 0, None
        self.renew()

    @classmethod
    def of(cls, experiment: Experiment, series: Sequence[str]) -> "LossGuard":
        """Return the guard of an experiment whose training gives `series`."""
        bounded = [total for total in experiment.variant_info.learners if not _is_score(experiment, total)]
        scale = PIXEL_MODELS[experiment.pixel_model].scale
        return cls(series, bounded, scale, experiment.own_terms, _titles(experiment), unbounded_terms(experiment))

    def renew(self) -> None:
        """Take the limits anew from the next step: a weight was changed."""
        self.first: np.ndarray | None = None
        self.first_weight, self.beyond = 1.0, 0

    def check(
        self, step: int, values: np.ndarray, learning_rate: float, weights: Mapping[str, float] | None = None
    ) -> str | None:
        """Return why the run must end at this step, None while all is well.

        `values` are those of `series`, `weights` the weights in force by term.
        """
        weights = weights or {}
        if self.unbounded and np.isfinite(values).all():  # once they are not, they tell no cause
            at_hand = dict(zip(self.series, values.tolist(), strict=True))
            weighted = {name: weight * at_hand[name] for name, weight in weights.items()}
            self.bottomless = deepest(self.unbounded, weighted)
        if not np.isfinite(values).all():
            listed = self._listed(dict(zip(self.series, values.tolist(), strict=True)))
            return f"The loss is not finite at step {step:,} ({listed}). {self._remedies(learning_rate)}"
        totals, weight = np.abs(values[self.total_columns]), max(1.0, *weights.values(), 0.0)
        if self.first is None:
            self.first, self.first_weight = np.maximum(totals, 1.0), weight
        limits = RUNAWAY_FACTOR * self.first * max(1.0, weight / self.first_weight)
        self.beyond = self.beyond + 1 if (totals > limits).any() else 0
        if self.beyond < PATIENCE:
            return None
        worst = int(np.argmax(totals / limits))
        return (
            f"The {self.titles[self.totals[worst]]} diverged: {values[self.total_columns[worst]]:.3g} at step "
            f"{step:,}, more than {RUNAWAY_FACTOR:,.0f} times its first value. {self._remedies(learning_rate)}"
        )

    def check_held_out(self, images: str, values: Mapping[str, float], epoch: float) -> str:
        """Return a sentence where values on images that nothing learns from are not finite, "" where they are.

        Such a run may go on: its weights are finite, and one image unlike the others is enough to overflow exp.
        """
        bad = {name: value for name, value in values.items() if not np.isfinite(value)}
        if not bad:
            return ""
        return (
            f"The loss on the {images} images is not finite at epoch {epoch:g} ({self._listed(bad)}). Look for images "
            "unlike the training images, or try a lower learning rate."
        )

    def weights_are_gone(self, step: int, learning_rate: float) -> str:
        """Return the sentence for a finite loss whose step moved the weights to values that are not finite."""
        return f"The weights are not finite at step {step:,}. {self._remedies(learning_rate)}"

    def _listed(self, values: Mapping[str, float]) -> str:
        return ", ".join(f"{self.titles[name]} {value:g}" for name, value in values.items())

    def _remedies(self, learning_rate: float) -> str:
        if self.bottomless is not None:
            return without_bound(self.titles[self.bottomless])
        return too_large_steps(learning_rate, self.white, [self.titles[name] for name in self.own])


def _titles(experiment: Experiment) -> dict[str, str]:
    """Return what a sentence calls each total and each term."""
    names = (*experiment.variant_info.learners, *experiment.terms)
    return {name: in_sentence(experiment.label(name)) for name in names}


def _is_score(experiment: Experiment, total: str) -> bool:
    return any(experiment.term(name).unit == SCORE for name in experiment.terms_of(total))
