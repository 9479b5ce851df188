"""The time that a training still takes, which the page and the command line say."""

import pytest

from explorer.runs.records import Status


@pytest.mark.parametrize(("epoch", "left"), [(0.0, 0.0), (1.0, 30.0), (2.0, 10.0), (4.0, 0.0), (4.5, 0.0)])
def test_the_rest_of_the_epochs_goes_on_as_before(epoch, left):
    assert Status("training", "", "", 5, epoch, 10.0, 1500.0, False).seconds_left(4) == pytest.approx(left)
