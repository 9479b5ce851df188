"""The heartbeat of a trainer: a file that changes every two seconds, also while it compiles or is paused.

A reader compares what it says with what it said before, and never a time in it with a clock: clocks differ between
machines and are set. Only the process that beats writes it, in place and by name: a shared folder passes a file on when
it is closed.
"""

import contextlib
import itertools
import os
import threading
from pathlib import Path

from explorer.files import read_file
from explorer.runs.layout import HEARTBEAT

BEAT_EVERY = 2.0  # seconds
_LONGEST = 64  # bytes that are read of it
_DIGITS = 20  # always as many: a full disk has room for what is only overwritten


class Heart:
    """Beats in a thread of its own while it is entered. The file goes with it; a trainer that is killed leaves it."""

    def __init__(self, folder: Path):
        self._path = folder / HEARTBEAT
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        with contextlib.suppress(OSError):  # it says no more than that nobody beats
            self._path.unlink()

    def _run(self) -> None:
        for number in itertools.count(1):
            with contextlib.suppress(OSError):  # the status in the database is a beat as well
                self._beat(number)
            if self._stopped.wait(BEAT_EVERY):
                return

    def _beat(self, number: int) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o666)
        try:
            os.write(file, b"%0*d\n" % (_DIGITS, number))
        finally:
            os.close(file)


def beat_of(folder: Path) -> bytes | None:
    """Return what the heartbeat of a run says now; None where there is none, as of an earlier version's trainer."""
    try:
        return read_file(folder / HEARTBEAT, _LONGEST)
    except OSError:
        return None
