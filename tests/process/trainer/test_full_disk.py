"""A training whose disk is full: it is paused, says so, loses nothing, goes on by itself, and can be stopped."""

import errno
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from explorer.files import load_arrays
from explorer.places import DiskFullError
from explorer.runs.launcher import Launcher
from explorer.runs.layout import DISK_FULL, PREVIEW, PROBE_IMAGES, SNAPSHOTS, SUMMARY, send_command
from explorer.runs.reader import Run
from explorer.trainer import disk as disk_module
from explorer.trainer import probe
from explorer.trainer.listening import Stop
from explorer.trainer.process import _train
from tests.support.full_disk import FullDisk, fill, small_disk, stand_in
from tests.support.helpers import quick, wait_for
from tests.support.run_helpers import reached, small_trainer, snapshot_is_whole, start, unfinished

STATUS_ALONE = ("status",)  # the reserve has room for it


@pytest.fixture
def disk(no_parent_needed, monkeypatch) -> type[FullDisk]:
    monkeypatch.setattr(disk_module, "RETRY", 0.0)
    monkeypatch.setattr("explorer.trainer.training.MOST_STEPS_A_CALL", 1)
    return stand_in(monkeypatch)


def at_each_wait(monkeypatch, act) -> None:
    """Call `act` with a number whenever the trainer waits."""
    waits = iter(range(20))  # a test that waits for ever fails
    clock = SimpleNamespace(sleep=lambda _seconds: act(next(waits)), perf_counter=time.perf_counter)
    monkeypatch.setattr("explorer.trainer.training.time", clock)


def fill_before_step(trainer, disk: type[FullDisk], step: int) -> None:
    """Let the disk be full from just before a step on."""
    train = trainer._train_steps

    def train_steps(*given) -> None:
        if trainer.step == step - 1:
            disk.full, disk.allowed = True, STATUS_ALONE
        train(*given)

    trainer._train_steps = train_steps


