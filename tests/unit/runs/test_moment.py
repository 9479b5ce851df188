"""One moment of a run: everything of it in one transaction, and the settings in force without a fold of events."""

import sqlite3
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from explorer.runs import reader as reader_module
from explorer.runs import writer as writer_module
from explorer.runs.commands import SetLearningRate, SetMoving, SetWeight
from explorer.runs.layout import DATABASE
from explorer.runs.reader import Run, RunError
from explorer.runs.records import Settings, settings_at_first
from explorer.trainer.steering import Steering
from models.spec.experiment import Experiment
from tests.support.full_disk import FullDisk, stand_in
from tests.support.helpers import quick
from tests.support.run_helpers import HISTORY, moving_of, settings_of, unfinished, written


def steering_of(folder, experiment: Experiment) -> Steering:
    program: Any = SimpleNamespace(
        experiment=experiment, set_learning_rate=lambda rate: None, set_moving=lambda totals: None
    )
    return Steering(program, unfinished(folder, experiment))


def test_a_moment_is_none_before_the_run_has_begun_and_whole_from_its_first_status_on(tmp_path):
    writer, _ = written(tmp_path / "a", 0)
    with sqlite3.connect(tmp_path / "a" / DATABASE) as database:
        database.execute("DELETE FROM status")
    database.close()
    with Run(tmp_path / "a") as run:
        assert run.moment(100) is None
        writer.flush()
        moment = run.moment(100, 10)
        assert moment is not None
        assert (moment.status.step, moment.events, moment.snapshots) == (0, (), ())
        assert moment.settings == settings_at_first(run.experiment)
    writer.close()
    (tmp_path / "a" / DATABASE).unlink()
    assert Run(tmp_path / "a").moment(100) is None


def test_all_of_a_moment_is_of_one_moment_whatever_is_written_meanwhile(tmp_path, monkeypatch):
    writer, _ = written(tmp_path, 10)
    real = Run.events

    def events(run: Run, *kinds: str):
        """The trainer writes between two queries of the page."""
        step = writer.status["step"] + 1
        writer.log_step(step, dict.fromkeys(HISTORY, 0.0))
        writer.log_event("pause")
        writer.add_snapshot(step)
        writer.flush(step=step)
        return real(run, *kinds)

    monkeypatch.setattr(Run, "events", events)
    run = Run(tmp_path)
    for step in range(10, 14):
        moment = run.moment(100, 100)
        assert moment is not None
        assert moment.status.step == step == moment.curves.training["step"][-1] == moment.newest["step"][-1]
        assert len(moment.events) == len(moment.snapshots) == step - 10
    assert run.database._kept is None  # nothing holds the file
    writer.close()


def test_the_settings_in_force_stand_in_the_status(tmp_path, monkeypatch):
    steering = steering_of(tmp_path, quick(variant="gan"))
    experiment, store = steering.program.experiment, steering.store
    store.flush()
    run, names = Run(tmp_path), list(experiment.terms)
    learners = tuple(experiment.variant_info.learners)
    assert settings_of(run) == settings_at_first(experiment)
    steering.change(SetWeight(command="weight", term=names[0], value=3.0))
    steering.change(SetWeight(command="weight", term="nothing", value=9.0))
    steering.change(SetLearningRate(command="learning_rate", value=0.25))
    steering.change(SetMoving(command="moving", totals=learners[:1]))
    weights = {name: experiment.terms[name].weight for name in names} | {names[0]: 3.0}
    expected = Settings(weights, 0.25, learners[:1])
    assert settings_of(run) == expected
    monkeypatch.setattr(reader_module, "settings_after", None)  # nobody folds the changes again
    assert settings_of(run) == expected
    assert moving_of(run) == learners[:1]
    monkeypatch.undo()
    moment = run.moment()
    assert moment is not None
    assert moment.settings == expected
    assert [event.kind for event in moment.changes] == ["weight", "learning_rate", "moving"]
    store.close()


