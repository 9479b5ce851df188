"""Places on disk. HOURGLASS_HOME moves everything that Hourglass writes to one folder."""

import contextlib
import errno
import functools
import math
import os
import re
import shutil
import socket
import stat
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path

import platformdirs
import psutil

EXPLORER = Path(__file__).resolve().parent
ROOT = EXPLORER.parent  # what our packages are imported from: a clone, or where pip put them
# In a wheel, app.py, assets and Streamlit's settings stand beside each other as in a clone, but inside the package.
_PACKED = EXPLORER / "bundle"
INSTALLED = _PACKED.is_dir()
BUNDLE = _PACKED if INSTALLED else ROOT
APP = BUNDLE / "app.py"
ASSETS = BUNDLE / "assets"
WEB = ASSETS / "web"  # browser modules and style sheets
PRETRAINED = ASSETS / "pretrained"

ANOTHER_HOME = "Set HOURGLASS_HOME to a folder that you may write to."
_SETTLED = 60.0  # seconds without a change after which a file is not being written
_ELSEWHERE = 24 * 3600.0  # seconds: whether a process of another computer lives cannot be asked
_HOST = re.sub(r"\W", "_", socket.gethostname(), flags=re.ASCII)[:40]
_TEMPORARY = re.compile(r"\..+\.(?:(?P<host>\w+)-)?(?P<pid>[0-9]+)-[0-9]+", re.ASCII)  # without a host: of before
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NO_ROOM = 50_000_000  # bytes: a full disk may have had some freed since


class UnwritableError(OSError):
    """A place that cannot be written to; the message names it and says what to do."""


class DiskFullError(UnwritableError):
    """A place whose disk, or the user's share of it, is full. `fact` says so, `needed` the bytes, 0 if not known."""

    def __init__(self, place: Path, number: int | None = None, needed: int = 0):
        self.fact, self.needed = full_disk(place, number or errno.ENOSPC, needed), needed
        super().__init__(f"{self.fact}. Make room on it.")
        self.errno = number or errno.ENOSPC


def is_full(error: OSError) -> bool:
    """Return whether an error says that there is no room on a disk."""
    return error.errno in _FULL


def full_disk(place: Path, number: int, needed: int = 0) -> str:
    """Return words for a full disk, by the number of the system's error, with what is missing where that is known."""
    wanted = f"{size_in_words(needed)} needed" if needed else ""
    if number == errno.EDQUOT:  # what the disk has free says nothing then
        return f"Your quota on the disk of {place} is used up{f' ({wanted})' if wanted else ''}"
    free = free_bytes(place)
    if free is not None and free > max(2 * needed, _NO_ROOM):
        return f"The disk of {place} takes no more, with {size_in_words(free)} free: too many files, or a quota"
    known = ", ".join(filter(None, [wanted, "" if free is None else f"{size_in_words(free)} free"]))
    return f"The disk of {place} is full{f' ({known})' if known else ''}"


def free_bytes(place: Path) -> int | None:
    """Return the room that a user has on the disk of a place, which need not exist yet; None where it is not told."""
    for folder in (place, *place.parents):
        with contextlib.suppress(OSError):
            return shutil.disk_usage(folder).free
    return None


def size_in_words(size: float) -> str:
    """Return so many bytes as `0 kB`, `840 kB`, `3.2 MB`, `24 MB`, `1.6 GB`."""
    for factor, unit in ((1e9, "GB"), (1e6, "MB")):
        if size > 0.999 * factor:
            return f"{size / factor:,.{0 if size >= 9.95 * factor else 1}f} {unit}"
    return f"{math.ceil(size / 1e3)} kB"


@contextlib.contextmanager
def writing(place: Path, remedy: str = ANOTHER_HOME, needed: int = 0) -> Generator[None]:
    """Raise UnwritableError, which names the place, for any OSError inside.

    `remedy`: what to do, unless the disk is full. `needed`: bytes that are written, if that is known.
    """
    try:
        yield
    except UnwritableError:
        raise
    except OSError as error:
        if is_full(error):
            raise DiskFullError(place, error.errno, needed) from error
        raise UnwritableError(f"{place} cannot be written ({error.strerror or error}). {remedy}") from error


