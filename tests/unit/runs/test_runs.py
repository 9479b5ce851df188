"""Runs: the history and its pyramid, connections, folders."""

import shutil
import sqlite3

import numpy as np
import pytest

from explorer.runs.database import Database
from explorer.runs.launcher import new_run_folder
from explorer.runs.layout import (
    CLOCK,
    DATABASE,
    EXPERIMENT,
    SNAPSHOTS,
    history_row,
)
from explorer.runs.reader import Run
from tests.support.helpers import quick
from tests.support.run_helpers import CHECKED, HISTORY, SERIES, TERMS, written


@pytest.mark.parametrize("steps", [0, 1, 3, 4, 5, 1000, 5000])
@pytest.mark.parametrize("points", [1, 100, 1000])
def test_a_curve_of_any_length_is_few_points_and_right_means(tmp_path, steps, points):
    writer, rows = written(tmp_path, steps)
    with Run(tmp_path) as run:
        curves = run.curves(points).training
    writer.close()
    places = curves["step"].astype(int)
    assert len(places) <= points + 16
    assert (np.diff(places) > 0).all()
    assert (places[-1] if steps else 0) == steps == places.max(initial=0)
    assert tuple(curves) == ("step", *HISTORY)
    for first, last, *values in zip([0, *places[:-1]], places, *(curves[name] for name in HISTORY), strict=False):
        np.testing.assert_allclose(values, rows[first:last].mean(axis=0), atol=1e-12)
    if steps <= points:
        assert len(places) == steps


def test_a_reader_sees_what_was_flushed_and_no_more(tmp_path):
    writer, _ = written(tmp_path, 10)
    with Run(tmp_path) as run:
        writer.log_step(11, dict.fromkeys(HISTORY, 0.0))
        writer.log_event("weight", term="kl", value=2.0, before=1.0)
        assert run.curves().training["step"].max() == 10
        assert run.events() == []
        writer.flush(step=11)
        assert run.curves().training["step"].max() == run.status().step == 11
        writer.log_validation(11, 1.0, dict(zip(CHECKED, (3.0, 2.0, np.nan, 3.0, 0.5), strict=True)))
        writer.add_snapshot(11)
        writer.log_event("pause")
        writer.flush()
        curves = run.curves().validation
        assert (curves["kl"].tolist(), np.isnan(curves["loss"]).tolist()) == ([2.0], [True])
        assert (curves["weighted_reconstruction"].tolist(), curves["weighted_kl"].tolist()) == ([3.0], [0.5])
        assert [(e.kind, dict(e.detail), e.step) for e in run.events()] == [
            ("weight", {"term": "kl", "value": 2.0, "before": 1.0}, 10), ("pause", {}, 11),
        ]  # fmt: skip
        assert [e.kind for e in run.events("pause")] == ["pause"]
        assert [s.path.name for s in run.snapshots()] == ["000000011.safetensors"]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            run.database.connect().execute("DELETE FROM events")
    writer.close()


def test_a_reader_that_nobody_closes_keeps_no_connection(tmp_path, monkeypatch):
    written(tmp_path, 5)[0].close()
    opened: list[sqlite3.Connection] = []
    connect = Database.connect

    def counted(database: Database) -> sqlite3.Connection:
        opened.append(connect(database))
        return opened[-1]

    def is_open(connection: sqlite3.Connection) -> bool:
        try:
            connection.execute("SELECT 1")
        except sqlite3.ProgrammingError:
            return False
        return True

    monkeypatch.setattr(Database, "connect", counted)
    run = Run(tmp_path)
    assert run.status().step == 5
    assert opened
    assert not any(map(is_open, opened))
    opened.clear()
    with run:
        with run:  # a part of a page inside the page
            assert run.status().step == 5
        assert [is_open(connection) for connection in opened] == [True]
        assert len(run.curves().training["step"]) == 5
    assert [is_open(connection) for connection in opened] == [False]


def test_after_close_the_database_alone_is_the_whole_run(tmp_path):
    writer, rows = written(tmp_path / "run", 50)
    writer.set_state("finished")
    (tmp_path / "copy").mkdir()
    with Run(tmp_path / "run") as reader:  # SQLite tidies up by itself only where nobody reads
        assert reader.status().state == "finished"
        writer.close()
        for name in (EXPERIMENT, DATABASE):
            shutil.copyfile(tmp_path / "run" / name, tmp_path / "copy" / name)
    with Run(tmp_path / "copy") as run:
        assert run.status().state == "finished"
        np.testing.assert_array_equal(run.curves().training["loss"], rows[:, 5])


@pytest.mark.parametrize(("count", "points"), [(0, 100), (1, 100), (100, 100), (20_000, 1000), (20_000, 1)])
def test_validation_is_thinned_and_keeps_its_first_and_its_last(tmp_path, count, points):
    writer, _ = written(tmp_path, 0)
    for step in range(1, count + 1):
        writer.log_validation(3 * step, float(step), dict.fromkeys(CHECKED, float(step)))
    writer.flush()
    with Run(tmp_path) as run:
        seen = run.curves(points).validation
    writer.close()
    assert len(seen["step"]) <= points + 1
    assert len(seen["step"]) >= min(count, points // 2)
    assert (np.diff(seen["step"]) > 0).all()
    assert (seen["step"] == 3 * seen["loss"]).all()
    if count:
        assert (seen["epoch"][0], seen["epoch"][-1]) == (1, count)


def test_the_mean_of_weighted_values_is_kept_where_weight_and_value_move_together(tmp_path):
    writer, _ = written(tmp_path, 0)
    for step in range(1, 65):
        weight, value = (0.0, 8.0) if step % 2 else (1.0, 2.0)
        clock = {"epoch": 0.0, "seconds": 0.0, "learning_rate": 1.0}
        series = {"reconstruction": 0.0, "kl": value, "loss": value}
        writer.log_step(step, history_row(clock, series, {"reconstruction": 1.0, "kl": weight}))
    writer.flush()
    with Run(tmp_path) as run:
        curves = run.curves(4).training
    writer.close()
    assert set(curves["weighted_kl"]) == {1.0}  # 5 × 0.5 would be 2.5


def test_a_run_of_an_earlier_version_is_read_without_the_columns_that_it_lacks(tmp_path):
    writer, _ = written(tmp_path, 9)
    writer.log_validation(9, 1.0, dict.fromkeys(CHECKED, 1.0))
    writer.close()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        for table in ("history", "validation"):
            for term in TERMS:
                database.execute(f"ALTER TABLE {table} DROP COLUMN weighted_{term}")
    database.close()
    with Run(tmp_path) as run:
        curves = run.curves()
    assert list(curves.training) == ["step", *CLOCK, *SERIES, "weight_reconstruction", "weight_kl"]
    assert list(curves.validation) == ["step", "epoch", *SERIES]
    assert curves.validation["loss"].tolist() == [1.0]
    assert len(curves.training["loss"]) == 9


def test_a_removed_snapshot_is_forgotten_before_its_file_goes(tmp_path):
    writer, _ = written(tmp_path, 1)
    (tmp_path / SNAPSHOTS / "000000001.safetensors").touch()
    writer.add_snapshot(1)
    writer.remove_snapshot(1)
    with Run(tmp_path) as run:
        assert run.snapshots() == []
    assert list((tmp_path / SNAPSHOTS).iterdir()) == []
    writer.close()


def test_run_folders_of_one_second_have_their_own_names(tmp_path):
    folders = [new_run_folder(quick(), tmp_path) for _ in range(3)]
    assert len(set(folders)) == 3
    assert all(Run(folder).experiment == quick() for folder in folders)
