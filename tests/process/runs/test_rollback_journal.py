"""Runs on disks that give processes no memory to share, as network disks: a rollback journal, and readers beside it."""

import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from explorer.runs import new_database
from explorer.runs.layout import DATABASE
from explorer.runs.new_database import make_database
from explorer.runs.reader import Run, RunError
from explorer.runs.recovery import undo_half_a_commit
from tests.support.helpers import ROOT, environment
from tests.support.run_helpers import HISTORY, written

READER = """
import sys, time
from pathlib import Path
from explorer.runs.reader import Run
run, last, end = Run(Path(sys.argv[1])), 0, time.monotonic() + 60
while last < int(sys.argv[2]) and time.monotonic() < end:
    with run:
        for _ in range(5):
            moment = run.moment(points=10**6)
            steps = moment.curves.training["step"]
            assert len(steps) == steps[-1] == moment.status.step == len(moment.events), moment.status
            assert moment.status.step >= last
            last = moment.status.step
            print(last, flush=True)
"""
KILLED = """
import os, sys, sqlite3
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size=1")
database.execute("BEGIN")
database.execute("UPDATE history SET loss = loss + 1000")
database.execute("UPDATE status SET step = 99")
database.execute("UPDATE history SET kl = kl + 1000")
os._exit(9)
"""


def mode(database: sqlite3.Connection) -> str:
    return database.execute("PRAGMA journal_mode").fetchone()[0]


@pytest.fixture
def no_shared_memory(monkeypatch) -> None:
    monkeypatch.setattr(new_database, "_is_remote", lambda _folder: True)


def test_a_disk_of_this_machine_has_wal(tmp_path):
    database = make_database(tmp_path / DATABASE)
    assert mode(database) == "wal"
    database.close()


def test_where_memory_cannot_be_shared_a_rollback_journal_is_had(tmp_path):
    (tmp_path / f"{DATABASE}-shm").mkdir()  # in the place of the file that would be mapped
    database = make_database(tmp_path / DATABASE)
    assert mode(database) == "truncate"
    database.close()


def test_a_database_that_is_there_is_never_replaced(tmp_path):
    writer, _ = written(tmp_path, 3)
    writer.close()
    (tmp_path / f"{DATABASE}-shm").mkdir()
    with pytest.raises(sqlite3.OperationalError):
        make_database(tmp_path / DATABASE)
    (tmp_path / f"{DATABASE}-shm").rmdir()
    assert Run(tmp_path).status().step == 3


@pytest.mark.parametrize(
    ("mounts", "remote"),
    [
        ([("/", "ext4", "rw"), ("/home", "nfs4", "rw")], True),
        ([("/", "ext4", "rw"), ("/home", "NTFS", "rw,remote")], True),
        ([("/", "nfs", "rw"), ("/home", "ext4", "rw")], False),
        ([("/", "overlay", "rw"), ("/homes", "cifs", "rw")], False),
        ([], False),
    ],
)
def test_a_disk_of_another_computer_is_known_by_its_kind(monkeypatch, mounts, remote):
    found = [SimpleNamespace(mountpoint=place, fstype=kind, opts=how) for place, kind, how in mounts]
    monkeypatch.setattr(new_database.psutil, "disk_partitions", lambda all: found)
    assert new_database._is_remote(Path("/home/somebody/run")) == remote


def test_a_reader_beside_a_writer_reads_one_moment_and_holds_up_nothing_for_long(tmp_path, no_shared_memory):
    writer, _ = written(tmp_path, 1)
    writer.log_event("first")
    writer.flush(step=1)
    assert mode(writer.database) == "truncate"
    command = [sys.executable, "-c", READER, str(tmp_path), "100"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline().strip() == "1", "it reads before the writer goes on"
        longest = 0.0
        for step in range(2, 101):
            writer.log_step(step, dict.fromkeys(HISTORY, float(step)))
            writer.log_event("step")
            began = time.perf_counter()
            writer.flush(step=step)
            longest = max(longest, time.perf_counter() - began)
            time.sleep(0.01)  # a trainer writes five times a second
        said, wrong = reader.communicate(timeout=60)
    assert (reader.returncode, wrong) == (0, "")
    assert len({*said.split()}) > 3, "it read while the writer wrote"
    assert longest < 2.0
    assert writer.waiting_steps == 0
    writer.close()


def test_what_a_killed_trainer_had_begun_to_write_is_undone_by_the_first_who_reads(tmp_path, no_shared_memory):
    writer, _ = written(tmp_path, 3000)
    writer.close()
    before = Run(tmp_path).curves().training["loss"]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / DATABASE)],
        cwd=ROOT, env=environment(), check=False, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr == ""
    journal = tmp_path / f"{DATABASE}-journal"
    assert (done.returncode, journal.stat().st_size > 0) == (9, True)
    content = journal.read_bytes()
    journal.write_bytes(content + bytes.fromhex("d9d505f920a163d7"))  # as of a journal that names another file
    with pytest.raises(RunError, match="cannot be read"):
        Run(tmp_path).curves()
    journal.write_bytes(content)
    with Run(tmp_path) as run:
        assert run.status().step == 3000
        assert run.curves().training["loss"].tolist() == before.tolist()
    assert not journal.exists()
    assert not undo_half_a_commit(tmp_path / DATABASE)
