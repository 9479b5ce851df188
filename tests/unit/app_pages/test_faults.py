"""What a page says where something cannot be written, and where an error was not foreseen."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import app
from explorer.analyst.client import AnalystClient
from explorer.analyst.jobs import Jobs
from explorer.app_pages.parts.faults import show_fault
from explorer.runs.layout import INBOX
from explorer.services import SERVICES
from tests.support.run_helpers import written


@pytest.fixture
def bad_home(tmp_path, monkeypatch) -> Path:
    """Return a HOURGLASS_HOME that is a file; the workbench is one that no other test asks."""
    (tmp_path / "home").touch()
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path / "home"))
    workbench = AnalystClient("workbench")
    monkeypatch.setattr(SERVICES, "workbench", workbench)
    monkeypatch.setattr(SERVICES, "jobs", Jobs(workbench))
    return tmp_path / "home"


def setup() -> None:
    from explorer.app_pages.parts import address
    from explorer.app_pages.setup.form import show_setup

    address.begin_run("Train")
    address.open_part("train", ["run"])
    show_setup()


def lab() -> None:
    from explorer.app_pages.lab.pairings import show_lab

    show_lab()


@pytest.mark.parametrize(
    ("page", "button", "places"),
    [(setup, "Start training", "runs"), (setup, "train-.*", "runs"), (lab, "Run 3 side by side", "lab")],
    ids=["start", "preset", "lab"],
)
def test_what_cannot_be_started_is_said_and_the_page_stays(bad_home, page, button, places):
    shown = AppTest.from_function(page, default_timeout=30).run()
    labels = [one.label for one in shown.button]
    pressed = next(one for one in shown.button if one.label == button or (one.key or "").startswith(button[:-2]))
    pressed.click().run()
    assert not shown.exception
    (said,) = [error.value for error in shown.error]
    assert said.replace("\\", "").startswith(f"{bad_home}/{places} cannot be written (Not a directory). Set HOURGLASS")
    assert [one.label for one in shown.button] == labels
    assert "run" not in shown.query_params


def test_a_training_is_not_started_on_a_full_disk_and_the_page_says_so(tmp_path, bad_home, monkeypatch):
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path / "full"))
    for module in ("explorer.runs.launcher", "explorer.places"):
        monkeypatch.setattr(f"{module}.free_bytes", lambda _place: 4_000)
    shown = AppTest.from_function(setup, default_timeout=30).run()
    next(one for one in shown.button if one.label == "Start training").click().run()
    assert not shown.exception
    (said,) = [error.value for error in shown.error]
    assert said.replace("\\", "") == (
        f"The disk of {tmp_path}/full/runs is full (2.0 MB needed, 4 kB free). Make room on it."
    )
    assert list((tmp_path / "full" / "runs").iterdir()) == []


def buttons(folder: str) -> None:
    from pathlib import Path

    from explorer.app_pages.run.status import show_buttons
    from explorer.components.live.look import look_at
    from explorer.runs.reader import Run
    from explorer.services import SERVICES

    with Run(Path(folder)) as run:
        show_buttons(run, look_at(run, SERVICES.launcher))


def test_a_command_that_cannot_be_sent_is_said_and_the_buttons_stay(tmp_path):
    writer, _ = written(tmp_path / "run", 3)
    writer.set_state("training")
    shown = AppTest.from_function(buttons, default_timeout=30, args=(str(tmp_path / "run"),)).run()
    (tmp_path / "run" / INBOX).touch()  # a file in the place of the folder
    for label in ("Pause", "Stop"):
        next(one for one in shown.button if one.label == label).click().run()
        assert not shown.exception
        (said,) = [toast.value for toast in shown.toast]
        assert "inbox cannot be written (File exists). Check that its folder still exists" in said.replace("\\", "")
        assert {"Pause", "Stop"} <= {one.label for one in shown.button}
    writer.close()


def fault() -> None:
    import streamlit as st
    from streamlit.error_util import handle_user_script_exception

    from explorer.app_pages.parts.faults import show_fault

    st.markdown("before")
    try:
        _ = {}["secret"]
    except KeyError as error:
        handle_user_script_exception(error, show_fault)  # what Streamlit does with an error of a page


def test_an_unforeseen_error_is_one_sentence_of_ours_and_its_traceback_is_printed(caplog):
    shown = AppTest.from_function(fault, default_timeout=30).run()
    assert not shown.exception
    (said,) = [error.value for error in shown.error]
    assert said.startswith("Hourglass met an unexpected error here (KeyError). ")
    assert "secret" not in said
    assert shown.markdown[0].value == "before"
    assert app.app._on_script_error is show_fault
