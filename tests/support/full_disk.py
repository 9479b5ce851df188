"""A disk that is full whenever a test says so: a stand-in that refuses what our code writes, and a real one."""

import contextlib
import errno
import os
import sqlite3
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from explorer import files
from explorer.runs import reserve


class FullDisk(sqlite3.Connection):
    """The connection of a writer whose disk refuses every row while it is `full`, but those of `allowed` tables."""

    full = False
    allowed: tuple[str, ...] = ()

    def execute(self, statement, *given):
        taken = any(f"INTO {table} " in statement for table in FullDisk.allowed)
        if FullDisk.full and "INTO" in statement and not taken:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return super().execute(statement, *given)


def stand_in(patch: pytest.MonkeyPatch) -> type[FullDisk]:
    """Return the disk of all that is written from now on, which has room until a test says that it is `full`."""
    connect, write = sqlite3.connect, files._write_whole
    take = reserve.Reserve.take

    def write_whole(path: Path, *given) -> None:
        if FullDisk.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, *given)

    def take_reserve(one: reserve.Reserve) -> None:
        if FullDisk.full:
            raise files.DiskFullError(one._path.parent, needed=one._size)
        take(one)

    patch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **{"factory": FullDisk, **k}))
    patch.setattr(files, "_write_whole", write_whole)
    patch.setattr(reserve.Reserve, "take", take_reserve)
    patch.setattr("explorer.places.free_bytes", lambda _place: 0)
    patch.setattr(FullDisk, "full", False)
    patch.setattr(FullDisk, "allowed", ())
    return FullDisk


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Generator[Path]:
    """Mount a disk of that size at a folder, or skip the test where this user may not."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except OSError as error:
        pytest.skip(f"no small disk can be mounted here: {error}")
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], timeout=10, check=True)


def fill(file: Path) -> None:
    """Take all the room that a disk has left."""
    with contextlib.suppress(OSError), file.open("ab", buffering=0) as open_file:
        for size in (2**20, 2**12, 1):
            with contextlib.suppress(OSError):
                while open_file.write(b"x" * size) == size:
                    pass
