"""UMAP of codes (McInnes et al. 2018). It is kept by content, for the next time."""

import sys
from typing import Any

import numpy as np

from explorer.analyst.answers import Answer, Report
from explorer.library.projections import MIN_DISTANCE, NEIGHBOURS, keep_projection


def answer(header: dict[str, Any], payload: bytes, report: Report) -> Answer:
    """Project codes of `shape` (n, latent) float32 to points (n, 2) float32."""
    codes = np.frombuffer(payload, np.float32).reshape(header["shape"])
    report("loading UMAP", 0.0)
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
    points = np.asarray(reducer.fit_transform(codes), np.float32)
    try:
        keep_projection(codes, points)
    except OSError as error:  # the points are there all the same; only the next time will have to wait again
        print(f"The projection could not be kept: {error}", file=sys.stderr)  # noqa: T201 (the analyst's log)
    return {}, points.tobytes()


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
