"""UMAPs for the pages: what is kept, else the projection under way. No Streamlit."""

import numpy as np

from explorer.analyst.jobs import Jobs, Progress
from explorer.library.projections import kept_projection


class Projections:
    """UMAPs of the whole server, by the codes they are of: a second page joins the one under way."""

    def __init__(self, jobs: Jobs):
        self._jobs = jobs

    def request(self, key: str, codes: np.ndarray) -> np.ndarray | Progress:
        """Return the points if they are known, else the projection under way.

        Raises AnalystError where it failed, and again until `forget_failure`: a failed one is not tried again by
        itself.
        """
        # Finding out whether it is kept reads all codes: not at every poll of one under way.
        if not self._jobs.knows(_key(key)) and (kept := kept_projection(codes)) is not None:
            return kept
        found = self._jobs.poll(
            _key(key), "project", lambda: np.ascontiguousarray(codes, np.float32).tobytes(), shape=list(codes.shape)
        )
        return found if isinstance(found, Progress) else np.frombuffer(found[1], np.float32).reshape(-1, 2)

    def stop(self, key: str) -> None:
        self._jobs.stop(_key(key))

    def forget_failure(self, key: str) -> None:
        self._jobs.forget_failure(_key(key))


def _key(key: str) -> tuple[str, str]:
    """Return the key among all requests of the workbench."""
    return "project", key
