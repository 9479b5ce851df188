"""UMAP of codes (McInnes et al. 2018). It is kept by content, for the next time."""

import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from explorer.analyst.answers import Answer, Report
from explorer.library.projections import MIN_DISTANCE, NEIGHBOURS, keep_projection
from explorer.places import UnwritableError, compiled_folder, make_folder

FEW = 5  # codes; of fewer UMAP's eigenvectors cannot be had


def answer(header: dict[str, Any], payload: bytes, report: Report) -> Answer:
    """Project codes of `shape` (n, latent) float32 to points (n, 2) float32. Equal codes are one point."""
    codes = np.frombuffer(payload, np.float32).reshape(header["shape"])
    different, which = np.unique(codes, axis=0, return_inverse=True)
    all_differ = len(different) == len(codes)
    points = _project(codes, report) if all_differ else _project(different, report)[which]
    try:
        keep_projection(codes, points)
    except OSError as error:  # the points are there all the same; only the next time will have to wait again
        print(f"The projection could not be kept: {error}", file=sys.stderr)  # noqa: T201 (the analyst's log)
    return {}, points.tobytes()


def _project(codes: np.ndarray, report: Report) -> np.ndarray:
    """Return points (n, 2) float32 of codes that are all different. UMAP wants some neighbours: few lie on a circle."""
    if len(codes) < FEW:
        angles = 2 * np.pi * np.arange(len(codes)) / len(codes)
        return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    report("loading UMAP", 0.0)
    _let_numba_keep()
    import umap

    report("finding neighbours", 0.1)
    reducer = umap.UMAP(
        n_neighbors=min(NEIGHBOURS, len(codes) - 1),
        min_dist=MIN_DISTANCE,
        random_state=0,
        n_jobs=1,
        verbose=True,
        tqdm_kwds={"file": _EpochLines(report), "bar_format": "{n_fmt}/{total_fmt}", "mininterval": 0.1},
    )
    return np.asarray(reducer.fit_transform(codes), np.float32)


def _let_numba_keep() -> None:
    """Give Numba a folder where it may not write beside UMAP's source: it refuses to compile what it cannot keep."""
    umap = importlib.util.find_spec("umap")
    beside_it = umap is not None and umap.origin is not None and os.access(Path(umap.origin).parent, os.W_OK)
    if beside_it or "NUMBA_CACHE_DIR" in os.environ:
        return
    try:
        make_folder(compiled_folder())
        os.environ["NUMBA_CACHE_DIR"] = str(compiled_folder())
    except UnwritableError:
        os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="hourglass-compiled-")  # until the process ends


class _EpochLines:
    """The file that UMAP's progress bar writes to: each line is `done/total`."""

    def __init__(self, report: Report):
        self.report = report

    def write(self, text: str) -> None:
        done, slash, total = text.strip().rpartition("\r")[2].strip().partition("/")
        if slash and done.isdigit() and total.isdigit():
            self.report("laying out", 0.2 + 0.8 * int(done) / max(int(total), 1))

    def flush(self) -> None:
        """Do nothing: a progress bar flushes, but nothing is buffered here."""
