"""The measurements of the five wirings: requested by the first poll, and kept while the server lives."""

import threading
from typing import Any

from explorer.analyst.jobs import Jobs, Progress

REQUEST = "wirings"


class MeasuredWirings:
    """One measurement for all pages."""

    def __init__(self, jobs: Jobs):
        self._jobs = jobs
        self._lock = threading.Lock()  # the answer is given once: between two pages it must not be lost
        self._kept: dict[str, Any] | None = None

    def poll(self) -> dict[str, Any] | Progress:
        """Return the result, or the measurement under way. Raises AnalystError if it failed, until `again`."""
        with self._lock:
            if self._kept is None:
                found = self._jobs.poll(REQUEST, REQUEST)
                if isinstance(found, Progress):
                    return found
                self._kept = found[0]
            return self._kept

    def stop(self) -> None:
        self._jobs.stop(REQUEST)

    def again(self) -> None:
        with self._lock:
            self._jobs.forget_failure(REQUEST)
            self._kept = None