def test_settings_of_a_run_that_does_not_store_them_are_those_after_its_changes(tmp_path):
    steering = steering_of(tmp_path, quick(variant="gan"))
    name, first = next(iter(steering.terms)), next(iter(steering.totals))
    steering.change(SetWeight(command="weight", term=name, value=3.0))
    steering.change(SetLearningRate(command="learning_rate", value=0.25))
    steering.change(SetMoving(command="moving", totals=(first,)))
    stored = settings_of(Run(tmp_path))
    steering.store.close()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute("ALTER TABLE status DROP COLUMN settings")
    database.close()
    assert settings_of(Run(tmp_path)) == stored


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"weights": {}, "learning_rate": 1}'])
def test_damaged_settings_are_said(tmp_path, text):
    writer, _ = written(tmp_path, 1)
    writer.status["settings"] = text
    writer.close()
    with pytest.raises(RunError, match=r"damaged run\.db"):
        Run(tmp_path).moment()


@pytest.fixture
def disk(monkeypatch) -> type[FullDisk]:
    return stand_in(monkeypatch)


def test_what_a_full_disk_does_not_take_is_kept_written_later_and_said(tmp_path, disk, capsys):
    writer, _ = written(tmp_path, 4)
    disk.full = True
    for step in range(5, 9):
        writer.log_step(step, dict.fromkeys(HISTORY, float(step)))
        writer.log_event("weight", term="kl", value=step, before=1.0)
        writer.flush(step=step)
    said = capsys.readouterr().err
    assert said.count("The history cannot be written (database or disk is full)") == 1
    with Run(tmp_path) as run:
        assert run.status().step == run.curves().training["step"][-1] == 4
    disk.full = False
    writer.flush(step=9)
    writer.close()
    assert "The history is written again." in capsys.readouterr().err
    with Run(tmp_path) as run:
        assert run.curves().training["step"].tolist() == list(range(1, 9))
        assert run.curves().training["loss"][4:].tolist() == [5, 6, 7, 8]
        assert [event.detail["value"] for event in run.events("weight")] == [5, 6, 7, 8]
        assert [event.detail["message"] for event in run.events("warning")] == [
            "The history could not be written for a while. Nothing is lost."
        ]
        assert run.status().step == 9


def test_of_a_long_time_without_a_disk_the_oldest_steps_are_kept_as_means(tmp_path, disk, monkeypatch):
    monkeypatch.setattr(writer_module, "MOST_WAITING", 300)
    writer, _ = written(tmp_path, 4)
    disk.full = True
    for step in range(5, 4097):
        writer.log_step(step, dict.fromkeys(HISTORY, float(step)))
        if step % 16 == 0:
            writer.flush(step=step)
            assert len(writer._pending) <= 300
    writer.log_event("weight", term="kl", value=2.0, before=1.0)
    disk.full = False
    writer.flush()
    writer.close()
    with Run(tmp_path) as run:
        (said,) = [event.detail["message"] for event in run.events("warning")]
        (dropped,) = [int(word.replace(",", "")) for word in said.split() if word[0].isdigit()]
        means = f"The first {dropped:,} steps of that time are kept as means only."
        assert said == f"The history could not be written for a while. {means}"
        assert len(run.events("weight")) == 1
        newest = run.newest(4096)["step"]
        assert len(newest) == 4096 - dropped > 20  # the first four are on the disk
        assert newest[-20:].tolist() == list(range(4077, 4097))
        curve = run.curves(20).training
        assert np.diff(curve["step"]).tolist() == [256] * 15  # no gap, whatever was dropped
        assert curve["loss"][1:].tolist() == (np.arange(1, 16) * 256 + 128.5).tolist()


def test_the_end_of_a_run_waits_a_while_for_a_full_disk(tmp_path, disk, monkeypatch):
    monkeypatch.setattr(writer_module, "LAST_PATIENCE", 0.3)
    writer, _ = written(tmp_path, 4)
    disk.full = True
    sleeps = []

    def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        disk.full = len(sleeps) < 2

    monkeypatch.setattr(writer_module.time, "sleep", sleep)
    writer.set_state("finished")
    writer.close()
    assert len(sleeps) == 2
    assert Run(tmp_path).status().state == "finished"
    assert [event.kind for event in Run(tmp_path).events()] == ["warning"]
