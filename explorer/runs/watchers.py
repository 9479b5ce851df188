"""The tabs that watch runs, and how often each gets the newest: the more there are, the more calmly.

An update costs the server about 10 ms. One tab gets it every 0.4 s; thirty at that pace would take most of a processor
from the trainings that they watch, and each would wait for the others.
"""

import threading
import time

PACES = (0.4, 0.8, 1.6, 3.2, 6.4)  # seconds between two updates of a tab
MOST_UPDATES = 10.0  # a second, of all tabs together: a tenth of a processor
_GONE = 15.0  # seconds; a tab that has not asked for so long is closed


class Watchers:
    """Counts the tabs that have asked for an update lately."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}

    def pace(self, tab: str) -> float:
        """Return the seconds until the next update of a tab, which asks for one now."""
        now = time.monotonic()
        with self._lock:
            self._seen = {other: when for other, when in self._seen.items() if now - when <= _GONE}
            self._seen[tab] = now
            return next((each for each in PACES if len(self._seen) <= each * MOST_UPDATES), PACES[-1])
