"""The reasons for which a training stands still: a person's pause, and a full disk."""

from collections.abc import Callable

from explorer.places import DiskFullError
from explorer.runs.layout import DISK_FULL
from explorer.runs.writer import RunWriter
from explorer.trainer.disk import Disk
from explorer.trainer.pace import Pace


class Hold:
    """A person's pause with its single steps, and the wait for a disk. The clock runs exactly while steps are made.

    `place` gives how far the training is, as the store's status says it.
    """

    def __init__(self, store: RunWriter, disk: Disk, watch: Pace, place: Callable[[], dict[str, float]]):
        self._store, self._disk, self._watch, self._place = store, disk, watch, place
        self.paused, self._step_to = False, 0.0  # the step that was asked for while paused
        self.full: DiskFullError | None = None

    @property
    def stands(self) -> bool:
        """Return whether no step may be made."""
        return self.full is not None or (self.paused and not self.steps_wanted)

    @property
    def steps_wanted(self) -> bool:
        return self._place()["step"] < self._step_to

    def pause(self, wanted: bool) -> bool:
        """Begin or end a person's pause. Return whether it was not as wanted already."""
        if not wanted:
            self._disk.hurry()
        if wanted == self.paused:
            return False
        self.paused = wanted
        self.want_steps(None)
        self._store.status |= self._place()
        self._store.log_event("pause" if wanted else "resume")
        return True

    def why_no_step(self, is_over: bool) -> str:
        """Return why no single step can be made, "" where one can. `is_over`: the last epoch is."""
        if self.full:
            return "No step is made while the disk is full. Make room on it."
        if not self.paused:
            return "A single step needs a paused training. Pause it first."
        return "No step is left: the last epoch is over. Resume to finish the run." if is_over else ""

    def want_steps(self, to: int | None) -> None:
        """Go on to a step while paused, or, for None, no further. A step that is behind asks for nothing."""
        self._step_to = self._place()["step"] if to is None else max(to, self._step_to)
        self.keep_time()

    def keep_time(self) -> None:
        """Let the clock run where steps are made, and stop it where none is."""
        if self.stands and self._watch.running:
            self._watch.stop()
        elif not self.stands and not self._watch.running:
            self._watch.start()

    def look_at_disk(self) -> bool:
        """Take in whether the disk is full. Return whether something else is to be said of it than before."""
        before, self.full = self.full, self._disk.full()
        if (before is None) != (self.full is None):
            self.keep_time()
            self._store.status |= self._place()
            reason = self.full.fact if self.full else "The disk has room again"
            self._store.log_event("pause" if self.full else "resume", reason=reason)
        return str(before) != str(self.full)

    def show(self, message: str) -> None:
        """Say in the status whether steps are made, and `message`, or why none is."""
        self._store.status |= self._place()
        if self.full:
            self._store.set_state("paused", DISK_FULL, f"{self.full} The training goes on by itself then.")
        else:
            self._store.set_state("paused" if self.paused else "training", message=message)
