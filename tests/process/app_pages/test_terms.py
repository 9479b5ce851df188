"""The terms of a real run in numbers, and that showing terms and their picture takes no Keras."""

import pytest

from explorer.app_pages.parts.terms import newest_values
from explorer.runs.reader import Run
from tests.support.helpers import in_python, trained_run


def test_the_newest_values_of_a_run_add_up():
    with Run(trained_run()) as run:
        values = newest_values(run.moment(steps=1), run.experiment)
    assert values is not None
    assert set(values["raw"]) == {"reconstruction", "kl"}
    for term, value in values["weighted"].items():
        assert value == pytest.approx(values["weight"][term] * values["raw"][term], rel=1e-5)
    assert values["totals"] == {"loss": pytest.approx(sum(values["weighted"].values()))}
    assert values["step"] > 0
    assert values["learning_rate"] == 1e-3


def test_nothing_here_loads_keras():
    code = (
        "import sys, explorer.figures.tensor_graph, explorer.app_pages.parts.terms\n"
        "print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    done = in_python("-c", code)
    assert done.stdout.strip() == "[]", done.stderr
