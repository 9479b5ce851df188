"""Undoing what a trainer that was killed had begun to write, where its run has a rollback journal."""

import os
import sqlite3
from pathlib import Path

# The end of a journal that names another file, which SQLite may delete; a trainer writes none.
_NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")


def undo_half_a_commit(path: Path) -> bool:
    """Let SQLite restore a database, an absolute path, from the journal beside it. Return whether it was tried.

    The one case in which a reader writes: until then nobody can read the run. Raises sqlite3.Error where it cannot be
    done, as in a folder that may not be written to. Where the trainer lives, SQLite itself sees that nothing is to be
    undone.
    """
    try:
        with path.with_name(f"{path.name}-journal").open("rb") as journal:
            journal.seek(-len(_NAMES_ANOTHER), os.SEEK_END)
            if journal.read() == _NAMES_ANOTHER:
                return False
    except OSError:  # it is shorter than that, or gone by now
        return False
    database = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=2.0)
    try:
        database.execute("PRAGMA user_version").fetchone()
    finally:
        database.close()
    return True
