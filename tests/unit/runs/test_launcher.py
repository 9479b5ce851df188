"""Closing the launcher: which trainers end with the app, and which go on."""

import os
from types import SimpleNamespace

import psutil
import pytest

from explorer.runs import launcher as launching
from explorer.runs.launcher import Launcher
from explorer.runs.layout import INBOX, send_command, write_experiment
from explorer.runs.memory import memory_of
from explorer.runs.reader import Run
from models.spec.experiment import Experiment
from tests.support.run_helpers import written


class Stubborn:
    """A trainer that does not end when its lifeline closes."""

    stdin, killed, pid = None, False, 0

    def poll(self):
        return None

    def kill(self):
        self.killed = True

    def wait(self, timeout=None):
        if timeout is not None:
            raise launching.subprocess.TimeoutExpired("trainer", timeout)


def test_memory_that_a_trainer_will_still_take_is_promised_until_it_has_ended(tmp_path):
    launcher, trainer = Launcher(), Stubborn()
    trainer.pid = os.getpid()
    large = Experiment.parse({"variant": "beta_tcvae", "latent_dim": 512, "batch_size": 1024})
    (tmp_path / "run").mkdir()
    write_experiment(tmp_path / "run", large)
    need, held = memory_of(large).need.total, psutil.Process().memory_info().rss
    assert launcher.promised_memory() == 0
    launcher.processes = {tmp_path / "run": trainer, tmp_path / "gone": trainer}  # ty: ignore
    assert launcher.promised_memory() == pytest.approx(need - held, abs=10**8)
    assert memory_of(Experiment(), 10**15).free == 0
    trainer.poll = lambda: 0
    assert launcher.promised_memory() == 0


def test_closing_minds_a_wish_to_go_on_that_the_trainer_has_not_read(tmp_path):
    launcher, told, taken_back = Launcher(), Stubborn(), Stubborn()
    for name, wishes in (("told", [True]), ("taken_back", [True, False])):
        written(tmp_path / name, 0)[0].close()
        for wish in wishes:
            send_command(tmp_path / name, "go_on", value=wish)
    (tmp_path / "told" / INBOX / "9.json").write_bytes(b"nonsense")
    launcher.processes = {tmp_path / "told": told}  # ty: ignore
    launcher.close()
    assert (told.killed, list(launcher.processes)) == (False, [tmp_path / "told"])
    assert not launching._goes_on(tmp_path / "taken_back")
    assert taken_back.killed is False


def test_closing_kills_what_does_not_end_and_minds_a_late_wish_to_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(launching, "GRACE", 0.1)
    launcher, one, late, gone = Launcher(), Stubborn(), Stubborn(), Stubborn()
    wishes = iter([False, True])
    monkeypatch.setattr(Run, "has_started", lambda run: run.name == "late" and next(wishes))
    monkeypatch.setattr(Run, "status", lambda _run: SimpleNamespace(goes_on=True))
    for name in ("one", "late"):
        written(tmp_path / name, 0)[0].close()
    launcher.processes = {tmp_path / "one": one, tmp_path / "late": late, tmp_path / "gone": gone}  # ty: ignore
    launcher.close()
    assert (one.killed, late.killed, gone.killed) == (True, False, True)
    assert list(launcher.processes) == [tmp_path / "late"]
