"""The line and the buttons of a run: before its trainer has begun, at its first step, and while it is paused."""

import json

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
    return [button.label for button in page.button if button.label in {"Pause", "Resume", "One step", "Stop"}]


def line_of(page: AppTest) -> str:
    """What the progress component is given: the state, its colour and the words behind it."""
    (given,) = [
        element.proto.json for element in page.get("bidi_component") if "hourglass_progress" in str(element.proto)
    ]
    (data,) = json.loads(given)
    return f"{data['colour']} {data['state']}: {' · '.join(data['words'])}"


def test_a_run_can_be_stopped_before_its_trainer_has_begun(folder):
    page = page_of(folder)
    assert line_of(page) == "blue preparing: starting the trainer"
    assert buttons_of(page) == ["Stop"]
    assert not stop_is_waiting(folder)
    next(button for button in page.button if button.label == "Stop").click().run()
    assert stop_is_waiting(folder)
    assert line_of(page) == "blue preparing: stopping as soon as the trainer has started"


def test_a_trainer_that_could_not_begin_has_nothing_to_stop_or_steer(folder):
    assert page_of(folder).number_input
    note_ending(folder, 1)
    page = page_of(folder)
    assert buttons_of(page) == []
    assert not page.number_input
    assert line_of(page) == "red not started: "
    assert "ended before it could begin" in page.error[0].value


@pytest.mark.parametrize(
    ("state", "rate", "line"),
    [
        ("training", 0.0, "blue training: epoch 0.0 of 4"),
        ("training", 1500.0, "blue training: epoch 2.0 of 4 · 1,500 images/s · 10 s left"),
        ("paused", 1500.0, "orange paused: epoch 2.0 of 4"),
    ],
)
def test_rate_and_time_left_are_said_once_measured_and_not_of_a_pause(folder, state, rate, line):
    writer, _ = written(folder, 3)
    write_experiment(folder, quick(epochs=4))
    writer.set_state(state)
    writer.flush(epoch=2.0 if rate else 0.0, seconds=10.0, images_per_second=rate)
    assert line_of(page_of(folder)) == line
    writer.close()


def test_a_trainer_that_is_not_heard_from_is_not_said_to_train(folder, monkeypatch):
    writer, _ = written(folder, 3)
    write_experiment(folder, quick(epochs=4))
    writer.note(**{**facts_of_this_process(), "host": "gpu-7"})
    writer.set_state("training")
    writer.flush(epoch=2.0, seconds=10.0, images_per_second=1500.0)
    assert line_of(page_of(folder)) == "blue training: epoch 2.0 of 4 · 1,500 images/s · 10 s left"
    monkeypatch.setattr(liveness, "SILENT_AFTER", 0.0)
    page = page_of(folder)
    assert line_of(page) == "orange not heard from: epoch 2.0 of 4"
    (said,) = [warning.value for warning in page.warning]
    assert said.startswith("The trainer has not been heard from for 0 s. It runs on gpu-7")
    assert [button.label for button in page.button if not button.disabled and button.label in {"Pause", "Stop"}] == [
        "Stop"
    ]
    writer.close()


def test_a_run_whose_disk_is_full_is_shown_as_paused_with_the_reason(folder):
    writer, _ = written(folder, 3)
    write_experiment(folder, quick(epochs=4))
    writer.set_state("paused", DISK_FULL, "The disk of a_run_ is full. Make room on it.")
    writer.flush(epoch=2.0, seconds=10.0, images_per_second=1500.0)
    page = page_of(folder)
    assert line_of(page) == "orange paused: disk full · epoch 2.0 of 4"
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
