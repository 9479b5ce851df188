"""One look at a run: everything that its page shows, read once for all the tabs that watch it."""

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from explorer.diagnosis.judging import Judged, judge, newest_steps
from explorer.figures.loss_curves import can_be_logarithmic
from explorer.library import models as library
from explorer.library.keys import LIVE
from explorer.library.models import DamagedError, LibraryError, ModelEntry
from explorer.runs.commands import stop_is_waiting
from explorer.runs.launcher import Launcher
from explorer.runs.layout import CRASHED
from explorer.runs.reader import Run, RunError
from explorer.runs.records import Moment, Settings
from models.spec.experiment import Experiment, ExperimentError

CURVE_POINTS = 600  # a panel is half as many pixels wide; the browser draws them all anew at each update
SHARED = 0.2  # seconds for which one look is that of every tab
RECENTLY = 10.0  # seconds that a refusal stays on the page
_MOST = 64  # runs of which the last look is kept


class Controls(NamedTuple):
    """The state that the buttons, fields and sentences of a run's page depend on: another one draws them anew."""

    state: str
    message: str
    paused_at: int | None
    goes_on: bool
    settings: Settings
    can_be_explored: bool
    refused: str


@dataclass(frozen=True)
class Look:
    """A run at one moment. `moment` is None before the trainer has begun, `entry` before its first preview.

    `damage` says what is wrong with a preview that is there and cannot be shown.
    """

    name: str
    experiment: Experiment
    moment: Moment | None
    entry: ModelEntry | None
    damage: str
    failure: str | None  # why the trainer did not begin
    stops: bool  # before it has begun
    at: float  # seconds

    @property
    def active(self) -> bool:
        return self.moment is None or self.moment.status.active

    @property
    def has_curves(self) -> bool:
        return self.moment is not None and bool(self.moment.curves.training)

    @cached_property
    def judged(self) -> Judged:
        """The measurements and the findings; nothing before there are curves."""
        return judge(self.experiment, self.moment, self.entry)

    @cached_property
    def can_be_logarithmic(self) -> bool:
        return self.moment is not None and can_be_logarithmic(self.moment.curves, self.experiment)

    @cached_property
    def drawn(self) -> str:
        """A digest of what the page's frame depends on; while it stays the parts go on by themselves."""
        parts = (self.has_curves, self.entry is not None, self.can_be_logarithmic)
        return _digest(controls(self.moment), self.failure, self.stops, self.damage, parts)

    @cached_property
    def version(self) -> str:
        """A digest of everything in the look but when it was taken."""
        moment, entry = self.moment, self.entry
        of_run = (moment.status, len(moment.events), len(moment.snapshots)) if moment else ()
        return _digest(of_run, entry.modified if entry else 0, self.drawn)


def _digest(*said: object) -> str:
    return hashlib.blake2s(repr(said).encode(), digest_size=8).hexdigest()


def controls(moment: Moment | None) -> Controls | None:
    """Return what they depend on at a moment; None before the trainer has begun."""
    if moment is None:
        return None
    status = moment.status
    return Controls(
        status.state,
        status.message,
        status.step if status.state == "paused" else None,
        status.goes_on,
        moment.settings,
        bool(moment.snapshots),
        refusal(moment),
    )


def refusal(moment: Moment) -> str:
    """Return why the trainer has just refused something; nothing where it has not, or some time ago.

    By the clock: the seconds of a training stand still while it is paused.
    """
    refused = moment.of_kind("refused")
    recent = refused and abs(time.time() - refused[-1].detail.get("at", 0.0)) < RECENTLY
    return str(refused[-1].detail["message"]) if recent else ""


def look_at(run: Run, launcher: Launcher) -> Look:
    """Read what a run's page shows now.

    Raises RunError for a damaged run, ExperimentError for one of another version.
    """
    steps = newest_steps(run.experiment)
    moment = run.moment(CURVE_POINTS, steps)
    # A trainer of ours that was found dead: from here on it is noted how it ended.
    if moment and moment.status.state == CRASHED and launcher.has_ended(run.folder):
        moment = run.moment(CURVE_POINTS, steps)
    failure = launcher.why_it_did_not_start(run.folder) if moment is None else None
    stops = moment is None and stop_is_waiting(run.folder)
    entry, damage = _live_entry(run.name)
    return Look(run.name, run.experiment, moment, entry, damage, failure, stops, time.monotonic())


def _live_entry(name: str) -> tuple[ModelEntry | None, str]:
    """Return the live model of a run, if there is one, and what is wrong with its file."""
    try:
        return library.find(f"run/{name}@{LIVE}"), ""
    except DamagedError as error:
        return None, str(error)
    except LibraryError:  # there is none yet, or in runs of earlier versions
        return None, ""


class _LastLook:
    """The last look at one run, or why it could not be read."""

    def __init__(self) -> None:
        self._looking = threading.Lock()  # tabs that come meanwhile wait, and share what is found, be it an error
        self._found: Look | RunError | ExperimentError | None = None
        self._at = float("-inf")

    def newest(self, folder: Path, launcher: Launcher) -> Look:
        with self._looking:
            if self._found is None or time.monotonic() - self._at > SHARED:
                try:
                    with Run(folder) as run:
                        self._found = look_at(run, launcher)
                except (RunError, ExperimentError) as error:
                    self._found = error
                self._at = time.monotonic()
            if isinstance(self._found, Look):
                return self._found
            raise self._found


class Looks:
    """The last look at each run, shared by the tabs that ask for one at about the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Path, _LastLook] = OrderedDict()

    def of(self, folder: Path, launcher: Launcher) -> Look:
        """Return a look that is at most `SHARED` seconds old. Raises RunError and ExperimentError."""
        with self._lock:
            last = self._kept.setdefault(folder, _LastLook())
            self._kept.move_to_end(folder)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return last.newest(folder, launcher)
