"""Which runs train now, listed for every page."""

import pytest

from explorer.runs import active
from explorer.runs.active import ActiveRuns
from explorer.runs.layout import EXPERIMENT
from explorer.runs.reader import Run
from tests.support.run_helpers import written


def test_runs_that_train_or_pause_are_listed_the_newest_first(tmp_path, monkeypatch):
    monkeypatch.setattr(active, "KEPT", 0.0)
    runs = ActiveRuns()
    assert runs.names(tmp_path / "nothing") == runs.names(tmp_path) == []
    writers = {name: written(tmp_path / name, 3)[0] for name in ("1", "2", "3")}
    (tmp_path / "no-run").mkdir()
    (tmp_path / "not-begun").mkdir()
    (tmp_path / "not-begun" / EXPERIMENT).write_text("{}")
    assert runs.names(tmp_path) == ["3", "2", "1"]
    writers["2"].set_state("paused")
    writers["1"].set_state("finished")
    assert runs.names(tmp_path) == ["3", "2"]
    assert list(runs.states(tmp_path).items()) == [("3", "preparing"), ("2", "paused")]
    for writer in writers.values():
        writer.close()


def test_a_listing_is_kept_for_a_moment_and_a_run_that_ended_is_read_once(tmp_path, monkeypatch):
    read: list[str] = []
    status = Run.status
    monkeypatch.setattr(Run, "status", lambda run: read.append(run.name) or status(run))
    runs, ended = ActiveRuns(), written(tmp_path / "ended", 3)[0]
    ended.set_state("stopped")
    ended.close()
    training = written(tmp_path / "training", 3)[0]
    for _ in range(3):
        assert runs.names(tmp_path) == ["training"]
    assert sorted(read) == ["ended", "training"]
    monkeypatch.setattr(active, "KEPT", 0.0)
    for _ in range(3):
        assert runs.names(tmp_path) == ["training"]
    assert read.count("ended") == 1
    training.close()


@pytest.mark.parametrize("damage", [b"", b"no database"])
def test_a_damaged_run_is_passed_over(tmp_path, damage):
    written(tmp_path / "damaged", 3)[0].close()
    (tmp_path / "damaged" / "run.db").write_bytes(damage)
    assert ActiveRuns().names(tmp_path) == []
