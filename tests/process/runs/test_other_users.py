"""Another user reads a run in a shared folder: every file has the mode of the umask, and no reader needs to write."""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from explorer.files import load_arrays
from explorer.library.listing import listing
from explorer.runs.layout import DATABASE
from explorer.runs.reader import Run
from tests.support.helpers import trained_run
from tests.support.run_helpers import written

NOBODY = 65534


@contextlib.contextmanager
def another_user(folder: Path) -> Generator[None]:
    """Be somebody who may read everything and write nothing in a folder."""
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
    else:
        folder.chmod(0o555)
    try:
        yield
    finally:
        if os.geteuid() == NOBODY:
            os.seteuid(0)
        else:
            folder.chmod(0o755)


@pytest.fixture
def shared() -> Iterator[Path]:
    """Yield a folder that every user may look into, as pytest's own is not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("mask", [0o022, 0o002, 0o077])
def test_what_is_being_written_has_the_mode_of_the_umask(tmp_path, mask):
    before = os.umask(mask)
    try:
        writer, _ = written(tmp_path, 3)
    finally:
        os.umask(before)
    assert {DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"} <= set(modes(tmp_path))
    assert set(modes(tmp_path).values()) == {0o666 & ~mask}
    writer.close()


def test_all_files_of_a_run_have_one_mode_and_another_user_opens_it(shared, monkeypatch):
    mask = os.umask(0o022)
    os.umask(mask)
    found = modes(trained_run())
    assert len(found) > 5
    assert set(found.values()) == {0o666 & ~mask}, found
    run = shared / "runs" / "quick"
    shutil.copytree(trained_run(), run)
    for left in run.glob(f"{DATABASE}-*"):
        left.unlink()
    monkeypatch.setenv("HOURGLASS_HOME", str(shared))
    with another_user(run):
        moment = Run(run).moment(points=100)
        assert moment is not None
        assert moment.status.state == "finished"
        assert moment.curves.training["step"][-1] == moment.status.step
        assert load_arrays(moment.snapshots[-1].path)
        assert "run/quick" in listing().titles
    assert not list(run.glob(f"{DATABASE}-*"))


def test_another_user_watches_a_run_that_is_being_written(shared):
    writer, _ = written(shared / "run", 3)
    with another_user(shared / "run"):
        assert Run(shared / "run").status().step == 3
    writer.flush(step=4)
    with another_user(shared / "run"):
        assert Run(shared / "run").status().step == 4
    writer.close()
