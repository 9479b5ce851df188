"""The files that a training writes besides its history, and the disk that has no room for them."""

import time
from collections.abc import Callable

from explorer.places import DiskFullError
from explorer.runs.writer import RunWriter
from models.spec.sentences import capital, in_sentence

RETRY = 3.0  # seconds


class Disk:
    """Writes what it is given. What a full disk refuses waits, as a function, and so should the training.

    `warn` is told in a sentence what could not be written for another reason.
    """

    def __init__(self, store: RunWriter, warn: Callable[[str], None]):
        self._store, self._warn = store, warn
        self._waiting: dict[str, Callable[[], None]] = {}  # by what a sentence calls it
        self._full: DiskFullError | None = None  # what refused the first of these
        self._next = 0.0

    def write(self, what: str, act: Callable[[], None]) -> None:
        """Write something now, or as soon as the disk has room. Raises OSError where anything else is in the way."""
        try:
            act()
        except DiskFullError as error:
            self._waiting[what], self._full = act, error
            self._next = time.monotonic() + RETRY
        else:
            self._waiting.pop(what, None)

    def write_or_warn(self, what: str, act: Callable[[], None]) -> None:
        """Write something that a training can do without, where anything but a full disk is in the way."""

        def attempt() -> None:
            try:
                act()
            except DiskFullError:
                raise
            except OSError as error:
                self._warn(f"{what} could not be saved ({error}).")

        self.write(what, attempt)

    def hurry(self) -> None:
        """Try again at once: somebody may have made room."""
        self._next = 0.0

    def full(self) -> DiskFullError | None:
        """Return what is to be said of the disk; None once everything is written. Tries again when it is time."""
        if self._missing and time.monotonic() >= self._next:
            self.try_again()
        return self._missing

    @property
    def _missing(self) -> DiskFullError | None:
        return (self._full if self._waiting else None) or self._store.full

    def try_again(self) -> None:
        """Write what waits, as far as there is room."""
        self._next = time.monotonic() + RETRY
        if self._store.full:
            self._store.look_for_room()
        for what, act in list(self._waiting.items()):
            self.write(what, act)

    def lost(self) -> str:
        """Try for the last time. Return a sentence that says what could not be saved, "" where everything is."""
        self.try_again()
        self._store.flush()
        steps = self._store.waiting_steps
        rows = [f"the last {steps:,} step{'s' if steps > 1 else ''} of the history"] if steps else []
        names = [*(in_sentence(what) for what in self._waiting), *rows]
        if not names or not (full := self._missing):
            return ""
        listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        return f"{capital(listed)} could not be saved. {full}"
