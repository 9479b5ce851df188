"""The page of a run whose trainer is killed."""

import signal
import subprocess
import sys

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from explorer.runs.launcher import Launcher
from explorer.runs.reader import Run
from explorer.services import SERVICES
from tests.support.helpers import wait_for
from tests.support.run_helpers import written


def run_page(folder: str) -> None:
    from pathlib import Path

    from explorer.app_pages.run.live import show_run
    from explorer.runs.reader import Run

    with Run(Path(folder)) as run:
        show_run(run)


@pytest.mark.skipif(sys.platform == "win32", reason="its processes end by no signal")
def test_how_a_trainer_ended_is_said_though_it_ends_just_before_the_page_reads_its_run(tmp_path, monkeypatch):
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    folder, launcher = tmp_path / "runs" / "one", Launcher()
    folder.parent.mkdir()
    writer, _ = written(folder, 3)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        trainer = psutil.Process(child.pid)
        writer.note(pid=child.pid, process_started=trainer.create_time())
        writer.set_state("training")
        writer.close()
        launcher.processes[folder] = child
        monkeypatch.setattr(SERVICES, "launcher", launcher)
        read = Run.moment

        def ends_first(run: Run, points: int = 0, steps: int = 0):
            if trainer.is_running():
                trainer.send_signal(signal.SIGKILL)
                wait_for(lambda: trainer.status() == psutil.STATUS_ZOMBIE)
            return read(run, points, steps)

        monkeypatch.setattr(Run, "moment", ends_first)
        page = AppTest.from_function(run_page, default_timeout=30, args=(str(folder),)).run()
    assert not page.exception
    assert "signal 9, SIGKILL" in page.error[0].value
