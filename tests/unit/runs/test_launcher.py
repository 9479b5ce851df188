"""Closing the launcher: which trainers end with the app, and which go on."""

import subprocess
from types import SimpleNamespace

from explorer.runs import launcher as launching
from explorer.runs.launcher import Launcher
from explorer.runs.layout import INBOX, send_command
from explorer.runs.reader import Run
from tests.support.run_helpers import written


class Stubborn:
    """A trainer that does not end when its lifeline closes."""

    stdin, killed = None, False

    def poll(self):
        return None

    def kill(self):
        self.killed = True

    def wait(self, timeout=None):
        if timeout is not None:
            raise launching.subprocess.TimeoutExpired("trainer", timeout)


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


def test_children_are_out_of_reach_of_ctrl_c_on_every_system(monkeypatch):
    assert launching.detached_options() == {"start_new_session": True, "creationflags": 0}
    subprocess.run(["true"], **launching.detached_options(), check=True)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200, raising=False)
    assert launching.detached_options()["creationflags"] == 0x200
