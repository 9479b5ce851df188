"""The live snapshot and the snapshots of a run, each when it is due."""

import time
from pathlib import Path

import numpy as np

from explorer.places import UnwritableError
from explorer.runs.layout import PREVIEW, SNAPSHOTS, kept_snapshots, snapshot_file
from explorer.runs.writer import RunWriter
from explorer.trainer.probe import Probe

PREVIEW_EVERY = 0.4  # seconds
PREVIEW_SHARE = 0.05  # of the time, at most
SNAPSHOT_EVERY = 15.0
SNAPSHOT_SPACING = 3.0  # at least, at the ends of epochs
MOST_SNAPSHOTS = 24
SAID_AFTER = 3  # previews in a row that could not be written: on Windows, a reader may hold the file for a moment


class Snapshots:
    """The snapshots of one run. Of too many, every second one goes, and the next ones are further apart. Those that a
    link points to stay.
    """

    def __init__(self, folder: Path, probe: Probe, store: RunWriter):
        self._folder, self._probe, self._store = folder, probe, store
        self.steps: list[int] = []  # of those that are kept
        self._every = SNAPSHOT_EVERY
        self._saved = self._previewed = -np.inf
        self._pause = PREVIEW_EVERY
        self._missed = 0  # previews in a row
        self.trouble = ""  # with the previews, in a sentence

    def preview_is_due(self) -> bool:
        """Return whether the last preview is old enough, so that previews take at most their share of the time."""
        return time.perf_counter() - self._previewed > self._pause

    def preview(self, step: int) -> bool:
        """Write the live snapshot. Return False, and write nothing, where the model's values are not finite.

        One that cannot be written is passed over: the next one comes soon.
        """
        try:
            finite = self._probe.save_preview(self._folder / PREVIEW, step)
        except OSError as error:
            self._missed += 1
            if self._missed == SAID_AFTER:
                named = isinstance(error, UnwritableError)
                why = str(error) if named else f"The preview cannot be written ({error.strerror or error})."
                self.trouble = f"{why} Map and strip stand still meanwhile."
                self._store.log_event("warning", message=self.trouble)
            return True
        self._missed, self.trouble = 0, ""
        return finite

    def pace(self, began: float) -> None:
        """Let the next preview wait by how long the one took that `began` then and is written now."""
        self._previewed = time.perf_counter()
        self._pause = max(PREVIEW_EVERY, (self._previewed - began) / PREVIEW_SHARE)

    def is_due(self) -> bool:
        return time.perf_counter() - self._saved > self._every

    def is_due_after_an_epoch(self) -> bool:
        return time.perf_counter() - self._saved > SNAPSHOT_SPACING

    def save(self, step: int, place: dict[str, float]) -> None:
        """Save a snapshot of the step at `place`. Raises OSError where it cannot be written."""
        self._saved = time.perf_counter()
        self._probe.save_snapshot(self._folder / SNAPSHOTS / snapshot_file(step), step)
        self.steps.append(step)
        self._store.flush(**place)
        self._store.add_snapshot(step)
        self._store.flush()
        self._thin()

    def _thin(self) -> None:
        """Remove every second snapshot where there are too many, but the first, the last and those that are kept."""
        kept = kept_snapshots(self._folder)
        loose = [step for step in self.steps if step not in kept]
        if len(loose) <= MOST_SNAPSHOTS:
            return
        for step in [step for step in loose[1::2] if step != self.steps[-1]]:
            self._store.remove_snapshot(step)
            self.steps.remove(step)
        self._every *= 2
