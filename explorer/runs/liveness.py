"""The check that a run's trainer lives: by its process on the machine that it runs on, by its heartbeat anywhere.

A reader elsewhere, and one whose trainer hangs, goes by what it sees change between two of its own looks, by its own
monotonic clock: clocks differ between machines and are set.
"""

import threading
import time
from pathlib import Path
from typing import NamedTuple

from explorer.runs.heartbeat import beat_of
from explorer.runs.whereabouts import Facts, lives, ran_here_before_a_restart, what_to_do

SILENT_AFTER = 20.0  # seconds; compiling may keep the heart from beating for some
_MOST = 1_000  # trainers whose beats are remembered


class Life(NamedTuple):
    """The state of a trainer as a reader knows it.

    `silent` are the seconds since it was last heard from, 0 while it is heard; `sure` is False where it was not heard
    yet, and this machine cannot see its process.
    """

    gone: bool = False
    silent: float = 0.0
    sure: bool = True


class _Heard(NamedTuple):
    """The beats of one trainer: the newest, since when it is that, and how many were others when they came."""

    beat: bytes
    since: float  # by the monotonic clock
    changes: int = 0
    missing_since: int | None = None  # how many changes there had been when its process was first missed


_HEARD: dict[Path, _Heard] = {}  # to lose it costs the seconds until a trainer is heard again
_LOCK = threading.Lock()


def look(folder: Path, facts: Facts, updated: object = "") -> Life:
    """Return what is known now of a run's trainer, which has not said that it has ended.

    `updated` changes with each status that the trainer writes: where there is no heartbeat, that is one.
    """
    alive = lives(facts)  # before the beat: a process that is gone has beaten its last
    beat = beat_of(folder)
    heard = _hear(folder, beat if beat is not None else str(updated).encode(), missing=alive is False)
    silent = time.monotonic() - heard.since
    if heard.missing_since is not None:
        # Two beats after it was missed: this is not its machine, whatever the facts say. One may have been on its way.
        beats = heard.changes - heard.missing_since >= 2 and silent < SILENT_AFTER
        return Life(gone=not beats)
    if facts.host is None:  # an earlier version's, which does not beat while it is paused
        return Life()
    if silent < SILENT_AFTER:
        return Life(sure=bool(alive) or heard.changes > 0)
    return Life(gone=ran_here_before_a_restart(facts), silent=silent)


def _hear(folder: Path, beat: bytes, *, missing: bool) -> _Heard:
    with _LOCK:
        heard = _HEARD.pop(folder, None) or _Heard(beat, time.monotonic())
        if beat != heard.beat:
            heard = heard._replace(beat=beat, since=time.monotonic(), changes=heard.changes + 1)
        first = heard.missing_since if heard.missing_since is not None else heard.changes
        heard = heard._replace(missing_since=first if missing else None)
        _HEARD[folder] = heard  # at the end: the one that nobody has asked for the longest is the first
        if len(_HEARD) > _MOST:
            del _HEARD[next(iter(_HEARD))]
    return heard


def silence_in_words(facts: Facts, silent: float) -> str:
    """Return that a trainer has not been heard from, and what to do. A page is drawn again when it says another."""
    return f"The trainer has not been heard from for {_in_words(silent)}. {what_to_do(facts)}"


def _in_words(seconds: float) -> str:
    """Return how long that is at least: in tens of seconds, minutes or hours."""
    if seconds < 120:
        return f"{seconds // 10 * 10:.0f} s"
    return f"{seconds // 60:.0f} min" if seconds < 7200 else f"{seconds // 3600:.0f} h"
