"""Folders that cost much to make, made once in a session and shared by the workers of pytest-xdist; read only."""

import functools
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_VARIABLE = "HOURGLASS_TESTS_SHARED"  # the workers inherit it
_LONGEST = 240.0  # seconds that another worker may take
_POLL = 0.05


def open_shared() -> None:
    """Make the session's folder; called once, by the process that starts the workers."""
    os.environ[_VARIABLE] = tempfile.mkdtemp(prefix="hourglass-tests-")


def close_shared() -> None:
    """Remove the session's folder with all that was made in it."""
    shutil.rmtree(os.environ.pop(_VARIABLE), ignore_errors=True)


def shared_folder(name: str, make: Callable[[Path], None]) -> Path:
    """Return the session's folder of that name. Whoever asks first makes it with `make(folder)`; others wait for it."""
    base = Path(os.environ[_VARIABLE])
    folder, done, failed = base / name, base / f"{name}.done", base / f"{name}.failed"
    try:
        folder.mkdir()
    except FileExistsError:
        _wait_until_made(name, done, failed)
        return folder
    try:
        make(folder)
    except BaseException:
        failed.touch()
        raise
    done.touch()
    return folder


@functools.cache
def own_home(name: str, make: Callable[[Path], None]) -> Path:
    """Return a HOURGLASS_HOME of this worker's own, the same at each call, with the runs of the shared folder."""
    return new_home(name, make)


def new_home(name: str, make: Callable[[Path], None]) -> Path:
    """Return a HOURGLASS_HOME of the caller's own, with the runs of the shared folder: a home is written into."""
    home = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=os.environ[_VARIABLE]))
    shutil.copytree(shared_folder(name, make) / "runs", home / "runs")
    return home


def _wait_until_made(name: str, done: Path, failed: Path) -> None:
    end = time.monotonic() + _LONGEST
    while not done.exists():
        if failed.exists():
            raise RuntimeError(f"{name} could not be made; another test, or another worker, says why.")
        if time.monotonic() > end:
            raise TimeoutError(f"Another worker has not made {name} within {_LONGEST:.0f} s.")
        time.sleep(_POLL)
