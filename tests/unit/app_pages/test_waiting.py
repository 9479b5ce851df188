"""Pages that wait for the workbench: what they ask it, when they look again, and when they stop looking."""

import re
from concurrent.futures import Future
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.analyst.errors import AnalystError, EndedError, UnavailableError
from explorer.analyst.jobs import Jobs
from explorer.runs import memory
from explorer.services import SERVICES

COST = {"images_per_second": 1234.0}
MEASURED = "1,234 images/s measured on this machine"
TRIAL = {"mean": 2.0, "low": 1.0, "high": 3.0, "finite": 128, "images": 128, "length": 11, "gradient": 1.0}


class Bench:
    """A workbench whose answers a test gives."""

    gave_up = False

    def __init__(self):
        self.asked: list[tuple[dict[str, Any], Future]] = []

    def ask(self, _request, *_payload_and_progress, **values) -> Future:
        if self.gave_up:
            raise UnavailableError("The workbench cannot start; its log is workbench.log.")
        self.asked.append((values, Future()))
        return self.asked[-1][1]

    def answer(self, answer: dict[str, Any]) -> None:
        """The newest request."""
        self.asked[-1][1].set_result((answer, b""))

    def fail(self, sentence: str, kind: type[AnalystError] = AnalystError) -> None:
        self.asked[-1][1].set_exception(kind(sentence))

    def start_again(self) -> None:
        self.gave_up = False


@pytest.fixture
def bench(monkeypatch) -> Bench:
    bench = Bench()
    monkeypatch.setattr(SERVICES, "workbench", bench)
    monkeypatch.setattr(SERVICES, "jobs", Jobs(bench))  # ty: ignore[invalid-argument-type]
    return bench


@pytest.fixture
def looks(monkeypatch) -> list[float]:
    """One for each part of a page that was told to look again by itself."""
    told, fragment = [], st.fragment

    def spy(function=None, *, run_every=None, **options):
        if run_every is not None:
            told.append(run_every)
        return fragment(function, run_every=run_every, **options)

    monkeypatch.setattr(st, "fragment", spy)
    return told


def page() -> None:
    import streamlit as st

    from explorer.app_pages.parts import address
    from explorer.app_pages.setup.estimate import show_estimate
    from explorer.app_pages.setup.own_terms import choose_own_terms
    from explorer.runs.memory import memory_of
    from models.spec.experiment import Experiment

    numbers = {name: int(st.number_input(name, 1, 100, 2)) for name in ("latent_dim", "epochs")}
    if "setup" in st.session_state:
        address.open_part("setup", ["own"])
        choose_own_terms(Experiment.parse(numbers))
    else:
        experiment = Experiment.parse(numbers)
        show_estimate(experiment, memory_of(experiment))


def shown_page(**state: Any) -> AppTest:
    shown = AppTest.from_function(page, default_timeout=30)
    for key, value in state.items():
        shown.session_state[key] = value
    return run(shown)


def run(shown: AppTest) -> AppTest:
    shown.run()
    assert not shown.exception
    return shown


def choose(shown: AppTest, name: str, value: int) -> None:
    next(box for box in shown.number_input if box.label == name).set_value(value)
    run(shown)


def test_an_estimate_is_looked_for_until_it_is_there_and_no_longer(bench, looks):
    shown = shown_page()
    sizes, _, waiting = shown.markdown[0].value.rpartition(" · ")
    assert (waiting, shown.caption[0].value) == ("time **…**", "Building the model and timing a few steps of it.")
    assert re.fullmatch(r"Parameters \*\*469,268\*\* · memory \*\*about \d+ MB\*\* of [\d.,]+ [GM]B free", sizes)
    assert len(looks) == 1
    bench.answer(COST)
    run(shown)
    assert shown.markdown[0].value.startswith(sizes.partition(" of ")[0])
    assert MEASURED in shown.caption[0].value
    choose(shown, "epochs", 40)  # which costs nothing to build
    assert (len(bench.asked), len(looks)) == (1, 1)