def test_a_full_disk_pauses_a_run_that_goes_on_by_itself_and_nothing_is_lost(tmp_path, disk, monkeypatch):
    trainer = small_trainer(tmp_path, batch_size=2, epochs=3, validation_fraction=0.25)
    fill_before_step(trainer, disk, 3)
    trainer.last_flush = np.inf  # what waits is written with the snapshot at the end of the epoch
    monkeypatch.setattr(trainer.snapshots, "is_due_after_an_epoch", lambda: True)
    seen = []

    def wait(number: int) -> None:
        with Run(tmp_path) as run:
            status = run.status()
            seen.append((status.state, status.stage, status.step, len(run.snapshots()), status.message))
        disk.full = number < 2

    at_each_wait(monkeypatch, wait)
    trainer.train()
    assert trainer.finish() == ""
    trainer.store.set_state("finished")
    trainer.store.close()
    assert seen[0][:4] == ("paused", DISK_FULL, trainer.step // 3, 1)
    message = seen[0][4]
    assert message.startswith(f"The disk of {tmp_path}")
    assert " kB needed, 0 kB free). Make room on it. The training goes on by itself then." in message
    assert seen[1:] == [seen[0]] * 2
    with Run(tmp_path) as run:
        assert run.status().state == "finished"
        assert run.curves().training["step"].tolist() == list(range(1, trainer.step + 1))
        assert [snapshot.step for snapshot in run.snapshots()] == [0, *(trainer.step // 3 * n for n in (1, 2, 3))]
        assert all((snapshot.path).is_file() for snapshot in run.snapshots())
        (began,), (ended,) = run.events("pause"), run.events("resume")
        assert began.detail["reason"] == message.partition(". Make room")[0]
        assert ended.detail["reason"] == "The disk has room again"
        assert began.seconds == pytest.approx(ended.seconds, abs=0.02), "no time of training goes by"
    assert not list(tmp_path.rglob(".*"))


def test_a_run_whose_first_files_find_no_room_begins_when_there_is_some(tmp_path, disk, monkeypatch):
    store = unfinished(tmp_path, quick(batch_size=8, epochs=1))
    disk.full, disk.allowed = True, STATUS_ALONE
    trainer = small_trainer(tmp_path, store, batch_size=8, epochs=1)
    assert not (tmp_path / SUMMARY).exists()
    seen = []

    def wait(number: int) -> None:
        with Run(tmp_path) as run:
            seen.append((run.status().state, run.status().stage, run.status().step))
        disk.full = number < 1

    at_each_wait(monkeypatch, wait)
    trainer.train()
    trainer.store.close()
    assert seen == [("paused", DISK_FULL, 0)] * 2
    assert (tmp_path / SUMMARY).is_file()
    assert (tmp_path / PROBE_IMAGES).is_file()
    assert [snapshot.step for snapshot in Run(tmp_path).snapshots()] == [0, 1]


def test_a_stop_while_the_disk_is_full_ends_the_run_and_says_what_could_not_be_saved(tmp_path, disk, monkeypatch):
    trainer = small_trainer(tmp_path, batch_size=2, epochs=3, validation_fraction=0.25)
    fill_before_step(trainer, disk, 2)
    monkeypatch.setattr("explorer.trainer.training.FLUSH_EVERY", 0.0)

    def wait(_number: int) -> None:
        send_command(tmp_path, "stop")
        trainer.listener.inbox.next_poll = 0.0

    at_each_wait(monkeypatch, wait)
    with pytest.raises(Stop) as stopped:
        _train(trainer)
    steps = trainer.step
    words = "The snapshot of step 2 and the last 1 step of the history could not be saved. The disk of "
    assert (steps, str(stopped.value)[: len(f"Stopped by you. {words}")]) == (2, f"Stopped by you. {words}")
    trainer.store.set_state("stopped", message=str(stopped.value))
    began = time.monotonic()
    trainer.store.close(0.0)
    assert time.monotonic() - began < 1
    with Run(tmp_path) as run:
        assert (run.status().state, run.status().message) == ("stopped", str(stopped.value))
        assert [snapshot.step for snapshot in run.snapshots()] == [0]
    assert not list(tmp_path.rglob(".*"))


def test_commands_reach_a_training_that_waits_for_its_disk(tmp_path, disk, monkeypatch):
    """Resume tries again at once; a person's pause outlasts the disk's; a single step is refused."""
    monkeypatch.setattr(disk_module, "RETRY", 1000.0)
    trainer = small_trainer(tmp_path, batch_size=2, epochs=1, validation_fraction=0.25)
    fill_before_step(trainer, disk, 1)
    trainer.last_flush = -np.inf
    seen = []

    def wait(number: int) -> None:
        seen.append((trainer.store.status["state"], trainer.store.status["stage"], trainer.step))
        if number == 0:
            disk.full = False
            send_command(tmp_path, "step", to=2)  # there is room already, which the trainer does not know yet
            send_command(tmp_path, "pause")
            send_command(tmp_path, "weight", term="kl", value=3.0)
        elif number == 1:
            assert trainer.hold.paused
            send_command(tmp_path, "resume")
        trainer.listener.inbox.next_poll = 0.0

    at_each_wait(monkeypatch, wait)
    trainer.train()
    trainer.store.close()
    assert seen == [("paused", DISK_FULL, 1)] * 2
    with Run(tmp_path) as run:
        assert [event.detail["message"] for event in run.events("refused")] == [
            "No step is made while the disk is full. Make room on it."
        ]
        assert [event.detail["value"] for event in run.events("weight")] == [3.0]
        assert [event.kind for event in run.events("pause", "resume")] == ["pause", "pause", "resume", "resume"]


def test_previews_that_cannot_be_written_are_passed_over_and_said_once(tmp_path, disk, monkeypatch):
    trainer = small_trainer(tmp_path, batch_size=2, epochs=3, validation_fraction=0.25)
    monkeypatch.setattr(trainer.snapshots, "preview_is_due", lambda: True)
    save, refused = probe.save_arrays, []

    def save_arrays(path: Path, arrays, durable: bool = True) -> None:
        if path.name == PREVIEW and 1 < trainer.step < 7:
            refused.append(trainer.store.status["message"])
            raise DiskFullError(tmp_path, errno.ENOSPC, 5_000_000)
        save(path, arrays, durable)

    monkeypatch.setattr(probe, "save_arrays", save_arrays)
    trainer.last_flush = -np.inf
    monkeypatch.setattr("explorer.trainer.training.FLUSH_EVERY", 0.0)
    trainer.train()
    assert trainer.finish() == ""
    trainer.store.close()
    said = f"The disk of {tmp_path} is full (5.0 MB needed, 0 kB free). Make room on it."
    said += " Map and strip stand still meanwhile."
    assert refused[-1].startswith(said)
    assert refused[0] == ""
    with Run(tmp_path) as run:
        (warned,) = run.events("warning")
        assert warned.detail["message"].startswith(said)
        assert run.status().message == ""
    assert load_arrays(tmp_path / PREVIEW)["step"] == trainer.step == 9


def test_on_a_real_disk_that_fills_up_a_run_waits_goes_on_and_stops(tmp_path):
    launcher = Launcher()
    with small_disk(tmp_path / "small", 16) as place:
        run = start(place, launcher, "run", epochs=10_000)
        try:
            reached(run, "training", step=5)
            fill(place / "filler")
            status = reached(run, "paused")
            assert status.stage == DISK_FULL
            assert status.message.startswith(f"The disk of {run.folder}")
            assert run.newest(1)["step"].tolist() == [status.step], "what was trained is in the history"
            (place / "filler").unlink()
            reached(run, "training", step=status.step + 1)
            fill(place / "filler")
            held = reached(run, "paused", step=status.step + 1)
            fill(place / "filler")  # also what the trainer kept for itself and has given up
            send_command(run.folder, "stop")
            ended = reached(run, "stopped")
            assert wait_for(lambda: launcher.has_ended(run.folder), 10)
            assert launcher.processes[run.folder].returncode == 0
            assert ended.message.startswith(f"Stopped by you. The snapshot of step {held.step:,} ")
            assert " could not be saved. The disk of " in ended.message
            with Run(run.folder) as reader:
                assert reader.database.rows("PRAGMA integrity_check") == [("ok",)]
                newest = reader.newest(10**6)["step"]
                assert np.diff(newest).tolist() == [1.0] * (len(newest) - 1)
            assert snapshot_is_whole(run)
            assert {path.name for path in run.folder.rglob(".*")} == set()
            assert len(list((run.folder / SNAPSHOTS).iterdir())) == len(run.snapshots())
        finally:
            for process in launcher.processes.values():
                process.kill()
            launcher.close()
