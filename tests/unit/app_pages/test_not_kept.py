"""Explore where the disk keeps nothing: what was computed is shown, and is not computed again by itself."""

from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.analyst.jobs import Jobs
from explorer.analyst.projections import NEWEST, Projections
from explorer.analyst.whole_sets import WholeSets
from explorer.services import SERVICES
from tests.support.app_pages import page

SIXTEEN = "bundled/mnist-vae-16d"


class Bench:
    """A workbench whose answers a test gives, and whose files nobody finds."""

    gave_up = False

    def __init__(self):
        self.asked: list[Future[Any]] = []

    def ask(self, _request, *_payload_and_progress, **_values) -> Future[Any]:
        self.asked.append(Future())
        return self.asked[-1]


@pytest.fixture
def bench(monkeypatch, empty_home) -> Bench:
    bench = Bench()
    jobs = Jobs(bench)  # ty: ignore[invalid-argument-type]
    for name, value in {
        "workbench": bench, "jobs": jobs, "projections": Projections(jobs), "whole_sets": WholeSets(jobs)
    }.items():  # fmt: skip
        monkeypatch.setattr(SERVICES, name, value)
    return bench


def choose(shown: AppTest, number: int, value: str) -> None:
    """Choose the view (0) or the images (1)."""
    shown.button_group[number].set_value(value).run()
    assert not shown.exception


def bars(shown: AppTest) -> list[str]:
    return [bar.proto.text for bar in shown.get("progress")]


def test_a_umap_that_cannot_be_kept_is_shown_and_computed_once(bench):
    shown = page("explore", model=SIXTEEN)
    choose(shown, 0, "UMAP")
    assert [bar.startswith("UMAP: ") for bar in bars(shown)] == [True]
    bench.asked[0].set_result(({}, np.zeros((1000, 2), np.float32).tobytes()))
    for _ in range(3):
        shown.run()
        assert not shown.exception
        assert bars(shown) == []
    assert len(bench.asked) == 1


def test_only_the_newest_projections_are_held(bench):
    def codes(number: int) -> np.ndarray:
        return np.full((3, 2), number, np.float32)

    def points(number: int) -> np.ndarray:
        SERVICES.projections.request(str(number), codes(number))
        bench.asked[-1].set_result(({}, codes(number).tobytes()))
        found = SERVICES.projections.request(str(number), codes(number))
        assert isinstance(found, np.ndarray)
        return found

    for number in range(NEWEST + 1):
        np.testing.assert_array_equal(points(number), codes(number))
    SERVICES.projections.request("other", codes(1))
    assert len(bench.asked) == NEWEST + 1
    SERVICES.projections.request("0", codes(0))
    assert len(bench.asked) == NEWEST + 2


def test_codes_that_cannot_be_read_back_are_said_and_encoded_again_only_by_a_person(bench):
    shown = page("explore", model=SIXTEEN)
    choose(shown, 1, "all")
    bench.asked[0].set_result(({}, b""))
    for _ in range(3):
        shown.run()
        (said,) = [error.value for error in shown.error]
        assert "The codes of all images could not be read back" in said
    assert len(bench.asked) == 1
    next(button for button in shown.button if button.label == "Try again").click().run()
    assert len(bench.asked) == 2
