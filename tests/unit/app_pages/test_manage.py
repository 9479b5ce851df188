"""A run among others: its name and note, deleting it and undoing that, and what the list of runs says."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from explorer.diagnosis import outcomes
from explorer.diagnosis.outcomes import Outcomes
from explorer.files import read_json
from explorer.runs.active import ActiveRuns
from explorer.runs.ending import note_ending
from explorer.runs.label import LABEL
from explorer.runs.layout import write_experiment
from explorer.services import SERVICES
from models.spec.experiment import Experiment
from tests.support.app_pages import page
from tests.support.helpers import OLD_RUN, quick


@pytest.fixture
def folder(empty_home: Path, monkeypatch) -> Path:
    """Return the folder of a finished run, in a home with one more."""
    monkeypatch.setattr(SERVICES, "active_runs", ActiveRuns())
    monkeypatch.setattr(SERVICES, "outcomes", Outcomes())
    monkeypatch.setattr(outcomes, "AT_ONCE", 30.0)
    for name in ("one", "two"):
        shutil.copytree(OLD_RUN, empty_home / "runs" / name)
    return empty_home / "runs" / "one"


def runs_of(shown: AppTest) -> list[str]:
    return next(box for box in shown.selectbox if box.label == "Run").options


def title_of(shown: AppTest) -> str:
    """Return the title of the run that is chosen."""
    box = next(box for box in shown.selectbox if box.label == "Run")
    assert box.index is not None
    return box.options[box.index]


def press(shown: AppTest, label: str) -> None:
    next(button for button in shown.button if button.label == label).click().run()
    assert not shown.exception


def test_a_run_can_be_named_and_noted(folder):
    shown = page("train", run="one")
    for name in ("A good one", "[x](http://evil.example)", "", "  spaces\n  go  "):
        next(field for field in shown.text_input if field.label == "Name").set_value(name).run()
        assert not shown.exception
        said = " ".join(name.split())
        assert title_of(shown).startswith(f"{said} · Digits" if said else "Digits")
        assert title_of(shown).endswith(" · one"), "links find it by its folder"
    next(field for field in shown.text_area if field.label == "Note").set_value("Compare with *two*.").run()
    assert read_json(folder / LABEL)["note"] == "Compare with *two*."
    assert r"Note: Compare with \*two\*." in [caption.value for caption in shown.caption]


def test_a_run_is_deleted_and_comes_back(folder):
    shown = page("train", run="one")
    for _ in range(3):
        press(shown, "Delete run")
        assert not folder.exists()
        assert title_of(shown) == "New training"
        assert len(runs_of(shown)) == 2
        press(shown, "Undo")
        assert folder.exists()
        assert title_of(shown).endswith(" · one")
        assert not [button for button in shown.button if button.label == "Undo"]


@pytest.mark.parametrize("state", ["training", "paused", "preparing"])
def test_a_run_that_trains_cannot_be_deleted(folder, state):
    with closing(sqlite3.connect(folder / "run.db")) as history, history:
        history.execute("UPDATE status SET state = ?", (state,))
        history.execute("DELETE FROM meta WHERE key IN ('pid', 'process_started')")
    shown = page("train", run="one")
    (delete,) = [button for button in shown.button if button.label == "Delete run"]
    assert delete.disabled
    assert f"This run is {state}. Stop it first." in [caption.value for caption in shown.caption]
    assert f" · {state} · one" in title_of(shown)


def test_the_list_says_state_and_result(folder):
    options = runs_of(page("train"))
    assert [" · finished: " in option and "validation loss " in option for option in options] == [False, True, True]


def test_a_choice_is_taken_though_the_titles_have_changed_since(folder, monkeypatch):
    monkeypatch.setattr(SERVICES.outcomes, "of", lambda folders: {})
    shown = page("train")
    for number, name in enumerate(("one", "two", "one")):
        said = {"one": f"finished {number}", "two": f"finished {number}"}
        monkeypatch.setattr(SERVICES.outcomes, "of", lambda folders, said=said: said)
        next(box for box in shown.selectbox if box.label == "Run").set_value(name).run()
        assert not shown.exception
        assert title_of(shown).endswith(f" · {name}")
        assert title_of(shown.run()).endswith(f" · finished {number} · {name}")
        assert name in shown.query_params["run"]


def test_what_a_list_has_read_is_not_read_again(folder, monkeypatch):
    first, read = SERVICES.outcomes.of([folder]), []
    monkeypatch.setattr(outcomes, "outcome_of", lambda run: read.append(run.name))
    assert SERVICES.outcomes.of([folder]) == first
    assert read == []


def test_the_settings_of_a_run_fill_the_form(folder):
    """Three runs in a row: nothing of the one before is left, and one's own term comes along."""
    for latent, variant, terms in (
        (7, "vae", {"kl": {"weight": 3.0}, "mine": {"weight": 0.5, "formula": "sum(abs(z))"}}),
        (5, "ae", {}),
        (3, "beta_vae", {"kl": {"weight": 9.0, "schedule": "warm_up", "schedule_epochs": 4.0}}),
    ):
        experiment = quick(variant=variant, latent_dim=latent, epochs=9, optimizer="sgd", terms=terms)
        shutil.rmtree(folder)
        folder.mkdir()
        write_experiment(folder, experiment)
        note_ending(folder, 1)  # its trainer could not begin
        shown = page("train", run="one")
        press(shown, "Use these settings")
        assert title_of(shown) == "New training"
        assert chosen_in(shown) == experiment


def chosen_in(shown: AppTest) -> Experiment:
    """Return the experiment that the form would start."""
    pressed = []
    with patch.object(
        SERVICES.launcher, "start", lambda experiment: pressed.append(experiment) or SimpleNamespace(name="one")
    ):
        press(shown, "Start training")
    return pressed[0]


def test_the_total_of_another_run_can_be_laid_over_that_of_one_that_has_ended(folder):
    shown = page("train", run="one")
    for choice, count in (("two", 1), ("", 0), ("two", 1)):
        box = next(box for box in shown.selectbox if box.label.startswith("Compare"))
        assert [option.rpartition(" · ")[2] for option in box.options] == ["No other run", "two"]
        box.set_value(choice).run()
        assert not shown.exception
        (curves,) = [each.proto.json for each in shown.get("bidi_component") if "loss curves" in each.proto.json]
        assert curves.count('\\"name\\":\\"other\\"') == count
