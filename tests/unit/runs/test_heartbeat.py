"""A run that beats is training, wherever its reader is; one that does not beat is not said to train."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest

from explorer.cli import listing
from explorer.runs import heartbeat, liveness
from explorer.runs.heartbeat import Heart, beat_of
from explorer.runs.launcher import Launcher
from explorer.runs.layout import CRASHED, HEARTBEAT, SILENT, TRAINER, write_experiment
from explorer.runs.liveness import SILENT_AFTER
from explorer.runs.reader import Run
from explorer.runs.records import Status
from explorer.runs.whereabouts import Facts, facts_of, facts_of_this_process, note_trainer
from tests.support.helpers import quick, wait_for
from tests.support.run_helpers import written

ELSEWHERE = {"host": "gpu-7", "boot": "another", "pid": 2**30}  # there is no such process here
GONE = {"pid": 2**30}


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """Return the reader's own clock, in `seconds`."""
    made = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(liveness, "time", SimpleNamespace(monotonic=lambda: made.seconds))
    return made


def training(folder: Path, **facts: object) -> Run:
    """Return a run that trains somewhere, and has beaten once."""
    writer, _ = written(folder, 3)
    writer.note(**{**facts_of_this_process(), **facts})
    writer.set_state("training")
    writer.close()
    beat(folder, 1)
    return Run(folder)


def beat(folder: Path, number: int) -> None:
    (folder / HEARTBEAT).write_bytes(b"%d" % number)


def test_a_heart_beats_in_place_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(heartbeat, "BEAT_EVERY", 0.005)
    with Heart(tmp_path):
        beats = {wait_for(lambda: beat_of(tmp_path))}
        number = (tmp_path / HEARTBEAT).stat().st_ino
        wait_for(lambda: beats.add(beat_of(tmp_path)) or len(beats) > 2)
        assert len({len(each) for each in beats}) == 1
        assert (tmp_path / HEARTBEAT).stat().st_ino == number
    assert list(tmp_path.iterdir()) == []
    assert beat_of(tmp_path) is None


def test_a_heart_that_cannot_be_written_ends_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(heartbeat, "BEAT_EVERY", 0.005)
    (tmp_path / HEARTBEAT).mkdir()
    heart = Heart(tmp_path)
    with heart:
        assert beat_of(tmp_path) is None
        assert heart._thread.is_alive()


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        (ELSEWHERE, "It runs on gpu-7: see there whether process 1073741824 lives and can write into this folder."),
        ({"processes": "pid:[7]", "pid": 1}, "It runs in another container: see there whether process 1 lives"),
        ({"processes": "pid:[7]", "host": "c0ffee"}, "It runs on c0ffee: see there whether process "),
        ({}, " hangs, or the machine is too busy. Wait, or end the process."),
    ],
    ids=["host", "container", "host of a container", "here"],
)
def test_a_run_trains_as_long_as_it_beats(tmp_path, clock, facts, where):
    run = training(tmp_path, **facts)
    for number in range(2, 6):
        assert run.status().state == "training"
        clock.seconds += SILENT_AFTER - 1
        assert run.status().state == "training"
        beat(tmp_path, number)
    clock.seconds += SILENT_AFTER + 3.0
    beat(tmp_path, 9)
    assert run.status().state == "training"
    clock.seconds += SILENT_AFTER + 3.0
    status = run.status()
    assert (status.state, status.active, status.has_pace) == (SILENT, True, False)
    assert status.message.startswith("The trainer has not been heard from for 20 s. It")
    assert where in status.message
    for seconds, words in ((70.0, "90 s"), (40.0, "2 min"), (7200.0, "2 h")):
        clock.seconds += seconds
        assert f"not been heard from for {words}." in run.status().message
    beat(tmp_path, 10)
    assert run.status().state == "training"


def test_without_a_heartbeat_each_status_is_a_beat(tmp_path, clock):
    writer, _ = written(tmp_path, 3)
    writer.note(**{**facts_of_this_process(), **ELSEWHERE})
    run = Run(tmp_path)
    for _ in range(3):
        writer.set_state("training")
        assert run.status().state == "training"
        clock.seconds += SILENT_AFTER - 1
    clock.seconds += 2
    assert run.status().state == SILENT
    writer.close()


def test_a_trainer_of_an_earlier_version_need_not_beat(tmp_path, clock):
    facts = facts_of_this_process()
    writer, _ = written(tmp_path, 3)
    writer.note(**{name: facts[name] for name in ("pid", "process_started", "process_started_after_boot")})
    writer.set_state("paused")
    writer.close()
    run = Run(tmp_path)
    assert run.status().state == "paused"
    clock.seconds += 1000
    assert run.status().state == "paused"


