"""UMAPs for the pages: what is kept, else the projection under way. No Streamlit."""

import threading
from pathlib import Path

import numpy as np

from explorer.analyst.jobs import Jobs, Progress
from explorer.library.projections import kept_projection, projection_file

NEWEST = 4  # answers that are kept in memory; 70,000 points take 560 kB


class Projections:
    """UMAPs of the whole server, by the codes they are of: a second page joins the one under way."""

    def __init__(self, jobs: Jobs):
        self._jobs = jobs
        self._lock = threading.Lock()  # the answer is given once: between two pages it must not be lost
        self._newest: dict[Path, np.ndarray] = {}  # by the file that each would be in; the disk may not take it

    def request(self, key: str, codes: np.ndarray) -> np.ndarray | Progress:
        """Return the points if they are known, else the projection under way.

        Raises AnalystError where it failed, and again until `forget_failure`: a failed one is not tried again by
        itself.
        """
        with self._lock:
            # Finding out whether it is kept reads all codes: not at every poll of one under way.
            if not self._jobs.knows(_key(key)) and (kept := self._kept(codes)) is not None:
                return kept
            found = self._jobs.poll(
                _key(key), "project", lambda: np.ascontiguousarray(codes, np.float32).tobytes(), shape=list(codes.shape)
            )
            return found if isinstance(found, Progress) else self._keep(codes, found[1])

    def _kept(self, codes: np.ndarray) -> np.ndarray | None:
        newest = self._newest.get(projection_file(codes))
        return kept_projection(codes) if newest is None else newest

    def _keep(self, codes: np.ndarray, points: bytes) -> np.ndarray:
        self._newest[projection_file(codes)] = np.frombuffer(points, np.float32).reshape(-1, 2)
        while len(self._newest) > NEWEST:
            del self._newest[next(iter(self._newest))]
        return self._newest[projection_file(codes)]

    def stop(self, key: str) -> None:
        self._jobs.stop(_key(key))

    def forget_failure(self, key: str) -> None:
        self._jobs.forget_failure(_key(key))


def _key(key: str) -> tuple[str, str]:
    """Return the key among all requests of the workbench."""
    return "project", key