def home() -> Path:
    """Return the folder of the user's runs and caches. One in the home of an unknown user (`~name`) stays as given:
    nothing is found there, and `make_folder` refuses it.
    """
    if given := os.environ.get("HOURGLASS_HOME"):
        return Path(os.path.expanduser(given))  # noqa: PTH111 (Path's own raises for an unknown user)
    usual = _usual_home()
    return usual if _can_be_had(usual) else _temporary_home() or usual


def home_warning() -> str | None:
    """Return a sentence where runs are kept in a temporary folder; None elsewhere."""
    folder = home()
    if os.environ.get("HOURGLASS_HOME") or folder == _usual_home():
        return None
    return f"Runs are kept in the temporary folder {folder}. Set HOURGLASS_HOME to a folder that lasts."


def _usual_home() -> Path:
    return platformdirs.user_data_path("hourglass", appauthor=False)


@functools.cache
def _can_be_had(folder: Path) -> bool:
    """Return whether a folder is there or can be made; a user of a container may have no home."""
    with contextlib.suppress(OSError):
        nearest = next(place for place in (folder, *folder.parents) if place.exists())
        return nearest == folder or (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK))
    return False


@functools.cache
def _temporary_home() -> Path | None:
    """Return this user's own temporary folder, the same for all processes; None where another user has taken it."""
    if not hasattr(os, "getuid"):  # Windows gives every user a home
        return None
    folder = Path(tempfile.gettempdir()) / f"hourglass-{os.getuid()}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
            return folder
    return None


def make_folder(folder: Path) -> None:
    """Make a folder of the home, and those above it, where it is not there yet. Raises UnwritableError."""
    with writing(folder):
        if str(folder).startswith("~"):
            raise FileNotFoundError(errno.ENOENT, f"there is no user {folder.parts[0]}")
        folder.mkdir(parents=True, exist_ok=True)


def written_folders() -> tuple[Path, ...]:
    """Return the folders of the home in which files are written whole, through temporary ones."""
    return (runs_folder(), lab_folder(), codes_folder(), images_folder(), projections_folder())


def runs_folder() -> Path:
    return home() / "runs"


def lab_folder() -> Path:
    """Return the folder of the pairing lab's sessions; the oldest are deleted when new ones begin."""
    return home() / "lab"


def logs_folder() -> Path:
    """Return the folder of the logs of the app's own processes; a run's log is in its own folder."""
    return home() / "logs"


def projections_folder() -> Path:
    """Return the folder of computed projections; it is a cache and may be deleted."""
    return home() / "projections"


def codes_folder() -> Path:
    """Return the folder of codes of whole data sets, a file for each snapshot; it is a cache and may be deleted."""
    return home() / "codes"


def compiled_folder() -> Path:
    """Return the folder of what Numba has compiled for UMAP, where it may not be beside its source; a cache."""
    return home() / "compiled"


def images_folder() -> Path:
    """Return the folder of images of whole data sets as plain arrays, for reading single ones; a cache as well."""
    return home() / "images"


def of_this_process() -> str:
    """Return HOST-PID, which names the files that this process alone writes. Several computers may share a home."""
    return f"{_HOST}-{os.getpid()}"


def writer_is_gone(host: str | None, pid: int, path: Path) -> bool:
    """Return whether the process that a file is named by has ended; of another computer, whether it must have.

    Raises OSError where the file is gone.
    """
    if host == _HOST:
        return not psutil.pid_exists(pid)
    return time.time() - path.stat().st_mtime > _ELSEWHERE


def temporary_name(path: Path) -> Path:
    """Return the name beside a path under which this thread writes it."""
    return path.with_name(f".{path.name}.{of_this_process()}-{threading.get_ident()}")


def remove_leftovers(folder: Path) -> None:
    """Delete, in a folder and all below it, the temporary files of processes that died while they wrote."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if (match := _TEMPORARY.fullmatch(name)) is None:
                continue
            path = Path(parent, name)
            with contextlib.suppress(OSError):  # another app was faster, or it may not be deleted
                settled = time.time() - path.stat().st_mtime > _SETTLED
                if settled and writer_is_gone(match["host"], int(match["pid"]), path):
                    path.unlink()
