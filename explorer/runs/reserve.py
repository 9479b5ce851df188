"""Room that a trainer keeps on its disk, so that it can still say something when that is full."""

import os
import sqlite3
from pathlib import Path

from explorer.files import remove_file
from explorer.places import DiskFullError, is_full, temporary_name

SIZE = 256 * 1024  # bytes: about sixty pages of a history, where a status takes two
LAST = 64 * 1024  # bytes for the last words, kept also while a run waits: others fill a disk further meanwhile
MAYBE_FULL = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}  # what SQLite says of a used-up quota, among others


class Reserve:
    """A file in the run folder that is given up when the disk is full. One of a dead trainer is a left-over file."""

    def __init__(self, folder: Path, name: str, size: int):
        self._path, self._size = temporary_name(folder / name), size
        self._held = False

    def take(self) -> None:
        """Take the room where it is not held. Raises DiskFullError, or another OSError."""
        if self._held:
            return
        try:
            self._path.write_bytes(os.urandom(self._size))  # zeros would take no room on a disk that compresses
        except OSError as error:
            self.release()
            if is_full(error):
                raise DiskFullError(self._path.parent, error.errno, self._size) from error
            raise
        self._held = True

    def release(self) -> None:
        """Give the room up."""
        self._held = False
        remove_file(self._path)


def kind_of(error: sqlite3.OperationalError) -> int:
    """Return the primary result code of an error of SQLite: its lowest byte; 0 for one of Python's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def full_disk_behind(error: sqlite3.OperationalError, folder: Path) -> DiskFullError | None:
    """Return the full disk that is behind an error of SQLite; None where something else is."""
    if kind_of(error) == sqlite3.SQLITE_FULL:
        return DiskFullError(folder)
    if kind_of(error) in MAYBE_FULL:
        probe = Reserve(folder, "probe", LAST)
        try:
            probe.take()
            probe.release()
        except DiskFullError as full:
            return full
        except OSError:  # the folder is gone, or may not be written to
            return None
    return None
