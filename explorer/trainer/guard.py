"""When a training has diverged, and how to say it."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

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

    `white` is the largest pixel value in the networks: far above 1, it is what makes a loss overflow.
    """

    def __init__(
        self,
        series: Sequence[str],
        totals: Sequence[str],
        white: float = 1.0,
        own: Sequence[str] = (),
        titles: Mapping[str, str] | None = None,
    ):
        """Guard `series` (the names of all values), of which `totals` have a limit.

        `own` are the user's terms; `titles` has what a sentence calls them.
        """
        self.series, self.totals, self.white, self.own = tuple(series), tuple(totals), white, own
        self.titles = {name: name.replace("_", " ") for name in (*series, *own)} | dict(titles or {})
        self.total_columns = [self.series.index(name) for name in totals]
        self.beyond = 0
        self.renew()

    @classmethod
    def of(cls, experiment: Experiment, series: Sequence[str]) -> "LossGuard":
        """Return the guard of an experiment whose training gives `series`."""
        bounded = [total for total in experiment.variant_info.learners if not _is_score(experiment, total)]
        scale = PIXEL_MODELS[experiment.pixel_model].scale
        return cls(series, bounded, scale, experiment.own_terms, _titles(experiment))

    def renew(self) -> None:
        """Take the limits anew from the next step: a weight was changed."""
        self.first: np.ndarray | None = None
        self.first_weight, self.beyond = 1.0, 0

    def check(self, step: int, values: np.ndarray, learning_rate: float, weights: Iterable[float] = ()) -> str | None:
        """Return why the run must end at this step, None while all is well.

        `values` are those of `series`, `weights` the weights of the terms in force.
        """
        if not np.isfinite(values).all():
            listed = self._listed(dict(zip(self.series, values.tolist(), strict=True)))
            return f"The loss is not finite at step {step:,} ({listed}). {self._remedies(learning_rate)}"
        totals, weight = np.abs(values[self.total_columns]), max(1.0, *weights, 0.0)
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
        own, pixels = "", ""
        if self.own:
            titles = " and ".join(self.titles[name] for name in self.own)
            own = (
                f" Check {titles} too: a formula can have a value where its derivative does not exist, "
                "as the square root at 0."
            )
        if self.white > 1:
            allowed = "a pixel model whose pixels are in 0..1"
            pixels = f" The pixels go up to {self.white:g} here: {allowed} is the likely remedy."
        return (
            f"The last good snapshot is kept. Try a learning rate below {learning_rate:g}, or smaller weights of the "
            f"terms.{own}{pixels}"
        )


def _titles(experiment: Experiment) -> dict[str, str]:
    """Return what a sentence calls each total and each term: as the panels of the curves are titled."""
    learners, titles = experiment.variant_info.learners, {}
    for total, learner in learners.items():
        titles[total] = "total" if len(learners) == 1 else f"total of the {learner.title.lower()}"
        titles |= {name: in_sentence(experiment.term(name).title) for name in experiment.terms_of(total)}
    return titles


def _is_score(experiment: Experiment, total: str) -> bool:
    return any(experiment.term(name).unit == SCORE for name in experiment.terms_of(total))
