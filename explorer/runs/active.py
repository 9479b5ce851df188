"""The runs that train now, for every page: one listing of names, kept for a moment."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

from explorer.files import is_file, modified
from explorer.runs.layout import CRASHED, DATABASE, EXPERIMENT, HEARTBEAT
from explorer.runs.reader import Run, RunError

KEPT = 2.0  # seconds
_WRITTEN = (DATABASE, f"{DATABASE}-wal", HEARTBEAT)  # by a trainer that lives


class ActiveRuns:
    """Names and states of active runs. A run that says that it has ended does not begin again, so it is read once; one
    whose trainer is gone is read again when its files change.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._listed: tuple[Path | None, float] = (None, 0.0)
        self._states: dict[str, str] = {}
        self._ended: set[Path] = set()
        self._crashed: dict[Path, tuple[int, ...]] = {}  # when their files were written

    def names(self, folder: Path) -> list[str]:
        """Return the names of the runs in a folder that have not ended, the newest first."""
        return list(self.states(folder))

    def states(self, folder: Path) -> Mapping[str, str]:
        """Return the state of each such run by its name, the newest first."""
        with self._lock:
            kept, when = self._listed
            if kept != folder or time.monotonic() - when > KEPT:
                self._states = self._read(folder)
                self._listed = (folder, time.monotonic())
            return self._states

    def _read(self, folder: Path) -> dict[str, str]:
        try:
            others = [path for path in folder.iterdir() if path not in self._ended]
        except OSError:  # there is none, or it cannot be listed, which the list of runs says
            return {}
        newest_first = sorted(others, key=lambda path: path.name, reverse=True)
        states = {path.name: self._active_state(path) for path in newest_first if is_file(path / EXPERIMENT)}
        return {name: state for name, state in states.items() if state}

    def _active_state(self, path: Path) -> str:
        """Return the state of a run; empty where it is not active."""
        if not (path / DATABASE).is_file():
            return ""
        written = tuple(modified(path / name) for name in _WRITTEN)
        if self._crashed.get(path) == written:
            return ""
        try:
            status = Run(path).status()
        except RunError:  # damaged, or its first transaction is still under way
            return ""
        if status.state == CRASHED:  # which the trainer has not written itself, and may be wrong
            self._crashed[path] = written
        elif not status.active:
            self._ended.add(path)
        return status.state if status.active else ""
