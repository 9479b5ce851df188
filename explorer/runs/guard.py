"""When a training has gone wrong, and how to say it."""

from collections.abc import Sequence

import numpy as np

RUNAWAY_FACTOR = 1000.0
PATIENCE = 3  # a single spike of exp(z_log_var) is no runaway


class LossGuard:
    """Watches the totals step by step; gives a sentence when the run must stop.

    `white` is the largest pixel as the networks see it: far above 1, it is what makes a loss overflow. `own` are the
    names of the terms that a person wrote.
    """

    def __init__(self, series: tuple[str, ...], totals: tuple[str, ...], white: float = 1.0, own: Sequence[str] = ()):
        self.series, self.totals, self.white, self.own = series, totals, white, own
        self.total_columns = [series.index(name) for name in totals]
        self.limits: np.ndarray | None = None
        self.beyond = 0

    def check(self, step: int, values: np.ndarray, learning_rate: float) -> str | None:
        """`values` of all series at a step. None while all is well."""
        totals = np.abs(values[self.total_columns])
        if not np.isfinite(values).all():
            shown = ", ".join(f"{name} {value:g}" for name, value in zip(self.series, values, strict=True))
            return f"The loss is no longer a number at step {step:,} ({shown}). {self._remedies(learning_rate)}"
        if self.limits is None:
            self.limits = RUNAWAY_FACTOR * np.maximum(totals, 1.0)
        self.beyond = self.beyond + 1 if (totals > self.limits).any() else 0
        if self.beyond < PATIENCE:
            return None
        worst = int(np.argmax(totals / self.limits))
        return (
            f"The {self.totals[worst].replace('_', ' ')} ran away: {values[self.total_columns[worst]]:.3g} at step "
            f"{step:,}, over {RUNAWAY_FACTOR:,.0f} times where it began. {self._remedies(learning_rate)}"
        )

    def weights_are_gone(self, step: int, learning_rate: float) -> str:
        """The sentence for a loss that is a number while the weights that its step moved to are none."""
        return f"The weights are no longer numbers at step {step:,}. {self._remedies(learning_rate)}"

    def _remedies(self, learning_rate: float) -> str:
        own, pixels = "", ""
        if self.own:
            own = (
                f" Look at {' and '.join(self.own)} too: a formula can have a value where it has no slope, "
                "as a square root has at 0."
            )
        if self.white > 1:
            allowed = "a pixel model whose pixels are in 0..1"
            pixels = f" The pixels go up to {self.white:g} here: {allowed} is likely the remedy."
        return (
            f"The last good snapshot is kept. Try a learning rate below {learning_rate:g}, or smaller weights of the "
            f"terms.{own}{pixels}"
        )
