"""UMAPs for the pages: what is kept, else the projection under way. No Streamlit."""

import numpy as np

from explorer.analyst.client import AnalystClient
from explorer.analyst.jobs import Jobs, Progress
from explorer.library.projections import kept_projection


class Projections:
    """UMAPs of the whole server, by the codes they are of: a second page joins the one under way."""

    def __init__(self, workbench: AnalystClient):
        self._jobs = Jobs(workbench)

    def request(self, key: str, codes: np.ndarray) -> np.ndarray | Progress:
        """Return the points if they are known, else the projection under way.

        Raises AnalystError where it failed, and again until `forget_failure`: a failed one is not tried again by
        itself.
        """
        # Finding out whether it is kept reads all codes: not at every poll of one under way.
        if not self._jobs.knows(key) and (kept := kept_projection(codes)) is not None:
            return kept
        found = self._jobs.poll(
            key, "project", lambda: np.ascontiguousarray(codes, np.float32).tobytes(), shape=list(codes.shape)
        )
        return found if isinstance(found, Progress) else np.frombuffer(found[1], np.float32).reshape(-1, 2)

    def stop(self, key: str) -> None:
        self._jobs.stop(key)

    def forget_failure(self, key: str) -> None:
        self._jobs.forget_failure(key)
