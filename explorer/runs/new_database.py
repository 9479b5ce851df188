"""The database of a run as its trainer makes it: the first tables, and how SQLite keeps what is being written."""

import sqlite3
from pathlib import Path

import psutil

from explorer.files import FORMAT, remove_file
from explorer.runs.reserve import kind_of

_SCHEMA = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE status (
    id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT, stage TEXT, message TEXT, step INTEGER, epoch REAL,
    seconds REAL, images_per_second REAL, goes_on INTEGER, settings TEXT, updated REAL);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, step INTEGER, epoch REAL, seconds REAL, kind TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE snapshots (step INTEGER PRIMARY KEY, epoch REAL, seconds REAL, file TEXT NOT NULL);
"""
SHARED = "wal"  # a reader holds nobody up; needs memory that the processes share
PLAIN = "truncate"  # a rollback journal: a reader and the writer wait for each other, some ms
# Disks of other computers, of which two processes may see different things where they share memory.
_REMOTE = {"nfs", "nfs4", "cifs", "smbfs", "smb3", "smb2", "afpfs", "9p", "fuse.sshfs", "fuse.davfs", "fuse.glusterfs"}


def make_database(path: Path) -> sqlite3.Connection:
    """Make the file with its first tables, in WAL mode, or with a rollback journal where WAL cannot be had.

    Raises sqlite3.OperationalError where neither can.
    """
    is_new = not path.exists()
    path.touch()  # with the mode of every new file, where SQLite's own would let no group write
    if not _is_remote(path.parent):
        try:
            if database := _make(path, SHARED):
                return database
        except sqlite3.OperationalError as error:
            if kind_of(error) == sqlite3.SQLITE_FULL or not is_new:  # else: no shared memory, by one of many names
                raise
        for end in ("", "-wal", "-journal"):
            remove_file(path.with_name(path.name + end))
    if database := _make(path, PLAIN):
        return database
    raise sqlite3.OperationalError(f"{path} can be kept neither in WAL mode nor with a rollback journal")


def _make(path: Path, mode: str) -> sqlite3.Connection | None:
    """Return None where SQLite stays with another mode, which is no error of its own."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        (got,) = database.execute(f"PRAGMA journal_mode={mode}").fetchone()
        if got == mode:
            database.executescript(f"PRAGMA synchronous=NORMAL; BEGIN; {_SCHEMA} COMMIT;")
            return database
    except BaseException:
        database.close()
        raise
    database.close()
    return None


def _is_remote(folder: Path) -> bool:
    """Return whether a folder is on the disk of another computer, as far as the system tells."""
    place = folder.resolve()
    mounts = [
        (len(mount.mountpoint), mount.fstype in _REMOTE or "remote" in mount.opts.split(","))  # Windows' word
        for mount in psutil.disk_partitions(all=True)
        if place.is_relative_to(mount.mountpoint)
    ]
    return max(mounts, default=(0, False))[1]
