"""How much room runs and the home take on the disk: measured now and then, and kept in between."""

import contextlib
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from explorer.places import free_bytes, home, runs_folder, size_in_words

KEPT = 5.0  # seconds; a run has some fifty files, whose sizes cost the system about 0.2 ms
SHARE = 0.02  # of the time, for the home at most: with a thousand runs it has fifty thousand files
AT_ONCE = 0.05  # seconds that the first question waits for an answer, which small homes give by then


def folder_size(folder: Path | str) -> int:
    """Return the bytes of all files in a folder and below it. What goes meanwhile, or may not be read, counts 0."""
    size = 0
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for each in found:
            with contextlib.suppress(OSError):
                inside = each.is_dir(follow_symlinks=False)
                size += folder_size(each.path) if inside else each.stat(follow_symlinks=False).st_size
    return size


def runs_in_words(count: int) -> str:
    return f"{count:,} run{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class HomeSize:
    """The number of folders with runs, the bytes of these and of the whole home, and the bytes that its disk has free
    (None where that is not told).
    """

    count: int
    runs: int
    total: int
    free: int | None

    @property
    def words(self) -> str:
        """The sizes in a sentence."""
        rest = f", caches and logs {size_in_words(self.total - self.runs)}"
        free = "" if self.free is None else f". {size_in_words(self.free)} free"
        return f"On disk: {runs_in_words(self.count)} {size_in_words(self.runs)}{rest}{free}."


def home_size() -> HomeSize:
    """Measure the home: this takes a second where there are very many runs."""
    folder = runs_folder()
    with contextlib.suppress(OSError):
        count = sum(1 for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        return HomeSize(count, folder_size(folder), folder_size(home()), free_bytes(folder))
    return HomeSize(0, 0, folder_size(home()), free_bytes(folder))


class Sizes:
    """Sizes for pages, which wait for none of them: the home's is measured in a thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[Path, tuple[float, int]] = {}  # when it was measured, and its size
        self._home: dict[Path, HomeSize] = {}
        self._measuring: threading.Thread | None = None
        self._measured, self._pause = float("-inf"), KEPT

    def of_run(self, folder: Path) -> int:
        """Return the bytes of a run's folder, as they were at most KEPT seconds ago."""
        when, size = self._runs.get(folder, (float("-inf"), 0))
        if time.monotonic() - when > KEPT:
            size = folder_size(folder)
            self._runs = {folder: (time.monotonic(), size)} if len(self._runs) > 100 else self._runs
            self._runs[folder] = time.monotonic(), size
        return size

    def of_home(self) -> HomeSize | None:
        """Return the size of the home as it was some seconds ago; None before it was measured for the first time."""
        place = home()
        with self._lock:
            is_old = place not in self._home or time.monotonic() - self._measured > self._pause
            if is_old and (self._measuring is None or not self._measuring.is_alive()):
                self._measuring = threading.Thread(target=self._measure, args=(place,), name="sizes", daemon=True)
                self._measuring.start()
            measuring = self._measuring
        if place not in self._home and measuring is not None:
            measuring.join(AT_ONCE)
        return self._home.get(place)

    def _measure(self, place: Path) -> None:
        began = time.monotonic()
        self._home = {place: home_size()}
        self._measured = time.monotonic()
        self._pause = max(KEPT, (self._measured - began) / SHARE)
