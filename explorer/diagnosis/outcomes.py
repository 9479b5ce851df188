"""How runs ended, for lists: state, verdict and last loss, worked out in a thread and kept as long as files stay."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from explorer.diagnosis.judging import judged_run
from explorer.files import modified
from explorer.runs.layout import DATABASE, PREVIEW, SUMMARY
from explorer.runs.reader import Run, RunError
from models.spec.catalogue import LOSS
from models.spec.experiment import ExperimentError
from models.spec.sentences import in_sentence

AT_ONCE = 0.15  # seconds that a list waits for what is not known yet, which a few runs take
MOST = 60  # runs of a list that are read; a run takes about 20 ms
_WRITTEN = (DATABASE, PREVIEW, SUMMARY)


class Outcome(NamedTuple):
    """The state of a run that has ended, its verdict in a few words, and its last loss on validation images."""

    state: str
    verdict: str
    loss: float | None

    @property
    def words(self) -> str:
        """The outcome in a few words, such as `finished: healthy, validation loss 151.9`."""
        loss = "" if self.loss is None else f"validation loss {self.loss:.4g}"
        result = ", ".join(filter(None, [in_sentence(self.verdict), loss]))
        return f"{self.state}: {result}" if result else self.state


def outcome_of(run: Run) -> Outcome | None:
    """Return how a run ended; None of one that has not, or not begun. Raises RunError where it cannot be read."""
    with run:
        status = run.status() if run.has_started() else None
        if status is None or status.active:
            return None
        losses = run.curves(1).validation.get(LOSS, ())
        findings = judged_run(run).findings
    return Outcome(status.state, findings[0].verdict if findings else "", float(losses[-1]) if len(losses) else None)


class Outcomes:
    """The outcomes of runs for pages, which wait for none that is not known yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[tuple[int, ...], Outcome | None]] = {}  # with the times of its files
        self._reading: threading.Thread | None = None

    def of(self, folders: Sequence[Path]) -> dict[str, str]:
        """Return in words what is known of the first of these runs, by name; what is not is read meanwhile."""
        folders = folders[:MOST]
        stamps = {folder: tuple(modified(folder / name) for name in _WRITTEN) for folder in folders}
        with self._lock:
            unknown = [each for each in folders if self._known.get(each, ((), None))[0] != stamps[each]]
            if unknown and (self._reading is None or not self._reading.is_alive()):
                wanted = {folder: stamps[folder] for folder in unknown}
                self._reading = threading.Thread(target=self._read, args=(wanted,), name="outcomes", daemon=True)
                self._reading.start()
            reading = self._reading
        if unknown and reading is not None:
            reading.join(AT_ONCE)
        found = {folder.name: self._known.get(folder, ((), None))[1] for folder in folders}
        return {name: outcome.words for name, outcome in found.items() if outcome}

    def _read(self, wanted: dict[Path, tuple[int, ...]]) -> None:
        for folder, stamp in wanted.items():
            try:
                outcome = outcome_of(Run(folder))
            except (RunError, ExperimentError):  # the list says so already
                outcome = None
            self._known[folder] = (stamp, outcome)