def test_a_process_that_is_gone_is_told_at_once_but_not_against_its_beats(tmp_path, clock):
    run = training(tmp_path, **GONE)
    assert run.status().state == CRASHED
    beat(tmp_path, 2)  # it may have been on its way when the process was missed
    assert run.status().state == CRASHED
    beat(tmp_path, 3)  # whoever says that this is its machine is wrong
    assert run.status().state == "training"
    clock.seconds += SILENT_AFTER
    assert run.status().state == CRASHED


def test_a_machine_that_was_restarted_has_no_trainer_of_before(tmp_path, clock):
    run = training(tmp_path, boot="before", **GONE)
    assert run.status().state == "training"
    clock.seconds += SILENT_AFTER
    assert run.status().state == CRASHED


def test_a_suspended_trainer_is_said_to_be_so(tmp_path, clock):
    pid = os.posix_spawnp("sleep", ["sleep", "100"], os.environ)
    try:
        run = training(tmp_path, **facts_of(pid))
        assert run.status().state == "training"
        os.kill(pid, signal.SIGSTOP)
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
        clock.seconds += SILENT_AFTER
        assert run.status().message == (
            f"The trainer has not been heard from for 20 s. Its process is suspended. Let it go on: kill -CONT {pid}"
        )
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert run.status().state == CRASHED


def begun(folder: Path, **facts: object) -> Run:
    """Return a run whose launcher has noted a trainer, which has no database yet."""
    folder.mkdir(exist_ok=True)
    write_experiment(folder, quick())
    note_trainer(folder, os.getpid())
    if facts:
        text = Facts.model_validate_json((folder / TRAINER).read_text()).model_copy(update=facts).model_dump_json()
        (folder / TRAINER).write_text(text)
    return Run(folder)


def test_a_trainer_that_died_before_its_database_is_told_at_once_by_every_app(tmp_path):
    begun(tmp_path)
    launcher = Launcher()  # another app's
    assert launcher.why_it_did_not_start(tmp_path) is None
    begun(tmp_path, **GONE)
    said = launcher.why_it_did_not_start(tmp_path) or ""
    assert said.startswith("The trainer ended before it could begin. Its log is ")
    (tmp_path / "run.db").touch()  # it died before its first transaction
    assert launcher.why_it_did_not_start(tmp_path) == said


def test_a_trainer_elsewhere_that_has_no_database_is_given_time(tmp_path, clock):
    begun(tmp_path, **ELSEWHERE)
    launcher = Launcher()
    os.utime(tmp_path / "experiment.json", (0, 0))  # its clock says nothing
    assert launcher.why_it_did_not_start(tmp_path) is None
    clock.seconds += SILENT_AFTER
    said = launcher.why_it_did_not_start(tmp_path) or ""
    assert said.startswith("The trainer has not been heard from for 20 s. It runs on gpu-7: see there whether")
    beat(tmp_path, 1)
    assert launcher.why_it_did_not_start(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pid": "x"}', '{"pid": -1}', '{"pid": 1e99, "host": 3}'])
def test_facts_that_are_none_are_passed_over(tmp_path, text):
    run = begun(tmp_path)
    (tmp_path / TRAINER).write_text(text)
    assert run.life()[1] == Facts()
    writer, _ = written(tmp_path, 3)
    writer.note(pid="x", host=[1])
    writer.set_state("training")
    writer.close()
    assert run.status().state == "training"


def test_the_list_in_a_terminal_waits_for_a_beat_from_elsewhere(tmp_path, monkeypatch, capsys):
    training(tmp_path / "beats", **ELSEWHERE)
    training(tmp_path / "silent", **ELSEWHERE)
    training(tmp_path / "here")
    training(tmp_path / "gone", **GONE)
    begun(tmp_path / "starts")
    begun(tmp_path / "failed", **GONE)
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        beat(tmp_path / "beats", len(slept) + 1)

    now = iter(range(100))
    monkeypatch.setattr(listing, "time", SimpleNamespace(monotonic=lambda: next(now), sleep=sleep))
    assert listing.list_all(tmp_path) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()[1:-1])
    states = {"beats": "training", "silent": SILENT, "here": "training", "gone": CRASHED, "failed": CRASHED}
    assert {name: row[:14].strip() for name, row in rows.items()} == {**states, "starts": "preparing"}
    assert len(slept) == 4  # for the silent one


def test_a_run_that_is_not_heard_from_has_no_pace():
    assert not Status(SILENT, "", "", 5, 1.0, 10.0, 1500.0, False).has_pace
