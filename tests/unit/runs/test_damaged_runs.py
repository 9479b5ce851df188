"""Folders and databases that are no runs, or no whole ones: each is said in a sentence."""

import contextlib
import os
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest

from explorer.files import write_json
from explorer.library import models as library
from explorer.library.models import LibraryError, ModelEntry
from explorer.runs import foreign
from explorer.runs.commands import newest_waiting
from explorer.runs.layout import DATABASE, ENDING, EXPERIMENT, HEARTBEAT, INBOX, PREVIEW, SUMMARY, TRAINER
from explorer.runs.reader import Run, RunError, list_runs
from explorer.runs.records import Curves
from tests.support.damage import ENDLESS, FILES, KINDS, TABLES, fresh
from tests.support.helpers import quick
from tests.support.run_helpers import written


def test_folders_that_are_no_whole_runs_are_said_or_passed_over(tmp_path):
    with pytest.raises(RunError, match=r"is not a run: it has no experiment\.json\. Choose the folder"):
        Run(tmp_path)
    for name, content in (("begun", None), ("empty", b""), ("broken", b"no database" * 99)):
        write_json(new := tmp_path / f"{name}.json", quick().model_dump())
        (tmp_path / name).mkdir()
        new.rename(tmp_path / name / EXPERIMENT)
        if content is not None:
            (tmp_path / name / DATABASE).write_bytes(content)
        with Run(tmp_path / name) as run:
            assert not run.has_started()
            with pytest.raises(RunError, match=f"The run {name} has not started"):
                run.status()
            with pytest.raises(RunError, match=f"The run {name} has not loaded its data yet"):
                run.summary()
    assert {run.name for run in list_runs(tmp_path)} == {"begun", "empty", "broken"}
    assert list_runs(tmp_path / "absent") == []


READS = ["status", "snapshots", "events", "curves"]


@pytest.mark.parametrize("content", [None, b"", b"no database" * 99], ids=["missing", "empty", "foreign"])
@pytest.mark.parametrize("read", READS)
def test_a_history_that_cannot_be_read_is_said_in_a_sentence(tmp_path, content, read):
    write_json(tmp_path / EXPERIMENT, quick().model_dump())
    if content is not None:
        (tmp_path / DATABASE).write_bytes(content)
    with Run(tmp_path) as run:
        if read == "curves" and content == b"":
            assert run.curves() == Curves({}, {})
            return
        with pytest.raises(
            RunError, match=r"has not started|The history of the run .* cannot be read \(.*\)\. Try again"
        ):
            getattr(run, read)()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b"[" * 100_000, b'{"epochs": 0}', b"{}x"], ids=range(7)
)
@pytest.mark.parametrize(("file", "read"), [(EXPERIMENT, lambda run: run.experiment), (SUMMARY, Run.summary)])
def test_a_damaged_file_is_said_in_a_sentence(tmp_path, file, read, content):
    write_json(tmp_path / EXPERIMENT, quick().model_dump())
    (tmp_path / file).write_bytes(content)
    with Run(tmp_path) as run, pytest.raises(RunError, match=rf"^The run {tmp_path.name} has a damaged {file}"):
        read(run)


@pytest.mark.parametrize(("table", "read"), [("meta", lambda run: run.meta), ("events", Run.events)])
def test_damaged_json_in_the_database_is_said(tmp_path, table, read):
    writer, _ = written(tmp_path, 1)
    writer.log_event("pause")
    writer.close()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute(f"UPDATE {table} SET {'value' if table == 'meta' else 'detail'} = '{{'")  # noqa: S608
    database.close()
    with Run(tmp_path) as run, pytest.raises(RunError, match=r"has a damaged run\.db"):
        read(run)


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither such links nor pipes")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file", [*FILES, ENDING, HEARTBEAT, TRAINER, f"{DATABASE}-wal", f"{INBOX}/1.json"])
def test_what_is_no_usual_file_is_neither_read_nor_waited_for(tmp_path, monkeypatch, file, kind):
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    path = fresh(tmp_path / "runs" / "first") / file
    path.parent.mkdir(exist_ok=True)
    path.touch()
    kind(path)
    began = time.monotonic()
    for read in (Run.moment, Run.summary, lambda run: run.experiment, lambda run: list(newest_waiting(run.folder))):
        with contextlib.suppress(RunError):
            read(Run(path.parent if path.parent.name == "first" else path.parents[1]))
    for read in (ModelEntry.codes, ModelEntry.images):
        with contextlib.suppress(LibraryError):
            read(library.find("run/first@live" if file == PREVIEW else "run/first"))
    assert time.monotonic() - began < 20  # whatever else the machine does


def history(folder: Path, statement: str) -> Run:
    """A run whose database was changed by a statement."""
    with sqlite3.connect(fresh(folder) / DATABASE) as database:
        database.executescript(statement)
    database.close()
    return Run(folder)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (f"DROP TABLE {{0}}; CREATE VIEW {{0}} AS {ENDLESS.format('i')};", "is not part of a plain table"),
        ("CREATE TRIGGER t AFTER INSERT ON {0} BEGIN SELECT 1; END;", "is not part of a plain table"),
        (
            "DROP TABLE {0}; PRAGMA writable_schema=ON; "  # no module is in every SQLite
            "INSERT INTO sqlite_master VALUES ('table', '{0}', '{0}', 0, 'CREATE VIRTUAL TABLE {0} USING any(a)');",
            "is not part of a plain table",
        ),
        ("ALTER TABLE {0} ADD COLUMN large AS (zeroblob(900000));", "column 'large' is not part of a plain table"),
    ],
    ids=["view", "trigger", "virtual", "generated"],
)
def test_a_history_of_other_things_than_tables_is_refused_before_it_is_read(tmp_path, table, statement, words):
    run = history(tmp_path / "first", statement.format(table))
    with pytest.raises(RunError, match=words):
        run.moment(10, 10)


@pytest.mark.parametrize("seconds", [0.0, 60.0], ids=["time", "rows"])
def test_a_history_that_takes_too_long_is_left(tmp_path, monkeypatch, seconds):
    monkeypatch.setattr(foreign, "LONGEST_QUERY", seconds)
    monkeypatch.setattr(foreign, "_LOOK_EVERY", 1000)
    monkeypatch.setattr(foreign, "MOST_ROWS", 10_000)
    run = history(
        tmp_path / "first",
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n LIMIT 20000) "
        "INSERT INTO history(level, step, epoch) SELECT 0, i, 1.0 FROM n;",
    )
    with pytest.raises(RunError, match="still being read after 0 s" if not seconds else "it has over 10,000 rows"):
        run.curves(100_000)


@pytest.mark.parametrize("value", ["1e999", "-1e999", "'many'", "NULL", "x'00'", "9223372036854775807"])
@pytest.mark.parametrize("table", ["history", "validation"])
def test_epochs_that_are_no_numbers_end_in_a_sentence(tmp_path, table, value):
    run = history(tmp_path / "first", f"UPDATE {table} SET epoch = {value} WHERE step = 18")  # noqa: S608
    with contextlib.suppress(RunError):
        curves = run.curves()
        assert all(np.isfinite(part["epoch"]).all() for part in (curves.training, curves.validation))
