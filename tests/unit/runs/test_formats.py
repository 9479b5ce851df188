"""Formats: runs of before have no number and open still; one of a newer Hourglass is said in a sentence."""

import json
import os
import shutil
import sqlite3
import stat
from pathlib import Path

import numpy as np
import pytest

from explorer import files
from explorer.cli.pretrained import MODELS, experiment_of
from explorer.files import FORMAT, save_array, save_arrays, write_json
from explorer.lab.session import SESSION, Session, SessionError, new_session, read_session
from explorer.library import models as library
from explorer.presets import from_command_line
from explorer.runs.layout import DATABASE, EXPERIMENT, SUMMARY, write_experiment, write_summary
from explorer.runs.reader import Run, RunError
from models.spec.experiment import Experiment, ExperimentError
from tests.support.helpers import OLD_RUN, quick
from tests.support.run_helpers import moving_of, written

NEWER = "This run was written by a newer Hourglass (format 3; this one reads up to 2). Update Hourglass."


@pytest.fixture
def old(tmp_path, monkeypatch) -> Path:
    """A copy of the old run: SQLite puts files of its own beside one that it reads."""
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    return Path(shutil.copytree(OLD_RUN, tmp_path / "runs" / "old"))


def newer(run: Path, file: str) -> None:
    if file == DATABASE:
        with sqlite3.connect(run / file) as database:
            database.execute("PRAGMA user_version = 3")
        database.close()
    else:
        write_json(run / file, json.loads((run / file).read_text()) | {"format": 3})


def test_a_run_of_format_1_opens_everywhere(old):
    with Run(old) as run:
        status, curves = run.status(), run.curves()
        assert run.experiment == Experiment.parse({"batch_size": 256, "epochs": 3})
        assert (status.state, status.step, status.epoch, status.goes_on) == ("finished", 18, 3.0, False)
        assert [(e.kind, e.step, dict(e.detail)) for e in run.changes()] == [
            ("weight", 0, {"term": "kl", "value": 2.0, "before": 1.0}),
            ("learning_rate", 0, {"value": 0.005, "before": 0.001}),
        ]
        assert moving_of(run) == ("loss",)
        assert [event.kind for event in run.events("refused")] == ["refused"]
        assert [(s.step, s.epoch, s.path.is_file()) for s in run.snapshots()] == [(0, 0.0, True), (18, 3.0, True)]
        assert curves.training["step"].tolist() == list(range(1, 19))
        assert set(curves.training["weight_kl"]) == {2.0}
        assert set(curves.training["learning_rate"]) == {0.005}
        assert curves.validation["epoch"].tolist() == [1, 2, 3]
        np.testing.assert_allclose(curves.training["weighted_kl"], 2 * curves.training["kl"], rtol=1e-6)
        assert run.newest(2)["step"].tolist() == [17, 18]
        assert run.summary()["steps"] == 18
    newest, first, live = (library.find(f"run/old{at}") for at in ("", "@0", "@live"))
    assert (newest.step, first.step, live.step) == (18, 0, 18)
    assert newest.codes().mean.shape == first.codes().mean.shape == live.codes().mean.shape == (40, 2)
    assert live.codes().axes is not None
    assert newest.images().shape == (40, *newest.image_shape)
    assert "decoder/dense/kernel" in first.arrays()


def test_the_bundled_models_are_those_of_their_table_and_open():
    assert {folder.name for folder in library.PRETRAINED.iterdir()} == {*MODELS}
    for name in MODELS:
        entry = library.find(f"bundled/{name}")
        assert entry.experiment == experiment_of(name)
        assert sum(file.stat().st_size for file in entry.folder.rglob("*.*")) <= 3_000_000
        assert "format" not in entry.summary
        assert len(entry.codes().mean) == entry.summary["probe"] == len(entry.images())


@pytest.mark.parametrize("file", [EXPERIMENT, SUMMARY])
def test_a_file_of_a_newer_hourglass_is_said(old, file):
    newer(old, file)
    with Run(old) as run, pytest.raises(RunError) as said:
        _ = run.experiment if file == EXPERIMENT else run.summary()
    assert str(said.value) == NEWER
    with pytest.raises(library.LibraryError, match=r"by a newer Hourglass \(format 3; .*Update Hourglass\.$"):
        library.find("run/old")


@pytest.mark.parametrize("read", ["has_started", "status", "events", "snapshots", "curves", "changes", "moment"])
def test_a_history_of_a_newer_hourglass_is_said_whatever_is_asked(old, read):
    newer(old, DATABASE)
    with Run(old) as run, pytest.raises(RunError) as said:
        getattr(run, read)()
    assert str(said.value) == NEWER


@pytest.mark.parametrize("number", [0, -1, 1.5, "2", None, True, [2], 10**30])
def test_a_format_that_is_no_number_is_said(old, number):
    write_json(old / EXPERIMENT, json.loads((old / EXPERIMENT).read_text()) | {"format": number})
    words = (
        r"by a newer Hourglass" if number == 10**30 else r"^The format of this run was .*; allowed are whole numbers"
    )
    with Run(old) as run, pytest.raises(RunError, match=words):
        _ = run.experiment


def test_a_run_of_today_says_its_format_and_is_read_as_it_was_given(tmp_path):
    writer, _ = written(tmp_path, 3)
    given = json.loads((OLD_RUN / SUMMARY).read_text())
    write_summary(tmp_path, {**given, "more": 3})
    writer.close()
    for file in (EXPERIMENT, SUMMARY):
        assert json.loads((tmp_path / file).read_text())["format"] == FORMAT
    with sqlite3.connect(tmp_path / DATABASE) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    database.close()
    with Run(tmp_path) as run:
        assert run.experiment == quick()
        assert run.summary() == given
        assert run.status().step == 3


def test_an_experiment_on_the_command_line_may_be_a_file_of_any_format_up_to_todays(tmp_path):
    write_experiment(tmp_path, quick(latent_dim=7))
    assert from_command_line(None, tmp_path / EXPERIMENT, []) == quick(latent_dim=7)
    assert from_command_line(None, OLD_RUN / EXPERIMENT, []).epochs == 3
    write_json(tmp_path / EXPERIMENT, {"format": 3, "latent_dim": 7})
    with pytest.raises(ExperimentError, match=r"^This experiment was written by a newer Hourglass"):
        from_command_line(None, tmp_path / EXPERIMENT, [])


def test_a_session_says_its_format_and_one_of_before_opens(tmp_path):
    asked = Session.parse({"pairings": [{}]})
    folder = new_session(asked, tmp_path)
    said = json.loads((folder / SESSION).read_text())
    assert said["format"] == FORMAT
    assert read_session(folder) == asked
    write_json(folder / SESSION, asked.model_dump())
    assert read_session(folder) == asked
    write_json(folder / SESSION, said | {"format": 3})
    with pytest.raises(SessionError, match=r"^This session was written by a newer Hourglass \(format 3"):
        read_session(folder)
    for damage in ("", "[]", "[" * 100_000, '{"pairings": 1}'):
        (folder / SESSION).write_text(damage)
        with pytest.raises(SessionError):
            read_session(folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_every_file_has_the_mode_of_the_umask(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        save_arrays(tmp_path / "a", {"a": np.ones(3)})
        save_arrays(tmp_path / "b", {"a": np.ones(3)}, durable=False)
        write_json(tmp_path / "c", {})
        files.write_whole(tmp_path / "d", lambda temporary: save_array(temporary, np.ones(3)))
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {mode}
    np.testing.assert_array_equal(np.load(tmp_path / "d"), np.ones(3))
