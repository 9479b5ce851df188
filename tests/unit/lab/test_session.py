"""Sessions of the pairing lab: what may be asked for, and the folders in which they are kept."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from explorer.figures.pairing_cards import card
from explorer.lab import session
from explorer.lab.results import read_results
from explorer.lab.session import (
    MOST_CASES,
    Session,
    SessionError,
    find_session,
    list_sessions,
    new_session,
    read_session,
)
from explorer.places import lab_folder
from models.spec.pairings import CASES, Pairing
from tests.support.helpers import ROOT
from tests.support.lab_helpers import quick_session


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pairings": []}, "pairings"),
        ({"pairings": [Pairing()] * (MOST_CASES + 1)}, "pairings"),
        ({"pairings": [{"link": "gamma"}]}, "allowed are p, sigmoid, p/255, (p+1)/2"),
        ({"dataset": "imagenet"}, "no data set 'imagenet'"),
        ({"network": "resnet"}, "allowed are dense, conv, question"),
        ({"steps": "many"}, "steps was 'many'; allowed is a whole number from 1 to 5,000"),
        ({"batch_size": 10**6}, "from 1 to 1,024"),
        ({"learning_rate": "nan"}, "learning_rate"),
        ({"beta": 4}, "beta is not a setting of a session"),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(changes, words):
    with pytest.raises(SessionError) as caught:
        Session.parse({"pairings": [CASES["E"].pairing], **changes})
    assert words in str(caught.value)


def test_text_of_a_link_is_as_good_as_numbers():
    assert quick_session("E", steps="12", learning_rate="0.001").steps == 12


def test_a_session_is_found_by_its_name_alone(empty_home):
    folder = new_session(quick_session("E"))
    assert find_session(folder.name) == folder
    for name in ("", "..", "../lab", f"./{folder.name}", "*", str(folder)):
        assert find_session(name) is None


def test_old_sessions_make_room(empty_home, monkeypatch):
    monkeypatch.setattr(session, "KEPT", 3)
    folders = [new_session(quick_session("E")) for _ in range(5)]
    assert [folder.exists() for folder in folders] == [False, False, True, True, True]


def test_what_a_person_keeps_beside_the_sessions_is_neither_listed_nor_deleted(empty_home, monkeypatch):
    monkeypatch.setattr(session, "KEPT", 1)
    first = new_session(quick_session("E"))
    (first.parent / "00 my notes").mkdir()
    (first.parent / "0.txt").write_text("mine")
    (first.parent / f"{first.name} copy").mkdir()
    assert list_sessions() == [first]
    second = new_session(quick_session("E"))
    assert list_sessions() == [second]
    assert {path.name for path in first.parent.iterdir()} == {second.name, "00 my notes", "0.txt", f"{first.name} copy"}


OLD_SESSION = ROOT / "tests" / "fixtures" / "lab-session-format-2"  # of before the mean image was the yardstick


def test_a_session_of_an_earlier_version_opens_and_says_what_it_said(empty_home):
    folder = lab_folder() / "20261130-073739-967103"
    shutil.copytree(OLD_SESSION, folder)
    asked = read_session(folder)
    results = read_results(folder, asked.pairings)
    assert [case.diagnosis.verdict for case in results.cases if case.diagnosis] == ["learns", "too early to say"]
    assert [case.measured.mean_error for case in results.cases if case.measured] == [None, None]
    shown = AppTest.from_function(_page, default_timeout=30, args=(folder.name,)).run()
    assert not shown.exception
    assert [error.value for error in shown.error] == []
    first, second = (card(case, ended=True) for case in results.cases)
    assert (first["verdict"], first["colour"]) == ("Learns", "green")
    assert (second["verdict"], second["colour"]) == ("Too early to say", "gray")
    assert first["reason"].startswith("The displayed MSE is 40% of a plain grey image's.")
    numbers = dict(first["facts"])
    assert float(numbers["Displayed MSE"]) == pytest.approx(0.0385, abs=0.0005)
    assert numbers["MSE of the mean image"] == "–", "no number that was not measured"
    assert list(numbers) == [name for name, _ in second["facts"]], "the cards' lines stand side by side"


def _page(name: str) -> None:
    from explorer.app_pages.lab.results import show_results
    from explorer.lab.session import find_session, read_session

    folder = find_session(name)
    assert folder is not None
    show_results(folder, read_session(folder))
