"""The line and the buttons of a run: before its trainer has begun, at its first step, and while it is paused."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.runs import liveness, reader
from explorer.runs.active import ActiveRuns
from explorer.runs.commands import stop_is_waiting
from explorer.runs.ending import note_ending
from explorer.runs.layout import DISK_FULL, LOG, write_experiment
from explorer.runs.whereabouts import facts_of_this_process
from explorer.services import SERVICES
from tests.support.helpers import quick
from tests.support.run_helpers import written


def run_page(folder: str) -> None:
    from pathlib import Path

    from explorer.app_pages.run.live import show_run
    from explorer.runs.reader import Run

    with Run(Path(folder)) as run:
        show_run(run)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    write_experiment(folder, quick())
    return folder


def page_of(folder) -> AppTest:
    page = AppTest.from_function(run_page, default_timeout=30, args=(str(folder),)).run()
    assert not page.exception
    return page


def buttons_of(page: AppTest) -> list[str]:
    """The buttons that can be pressed."""
    known = {"Pause", "Resume", "One step", "Stop"}
    return [button.label for button in page.button if button.label in known and not button.disabled]


def given(page: AppTest, component: str) -> dict[str, Any]:
    """What a component of the page is given."""
    (text,) = [element.proto.json for element in page.get("bidi_component") if component in str(element.proto)]
    (data,) = json.loads(text)
    return data


def line_of(page: AppTest) -> str:
    """What the band says: the state, its colour, and the line below the bar."""
    band, course = given(page, "hourglass_progress"), given(page, "hourglass_course")
    assert band["colour"] == course["colour"]
    return f"{band['colour']} {band['state']}: {course['words']}"


def facts_of(page: AppTest) -> dict[str, str]:
    return dict(given(page, "hourglass_progress")["facts"])


def test_a_run_can_be_stopped_before_its_trainer_has_begun(folder):
    page = page_of(folder)
    assert line_of(page) == "blue preparing: Starting the trainer."
    assert buttons_of(page) == ["Stop"]
    assert not stop_is_waiting(folder)
    next(button for button in page.button if button.label == "Stop").click().run()
    assert stop_is_waiting(folder)
    assert line_of(page) == "blue preparing: Stopping as soon as the trainer has started."


def test_a_trainer_that_could_not_begin_has_nothing_to_stop_or_steer(folder):
    assert page_of(folder).number_input
    note_ending(folder, 1)
    page = page_of(folder)
    assert buttons_of(page) == []
    assert not page.number_input
    assert line_of(page) == "red not started: "
    assert "ended before it could begin" in page.error[0].value


@pytest.mark.parametrize(
    ("state", "rate", "line", "left"),
    [
        ("training", 0.0, "blue training: ", "–"),
        ("training", 1500.0, "blue training: 1,500 images/s", "10 s"),
        ("paused", 1500.0, "orange paused: Step 3, on its batch: loss ", "–"),
    ],
)
def test_rate_and_time_left_are_said_once_measured_and_not_of_a_pause(folder, state, rate, line, left):
    writer, _ = written(folder, 3)
    write_experiment(folder, quick(epochs=4))
    writer.set_state(state)
    writer.flush(epoch=2.0 if rate else 0.0, seconds=10.0, images_per_second=rate)
    page = page_of(folder)
    assert line_of(page).startswith(line)
    assert facts_of(page)["Time left"] == left
    assert facts_of(page)["Epoch"] == ("2.0 / 4" if rate else "0.0 / 4")
    writer.close()


@pytest.mark.parametrize(
    ("state", "share", "line"),
    [
        ("finished", 1.0, "Complete: 3 steps, 4 epochs."),
        ("stopped", 0.5, "Ended at epoch 2.0 of 4, step 3. Stopped by you."),
        ("failed", 0.5, "Ended at epoch 2.0 of 4, step 3."),
    ],
)
def test_a_run_that_has_ended_says_where(folder, state, share, line):
    writer, _ = written(folder, 3)
    write_experiment(folder, quick(epochs=4))
    writer.set_state(state, message="Stopped by you." if state == "stopped" else "Not finite.")
    writer.flush(epoch=2.0, seconds=10.0)
    writer.close()
    page = page_of(folder)
    assert given(page, "hourglass_course") == {
        "share": share, "colour": given(page, "hourglass_progress")["colour"], "words": line,
    }  # fmt: skip
    assert list(facts_of(page)) == ["Step", "Epoch", "Batch loss", "Trained for"]


def test_a_trainer_that_is_not_heard_from_is_not_said_to_train(folder, monkeypatch):
    writer, _ = written(folder, 3)
    write_experiment(folder, quick(epochs=4))
    writer.note(**{**facts_of_this_process(), "host": "gpu-7"})
    writer.set_state("training")
    writer.flush(epoch=2.0, seconds=10.0, images_per_second=1500.0)
    assert line_of(page_of(folder)) == "blue training: 1,500 images/s"
    monkeypatch.setattr(liveness, "SILENT_AFTER", 0.0)
    page = page_of(folder)
    assert line_of(page) == "orange not heard from: "
    assert facts_of(page)["Time left"] == "–"
    (said,) = [warning.value for warning in page.warning]
    assert said.startswith("The trainer has not been heard from for 0 s. It runs on gpu-7")
    assert buttons_of(page) == ["Stop"]
    writer.close()


def test_a_run_whose_disk_is_full_is_shown_as_paused_with_the_reason(folder):
    writer, _ = written(folder, 3)
    write_experiment(folder, quick(epochs=4))
    writer.set_state("paused", DISK_FULL, "The disk of a_run_ is full. Make room on it.")
    writer.flush(epoch=2.0, seconds=10.0, images_per_second=1500.0)
    page = page_of(folder)
    assert line_of(page) == "orange paused: Disk full."
    assert [warning.value for warning in page.warning] == [r"The disk of a\_run\_ is full. Make room on it."]
    assert buttons_of(page) == ["Resume", "One step", "Stop"]
    writer.close()


def test_the_size_of_a_run_that_was_stopped_is_told(folder):
    writer, _ = written(folder, 3)
    (folder / LOG).write_bytes(b"x" * 7_060_000)
    writer.set_state("stopped")
    writer.close()
    assert any(caption.value.endswith("7.1 MB on disk") for caption in page_of(folder).caption)


def header() -> None:
    from explorer.app_pages.parts import address
    from explorer.app_pages.parts.training import link_to_training

    address.begin_run("Train")
    address.open_part("train", ["run"])
    link_to_training("Train")


@pytest.mark.parametrize(
    ("states", "label"),
    [
        (["paused"], "1 paused"),
        (["training", "paused", "preparing"], "2 training, 1 paused"),
        (["training"], "1 training"),
        (["silent", "training", "silent"], "1 training, 2 not heard from"),
    ],
)
def test_the_header_counts_paused_and_silent_runs_apart(folder, monkeypatch, states, label):
    monkeypatch.setattr(SERVICES, "active_runs", ActiveRuns())
    for number, state in enumerate(states):
        writer, _ = written(folder.parent / f"run-{number}", 3)
        writer.note(**{**facts_of_this_process(), **({"host": "gpu-7"} if state == "silent" else {})})
        writer.set_state("training" if state == "silent" else state)
        writer.close()
    if "silent" in states:
        heard = liveness.look
        monkeypatch.setattr(
            reader, "look", lambda *given: heard(*given)._replace(silent=20.0 * (given[1].host == "gpu-7"))
        )
    page = AppTest.from_function(header, default_timeout=30).run()
    assert not page.exception
    assert [button.label for button in page.button] == [label]