def test_an_estimate_that_failed_is_said_and_tried_again_when_the_choices_come_back(bench, looks):
    shown = shown_page()
    bench.fail("It does not fit into memory.")
    for _ in range(2):
        run(shown)
        assert "It does not fit into memory" in shown.caption[0].value
    assert (len(bench.asked), len(looks)) == (1, 1)
    choose(shown, "latent_dim", 3)
    bench.answer(COST)
    choose(shown, "latent_dim", 2)
    assert len(bench.asked) == 3
    bench.answer(COST)
    assert MEASURED in run(shown).caption[0].value


def press(shown: AppTest, label: str) -> None:
    next(button for button in shown.button if button.label == label).click()
    run(shown)


def test_an_estimate_that_killed_its_process_is_asked_for_again_only_by_a_person(bench):
    shown = shown_page()
    for times in range(1, 4):
        bench.fail("The workbench was ended while it worked on this.", EndedError)
        for one in (shown, shown_page(), shown_page()):  # a reload of the page does not count
            run(one)
            assert "was ended while it worked on this. Training may end in the same way." in one.caption[0].value
        choose(shown, "latent_dim", 2 + times)  # nor does another choice, and this one again
        bench.answer(COST)
        choose(shown, "latent_dim", 2)
        assert "was ended while it worked on this." in shown.caption[0].value
        assert len(bench.asked) == 2 * times
        press(shown, "Try again")
        assert len(bench.asked) == 2 * times + 1
    bench.answer(COST)
    assert MEASURED in run(shown).caption[0].value


def test_what_does_not_fit_is_refused_and_never_asked_for(bench, monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 10**8)
    shown = shown_page()
    assert shown.markdown[0].value == "Parameters **469,268**"
    assert "100 MB are free" in shown.error[0].value
    assert not bench.asked


def test_what_did_not_fit_is_no_longer_refused_once_there_is_memory(bench, looks, monkeypatch):
    free = [10**8]
    monkeypatch.setattr(memory, "free_memory", lambda: free.pop(0) if free else 10**12)
    shown = shown_page()
    assert 5.0 in looks
    assert not shown.error
    assert "of 1,000 GB free" in shown.markdown[0].value


def test_a_workbench_that_cannot_start_is_started_again_from_the_page(bench):
    bench.gave_up = True
    shown = shown_page()
    for times in range(3):
        for _ in range(2):
            assert "The workbench cannot start; its log is workbench.log." in run(shown).caption[0].value
        assert len(bench.asked) == times
        press(shown, "Start again")
        assert len(bench.asked) == times + 1
        bench.answer(COST)
        assert MEASURED in run(shown).caption[0].value
        bench.gave_up = True
        choose(shown, "latent_dim", 5 + times)


@pytest.fixture
def typing(bench) -> AppTest:
    """A page with one formula, which is being tried."""
    setup = {"own-terms": {1: "sum(abs(z))"}, "own-next": 2, "own-1-name": "own", "own-entered": "setup-own-0"}
    return shown_page(setup=setup)


def formulas(bench: Bench) -> list[str]:
    return [values["formula"] for values, _ in bench.asked]


def type_in(shown: AppTest, text: str) -> None:
    shown.session_state["setup"]["own-terms"][1] = text
    run(shown)


def test_a_formula_is_tried_once_for_all_that_leaves_its_tensors_alone(bench, looks, typing):
    bench.answer(TRIAL)
    choose(typing, "epochs", 40)
    assert (len(bench.asked), len(looks)) == (1, 1)
    choose(typing, "latent_dim", 3)
    assert (len(bench.asked), len(looks)) == (2, 2)


def test_a_formula_that_is_being_typed_has_one_trial_under_way(bench, typing):
    for end in range(4):
        type_in(typing, f"sum(z) + {end}")
    assert formulas(bench) == ["sum(abs(z))"]
    bench.answer(TRIAL)
    run(typing)
    assert formulas(bench) == ["sum(abs(z))", "sum(z) + 3"]
