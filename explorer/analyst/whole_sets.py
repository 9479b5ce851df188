"""Whole data sets for the pages: what is kept, else the encoding under way. No Streamlit."""

from explorer.analyst.errors import AnalystError
from explorer.analyst.jobs import Jobs, Progress
from explorer.library.models import ModelEntry
from explorer.library.whole_set import WholeSet, kept_whole


class WholeSets:
    """The data sets of all models with their codes. One for the server, so that a second page joins an encoding."""

    def __init__(self, jobs: Jobs):
        self._jobs = jobs

    def request(self, entry: ModelEntry) -> WholeSet | Progress:
        """Return the data set with its codes if they are known, else the encoding under way.

        Raises AnalystError with a sentence where it failed, and again until `forget_failure`. Raises CheckpointError
        where the snapshot cannot be read.
        """
        if entry.live:
            raise AnalystError("A live snapshot has no encoder. Choose a snapshot of this run to see all its images.")
        if (kept := _kept(entry)) is not None:
            self._jobs.poll_begun(_key(entry))  # an answer that nobody took would stand for codes deleted later
            return kept
        found = self._jobs.poll(_key(entry), "encode", folder=str(entry.folder), snapshot=str(entry.snapshot))
        if isinstance(found, Progress):
            return found
        if (kept := _kept(entry)) is None:
            error = "could not be read back: the disk may be full, or they were deleted. Try again."
            raise self._jobs.fail(_key(entry), AnalystError(f"The codes of all images {error}"))
        return kept

    def stop(self, entry: ModelEntry) -> None:
        self._jobs.stop(_key(entry))

    def forget_failure(self, entry: ModelEntry) -> None:
        self._jobs.forget_failure(_key(entry))


def _kept(entry: ModelEntry) -> WholeSet | None:
    """Return what is kept for a model; what is of another one counts as none."""
    kept = kept_whole(entry.snapshot, entry.image_shape)
    fits = kept is not None and kept.is_of(entry.experiment.latent_dim, len(entry.summary["class_names"]))
    return kept if fits else None


def _key(entry: ModelEntry) -> tuple[str, str]:
    """Return the key among all requests of the workbench."""
    return "encode", entry.key
