"""Estimates for a run that has ended: written into its summary, beside all that was there."""

import shutil

from explorer.runs.layout import write_summary
from explorer.runs.reader import Run
from explorer.trainer.complete import complete
from explorer.trainer.estimates import Effort
from tests.support.helpers import trained_run


def test_a_run_of_before_gets_floors_and_estimates_and_keeps_the_rest(tmp_path):
    folder = shutil.copytree(trained_run(), tmp_path / "run")
    with Run(folder) as run:
        summary = run.summary()
        new = ("floor", "log_likelihood", "total_correlation")
        before = {name: value for name, value in summary.items() if name not in new}
        write_summary(folder, before)
        complete(folder, Effort(samples=3, images=20))
        found = run.summary()
    assert {name: found[name] for name in before} == before
    assert found["floor"] == summary["floor"]
    likelihood = found["log_likelihood"]
    assert (likelihood["samples"], likelihood["images"]) == (3, 20)
    assert abs(likelihood["value"] + found["test"]["loss"]) < 5 * likelihood["error"] + 0.1 * found["test"]["loss"]
    assert found["total_correlation"]["codes"] == 1000
