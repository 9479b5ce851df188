"""The runs that train now, for every page: one listing of names, kept for a moment."""

import threading
import time
from pathlib import Path

from explorer.files import is_file
from explorer.runs.layout import DATABASE, EXPERIMENT
from explorer.runs.reader import Run, RunError

KEPT = 2.0  # seconds


class ActiveRuns:
    """The names of active runs. A run that has ended does not begin again, so it is read once."""

    def __init__(self):
        self._lock = threading.Lock()
        self._listed: tuple[Path | None, float] = (None, 0.0)
        self._names: list[str] = []
        self._ended: set[Path] = set()

    def names(self, folder: Path) -> list[str]:
        """Return the names of the runs in a folder that train or pause, the newest first."""
        with self._lock:
            kept, when = self._listed
            if kept != folder or time.monotonic() - when > KEPT:
                self._names = self._read(folder)
                self._listed = (folder, time.monotonic())
            return self._names

    def _read(self, folder: Path) -> list[str]:
        if not folder.is_dir():
            return []
        others = [path for path in folder.iterdir() if path not in self._ended]
        active = [path for path in others if is_file(path / EXPERIMENT) and self._is_active(path)]
        return [path.name for path in sorted(active, key=lambda path: path.name, reverse=True)]

    def _is_active(self, path: Path) -> bool:
        if not (path / DATABASE).is_file():
            return False
        try:
            active = Run(path).status().active
        except RunError:  # damaged, or its first transaction is still under way
            return False
        if not active:
            self._ended.add(path)
        return active
