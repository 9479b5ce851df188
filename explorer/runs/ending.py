"""How a process ended: its exit code in words, and the file in which a launcher notes it for a trainer that could not.

A trainer says itself how its run ended. One that is killed says nothing, and only the process that started it learns
its exit code: so it notes the code in the run folder, for every reader.
"""

import contextlib
import signal
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from explorer.files import FORMAT, read_file, write_json
from explorer.runs.layout import ENDING

_LARGEST = 1000  # bytes of a note; whatever is longer is none of ours
_LIKELY = {
    "SIGKILL": "most often the system's, because memory ran out",
    "SIGABRT": "a library gave up, most often because memory ran out",
    "SIGSEGV": "a fault in a library",
    "SIGBUS": "most often a full disk or memory",
    "SIGILL": "TensorFlow asks for a newer processor",
    "SIGTERM": "somebody ended it",
    "SIGHUP": "its terminal was closed",
    "SIGINT": "Ctrl-C",
}


class _Ending(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    exit_code: int = Field(ge=-255, le=2**32 - 1)  # minus the signal on POSIX; Windows has 32 bits


def how_it_ended(code: int) -> str:
    """Return an exit code, or minus a signal on POSIX, in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:  # this system has no name for it
        return f"signal {-code}"
    return f"signal {-code}, {name}" + (f": {_LIKELY[name]}" if name in _LIKELY else "")


def note_ending(folder: Path, code: int) -> None:
    """Write down with which exit code a run's trainer ended, unless the folder is gone or its disk full."""
    with contextlib.suppress(OSError):
        write_json(folder / ENDING, {"format": FORMAT, "exit_code": code})


def noted_ending(folder: Path) -> str | None:
    """Return in words how a run's trainer ended; None where nobody noted it, or what is there is no such note."""
    try:
        given = _Ending.model_validate_json(read_file(folder / ENDING, _LARGEST))
    except (OSError, ValidationError):
        return None
    return how_it_ended(given.exit_code)


def what_is_kept(steps: Iterable[int]) -> str:
    """Return what is left of a run that ended early, by the steps of its snapshots: that of step 0 is untrained."""
    last = max(steps, default=0)
    return f"Its snapshot at step {last:,} is kept." if last else "It had not saved a trained model yet."
