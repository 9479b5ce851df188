"""Sessions of the pairing lab that are damaged anyhow, in one file: the page says a sentence and lives."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from streamlit.testing.v1 import AppTest

from explorer.diagnosis.findings import GOOD, Finding
from explorer.diagnosis.pairing_measures import LossCourse, PairingMeasured
from explorer.figures.pairing_cards import card
from explorer.figures.pairings import case_figure, logit_span
from explorer.files import save_arrays, write_json
from explorer.lab.results import read_results
from explorer.lab.session import ARRAYS, SESSION, STATE, SessionError, new_session, read_session
from models.spec.pairings import LINKS
from tests.support.damage import OF_A_SESSION, Damage
from tests.support.lab_helpers import quick_session

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
STEPS, IMAGES = 30, (8, 28, 28, 1)


def whole_session(folder: Path) -> None:
    """Write the files of a session of two cases that has ended."""
    for file in (SESSION, STATE, ARRAYS):
        path = folder / file
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    write_json(folder / SESSION, quick_session("E", "B", steps=STEPS).model_dump())
    errors = dict.fromkeys(LINKS, 0.1)
    course = LossCourse(2.0, 2.1, 1.0, 1.5, 1.0)
    measured = PairingMeasured(
        200, STEPS, 2.0, 1.0, (0.0, 1.0), (-1.0, 1.0), 0.1, 0.2, errors, 0.8, 0.1, 0.7, 0.2, 1e-3, course,
        (0.0, 1.0), 0.1, 0.05, 0.9,
    )  # fmt: skip
    case = {"state": "finished", "note": "", "steps": STEPS, "mean_loss": 1.5}
    seen = {"measured": asdict(measured), "diagnosis": asdict(Finding(GOOD, "learns", "The error is 0.1."))}
    write_json(folder / STATE, {"state": "finished", "message": "", "seconds": 3.0, "cases": [{**case, **seen}] * 2})
    own = {
        "losses": np.ones(STEPS, np.float32), "look_steps": np.array([0, STEPS], np.float32),
        "gradients": np.ones(2, np.float32), "counts": np.ones(60, np.float32),
        "edges": np.linspace(-1, 1, 61, dtype=np.float32), "shown": np.zeros(IMAGES, np.uint8),
    }  # fmt: skip
    arrays = {f"{number}/{name}": array for number in range(2) for name, array in own.items()}
    save_arrays(folder / ARRAYS, {**arrays, "images": np.zeros(IMAGES, np.uint8)}, durable=False)


@pytest.fixture
def folder(empty_home) -> Path:
    return new_session(quick_session("E"))


def lab(name: str) -> None:
    from explorer.app_pages.lab.results import show_results
    from explorer.app_pages.parts.messages import show_read_errors
    from explorer.lab.session import find_session, read_session

    folder = find_session(name)
    assert folder is not None
    show_read_errors(lambda: show_results(folder, read_session(folder)))()


def test_a_whole_session_is_shown(folder):
    whole_session(folder)
    results = read_results(folder, read_session(folder).pairings)
    assert [(case.state, len(case.arrays), case.diagnosis.verdict) for case in results.cases if case.diagnosis] == [
        ("finished", 6, "learns")
    ] * 2
    shown = AppTest.from_function(lab, default_timeout=30, args=(folder.name,)).run()
    assert not shown.exception
    assert [error.value for error in shown.error] == []


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=SHARED)
@given(damage=OF_A_SESSION)
def test_nothing_that_reads_a_session_raises(folder, damage: Damage):
    whole_session(folder)
    damage(folder)
    said = "."
    try:
        session = read_session(folder)
        results = read_results(folder, session.pairings)
    except SessionError as error:
        said = str(error)
    else:
        for case in results.cases:
            card(case, results.ended)
            case_figure(case, session.steps, logit_span(results.cases))
    assert said.endswith(".")
    assert len(said) < 3000


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=SHARED)
@given(damage=OF_A_SESSION)
def test_the_page_of_a_session_lives(folder, damage: Damage):
    whole_session(folder)
    damage(folder)
    shown = AppTest.from_function(lab, default_timeout=30, args=(folder.name,)).run()
    assert not shown.exception
