"""When a training has gone wrong, and how to say it."""

import numpy as np

RUNAWAY_FACTOR = 1000.0
PATIENCE = 3  # a single spike of exp(z_log_var) is no runaway


class LossGuard:
    """Watches the totals step by step; gives a sentence when the run must stop.

    `white` is the largest pixel as the networks see it: far above 1, it is what makes a loss overflow.
    """

    def __init__(self, series: tuple[str, ...], totals: tuple[str, ...], white: float = 1.0):
        self.series, self.white = series, white
        self.total_columns = [series.index(name) for name in totals]
        self.limits: np.ndarray | None = None
        self.beyond = 0

    def check(self, step: int, values: np.ndarray, learning_rate: float) -> str | None:
        """`values` of all series at a step. None while all is well."""
        totals = np.abs(values[self.total_columns])
        if not np.isfinite(values).all():
            shown = ", ".join(f"{name} {value:g}" for name, value in zip(self.series, values, strict=True))
            return (
                f"The loss is no longer a number at step {step:,} ({shown}). The last good snapshot is kept. "
                f"Try a learning rate below {learning_rate:g}, or smaller weights.{self._about_pixels()}"
            )
        if self.limits is None:
            self.limits = RUNAWAY_FACTOR * np.maximum(totals, 1.0)
        self.beyond = self.beyond + 1 if (totals > self.limits).any() else 0
        if self.beyond < PATIENCE:
            return None
        return (
            f"The loss ran away: {values[self.total_columns[0]]:.3g} at step {step:,}, over {RUNAWAY_FACTOR:,.0f} "
            f"times where it began. The last good snapshot is kept. Try a learning rate below {learning_rate:g}."
            f"{self._about_pixels()}"
        )

    def _about_pixels(self) -> str:
        if self.white <= 1:
            return ""
        return f" The pixels go up to {self.white:g} here: a pixel model whose pixels are in 0..1 is likely the remedy."
