"""The guard that ends a run whose losses are no numbers or run away."""

import numpy as np
import pytest

from explorer.trainer.guard import PATIENCE, LossGuard
from tests.support.run_helpers import SERIES


def guard() -> LossGuard:
    return LossGuard(SERIES, ("loss",))


@pytest.mark.parametrize(("bad", "column"), [(np.nan, 2), (np.inf, 2), (-np.inf, 2), (np.nan, 1), (np.inf, 0)])
def test_a_number_that_is_none_ends_the_run_with_advice(bad, column):
    values = np.array([200.0, 5.0, 205.0])
    watch = guard()
    assert watch.check(1, values, 0.1) is None
    values[column] = bad
    sentence = watch.check(1234, values, 0.1) or ""
    assert sentence.startswith("The loss is not finite at step 1,234 (reconstruction ")
    assert "Try a learning rate of 0.001 (it was 0.1)" in sentence
    assert "kept" not in sentence  # nothing but the first, untrained snapshot may be


def test_a_spike_passes_and_a_runaway_ends_the_run():
    calm, high = np.array([200.0, 5.0, 205.0]), np.array([200.0, 1e9, 1e9])
    watch = guard()
    seen = [watch.check(step, values, 0.5) for step, values in enumerate([calm, high, high, calm, high, high, calm])]
    assert seen == [None] * 7
    sentences = [watch.check(step, -high, 0.5) for step in range(PATIENCE)]
    assert sentences[:-1] == [None] * (PATIENCE - 1)
    assert (sentences[-1] or "").startswith(
        "The loss diverged: -1e+09 at step 2, more than 1,000 times its first value."
    )
