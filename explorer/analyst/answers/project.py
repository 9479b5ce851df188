"""UMAP of codes, with progress, inside the analyst. Results are kept by content, for the next time."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from explorer.places import projections_folder

NEIGHBOURS = 15
MIN_DISTANCE = 0.1
Progress = Callable[[str, float], None]  # (what is being done, share done in 0..1)


def projection_file(codes: np.ndarray) -> Path:
    """Where the UMAP of exactly these codes is kept."""
    recipe = f"umap-{NEIGHBOURS}-{MIN_DISTANCE}-{codes.shape}".encode()
    digest = hashlib.sha256(recipe + np.ascontiguousarray(codes, np.float32).tobytes()).hexdigest()
    return projections_folder() / f"{digest[:32]}.npy"


def kept_projection(codes: np.ndarray) -> np.ndarray | None:
    """The UMAP computed earlier, (n, 2) float32, or None. A damaged file counts as none."""
    try:
        with projection_file(codes).open("rb") as file:
            points = np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return points if points.shape == (len(codes), 2) else None


class _EpochLines:
    """The file that UMAP's progress bar writes to: each line is `done/total`."""

    def __init__(self, progress: Progress):
        self.progress = progress

    def write(self, text: str) -> None:
        done, slash, total = text.strip().rpartition("\r")[2].strip().partition("/")
        if slash and done.isdigit() and total.isdigit():
            self.progress("laying out", 0.2 + 0.8 * int(done) / max(int(total), 1))

    def flush(self) -> None:
        """A progress bar flushes; nothing is buffered here."""


def umap_points(codes: np.ndarray, progress: Progress) -> np.ndarray:
    """UMAP (McInnes et al. 2018) of codes (n, latent) to (n, 2) float32, kept for the next time."""
    progress("loading UMAP", 0.0)
    import umap

    progress("finding neighbours", 0.1)
    reducer = umap.UMAP(
        n_neighbors=min(NEIGHBOURS, len(codes) - 1),
        min_dist=MIN_DISTANCE,
        random_state=0,
        n_jobs=1,
        verbose=True,
        tqdm_kwds={"file": _EpochLines(progress), "bar_format": "{n_fmt}/{total_fmt}", "mininterval": 0.1},
    )
    points = np.asarray(reducer.fit_transform(codes), np.float32)
    try:
        _keep(projection_file(codes), points)
    except OSError as error:  # the points are there all the same; only the next time will have to wait again
        print(f"The projection could not be kept: {error}", file=sys.stderr)  # noqa: T201 (the analyst's log)
    return points


def _keep(target: Path, points: np.ndarray) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".tmp.npy")
    np.save(temporary, points)
    temporary.replace(target)
