"""Deleted runs: a run that is deleted moves into a hidden folder beside the others, from where it can come back.

The newest deleted ones are kept. A move within one folder is one step of the file system, so a run is whole here or
there, however large it is.
"""

import contextlib
import shutil
from pathlib import Path

from explorer.files import is_folder, modified
from explorer.places import writing

TRASH = ".trash"  # beside the runs; names that begin with a dot are no runs
MOST = 20  # deleted runs that are kept
_CLOSE = "Close what has its files open, and check that you may write to it."


def delete_run(folder: Path) -> Path:
    """Move a run into the trash and return where it is now. Raises UnwritableError."""
    trash = folder.parent / TRASH
    with writing(trash):
        trash.mkdir(exist_ok=True)
    with writing(folder, _CLOSE):
        deleted = folder.rename(_free(trash / folder.name))
        deleted.touch()  # the order in which they go for good is that of the deleting
    _empty(trash)
    return deleted


def restore_run(deleted: Path, name: str) -> Path:
    """Move a deleted run back under its name, or beside a run that has it now. Raises UnwritableError."""
    with writing(deleted, "It may have been deleted for good; the newest are kept."):
        return deleted.rename(_free(deleted.parent.parent / name))


def _free(path: Path) -> Path:
    """Return that path, or one beside it that is not taken."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _empty(trash: Path) -> None:
    """Delete for good what was deleted longest ago."""
    with contextlib.suppress(OSError):
        folders = sorted(filter(is_folder, trash.iterdir()), key=modified, reverse=True)
        for folder in folders[MOST:]:
            shutil.rmtree(folder, ignore_errors=True)
