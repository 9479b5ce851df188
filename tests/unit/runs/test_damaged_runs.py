"""Folders and databases that are no runs, or no whole ones: each is said in a sentence."""

import sqlite3

import pytest

from explorer.runs.layout import (
    DATABASE,
    EXPERIMENT,
    SUMMARY,
    write_json,
)
from explorer.runs.reader import Run, RunError, list_runs
from explorer.runs.records import Curves
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
    with Run(tmp_path) as run:
        if file == SUMMARY and content == b'{"epochs": 0}':
            assert read(run) == {"epochs": 0}
            return
        with pytest.raises(RunError, match=rf"^The run {tmp_path.name} has a damaged {file}"):
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
