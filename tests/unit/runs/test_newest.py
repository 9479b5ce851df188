"""The newest steps of a run: single steps, wherever the blocks of its history end."""

from pathlib import Path

import numpy as np
import pytest

from explorer.app_pages.parts.terms import newest_values
from explorer.diagnosis import RECENT, measured
from explorer.runs.layout import history_row
from explorer.runs.reader import Run
from models.spec.catalogue import VARIANTS
from tests.support.helpers import quick
from tests.support.run_helpers import HISTORY, moving_of, unfinished, written


@pytest.mark.parametrize("steps", [0, 1, 5, 64, 256, 260, 1024, 4096, 4100])
@pytest.mark.parametrize("count", [1, 100])
def test_the_newest_steps_are_single_steps_wherever_the_blocks_end(tmp_path, steps, count):
    writer, rows = written(tmp_path, steps)
    with Run(tmp_path) as run:
        newest = run.newest(count)
    writer.close()
    first = max(0, steps - count)
    assert newest.pop("step").tolist() == list(range(first + 1, steps + 1))
    assert tuple(newest) == HISTORY
    np.testing.assert_array_equal(np.stack(list(newest.values()), axis=1), rows[first:])


def test_there_are_no_newest_steps_before_there_is_a_history(tmp_path):
    writer = unfinished(tmp_path, quick())
    with Run(tmp_path) as run:
        assert run.newest(1) == {}
        assert newest_values(run.moment(steps=1), run.experiment) is None
    writer.close()


def steered_run(folder: Path, steps: int) -> Run:
    """A GAN's run of so many steps, of which the last 100 are others than all before: terms, weights and rate."""
    experiment = quick(variant="gan")
    store, terms = unfinished(folder, experiment), list(experiment.terms)
    series = [*terms, *experiment.variant_info.learners]
    store.open_history(series, terms)
    for step in range(1, steps + 1):
        value, weight, rate = (1.0, 4.0, 1e-4) if step > steps - RECENT else (500.0, 1.0, 1e-3)
        clock = {"epoch": 0.0, "seconds": 0.0, "learning_rate": rate}
        store.log_step(step, history_row(clock, dict.fromkeys(series, value), dict.fromkeys(terms, weight)))
    store.close()
    return Run(folder)


@pytest.mark.parametrize("steps", [100, 256, 1000, 1024, 4096, 4100])
def test_the_newest_values_are_the_newest_wherever_the_blocks_of_the_history_end(tmp_path, steps):
    info = VARIANTS["gan"]
    norms = np.ones(len(info.gradient_names))
    arrays = {f"health/{name}": np.ones(3) for name in ("real", "made")} | {"step": np.array([steps])}
    arrays = {**arrays, "health/gradients": norms, "health/largest": norms, "samples": np.zeros((3, 2, 2, 1))}
    with steered_run(tmp_path, steps) as run:
        values, recent = newest_values(run.moment(steps=1), run.experiment), run.newest(RECENT)
        health = measured(run.experiment, arrays, np.zeros((3, 2, 2, 1)), recent, moving_of(run))
    assert values is not None
    assert (values["step"], values["learning_rate"]) == (steps, 1e-4)
    assert set(values["raw"].values()) == {1.0}
    assert set(values["weight"].values()) == set(values["weighted"].values()) == {4.0}
    assert health is not None
    assert health.means == dict.fromkeys(info.weights, 1.0)
