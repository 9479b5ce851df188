"""Whether a trainer's process lives: also where the clock was corrected, or its number is another process's now."""

import os
import platform
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from explorer.runs import active
from explorer.runs.active import ActiveRuns
from explorer.runs.layout import DATABASE, HEARTBEAT
from explorer.runs.reader import Run
from explorer.runs.whereabouts import Facts, facts_of_this_process, lives
from explorer.runs.writer import RunWriter
from tests.support.helpers import wait_for
from tests.support.run_helpers import written


def training(folder: Path, **facts: Any) -> RunWriter:
    """Return the writer of a run that trains, by a process with these facts."""
    writer, _ = written(folder, 3)
    writer.note(**facts)
    writer.set_state("training")
    return writer


def step_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the system take its clock to have been wrong: what Linux says of boot and of starts by the clock shifts."""
    platform = psutil._psplatform
    boot_time = platform.boot_time
    monkeypatch.setattr(platform, "boot_time", lambda: boot_time() + seconds)


@pytest.mark.parametrize("seconds", [-3600, 60])
def test_a_run_whose_clock_was_corrected_still_trains(tmp_path, monkeypatch, seconds):
    writer = training(tmp_path / "run", **facts_of_this_process())
    monkeypatch.setattr(active, "KEPT", 0.0)
    runs = ActiveRuns()
    step_clock(monkeypatch, seconds)
    assert Run(tmp_path / "run").status().state == "training"
    assert runs.names(tmp_path) == ["run"]
    writer.close()


def test_a_start_by_the_clock_that_was_shifted_is_no_crash(tmp_path):
    training(tmp_path, **facts_of_this_process()).close()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as history, history:
        history.execute("UPDATE meta SET value = value - 60 WHERE key = 'process_started'")
    assert Run(tmp_path).status().state == "training"


@pytest.mark.parametrize(("shift", "state"), [(0.0, "training"), (3.0, "crashed")])
def test_a_run_of_an_earlier_version_has_the_start_by_the_clock_alone(tmp_path, shift, state):
    training(tmp_path, pid=os.getpid(), process_started=psutil.Process().create_time() + shift).close()
    assert Run(tmp_path).status().state == state


def test_a_number_that_another_process_has_now_is_a_crash_also_where_no_more_is_told_of_it(tmp_path, monkeypatch):
    facts = facts_of_this_process()
    other = facts | {name: value - 100 for name, value in facts.items() if name.startswith("process_started")}

    def refuse(_process: psutil.Process) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "status", refuse)
    assert lives(Facts.model_validate(other)) is False
    monkeypatch.setattr(psutil.Process, "create_time", refuse)
    training(tmp_path, **other).close()
    assert Run(tmp_path).status().state == "crashed"


def test_a_process_that_has_ended_lives_no_more_though_nobody_has_waited_for_it():
    pid = os.posix_spawnp("sleep", ["sleep", "100"], os.environ)
    facts = {"pid": pid, "process_started": psutil.Process(pid).create_time()}
    assert lives(Facts.model_validate(facts))
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert lives(Facts.model_validate(facts)) is False
    os.waitpid(pid, 0)
    assert lives(Facts.model_validate(facts)) is False


# Its first thread ends alone, as it may where a process of many threads is killed. 60 is the system's call for that.
HALF_ENDED = """import ctypes, threading, time
threading.Thread(target=time.sleep, args=(100,)).start()
ctypes.CDLL(None).syscall(60, 0)"""


@pytest.mark.skipif((sys.platform, platform.machine()) != ("linux", "x86_64"), reason="another system's call")
def test_a_process_whose_threads_are_still_ending_lives_for_its_exit_code_is_not_known():
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", HALF_ENDED], os.environ)
    try:
        process = psutil.Process(pid)
        facts = Facts(pid=pid, process_started=process.create_time())
        wait_for(lambda: process.status() == psutil.STATUS_ZOMBIE)
        assert os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None
        assert lives(facts)
    finally:
        os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert lives(facts) is False
    os.waitpid(pid, 0)


def test_a_run_that_seemed_to_have_crashed_is_looked_at_again(tmp_path, monkeypatch):
    monkeypatch.setattr(active, "KEPT", 0.0)
    writer = training(tmp_path / "run", pid=os.getpid(), process_started=0.0)
    runs = ActiveRuns()
    assert runs.names(tmp_path) == []
    writer.note(**facts_of_this_process())
    writer.flush()
    assert runs.names(tmp_path) == ["run"]
    writer.close()


def test_a_run_whose_trainer_is_gone_is_read_again_only_when_its_files_change(tmp_path, monkeypatch):
    monkeypatch.setattr(active, "KEPT", 0.0)
    writer = training(tmp_path / "run", pid=os.getpid(), process_started=0.0)
    read, status = [], Run.status
    monkeypatch.setattr(Run, "status", lambda run: read.append(run.name) or status(run))
    runs = ActiveRuns()
    for _ in range(3):
        assert runs.names(tmp_path) == []
    assert len(read) == 1
    writer.flush()
    assert runs.names(tmp_path) == []
    assert len(read) == 2
    (tmp_path / "run" / HEARTBEAT).write_bytes(b"1")  # the second beat since it was missed
    assert runs.names(tmp_path) == ["run"]
    writer.close()
