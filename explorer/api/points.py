"""GET /api/points: codes and images of single data points, for what hovers over a map."""

import re
from typing import NamedTuple

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from explorer.api.edge import octets, refuse
from explorer.components.container import pack
from explorer.figures.latent import tests_in_probe
from explorer.library import models as library
from explorer.library.models import DamagedError, ModelEntry
from explorer.library.whole_set import kept_whole
from models.spec.errors import CheckpointError

MOST_ROWS = 256  # in one request
_ROWS = re.compile("[0-9]{1,9}(,[0-9]{1,9})*")


class _Points(NamedTuple):
    mean: np.ndarray
    log_var: np.ndarray | None
    images: np.ndarray
    labels: np.ndarray
    tests: range  # the rows of those that are known to be test images


class _NotEncodedError(ValueError):
    """The codes that were asked for do not exist yet."""


def points(request: Request) -> Response:
    """GET /api/points?model=KEY&of=probe|all&rows=3,17: a header, then mean, log_var and images, packed.

    The header is {rows, labels, classes, is_test, numbers, shape}. A row's label is the name of its class; `is_test`
    says of each row whether it is known to be a test image. A row's number counts from 1: a test image's among the
    test images, any other's among all.
    """
    query = request.query_params
    try:
        entry = library.find(query.get("model", ""))
        found = _points(entry, query.get("of", "probe"))
        rows = read_rows(query.get("rows", ""), min(len(part) for part in (found.mean, found.labels, found.images)))
        packed = _pack(entry, found, rows)
    except _NotEncodedError as error:
        return refuse(409, str(error))
    except (DamagedError, CheckpointError) as error:
        return refuse(500, str(error))
    except ValueError as error:  # LibraryError among them
        return refuse(400, str(error))
    return octets(packed)


def read_rows(text: str, count: int) -> list[int]:
    """Parse row numbers such as `3,17`, each below `count`. Raises ValueError with a sentence."""
    given = repr(text if len(text) <= 60 else text[:57] + "...")
    if len(text) > 10 * MOST_ROWS or not _ROWS.fullmatch(text) or text.count(",") >= MOST_ROWS:
        raise ValueError(f"The rows were {given}; allowed are 1 to {MOST_ROWS} numbers with commas between.")
    rows = [int(row) for row in text.split(",")]
    if max(rows) >= count:
        raise ValueError(f"Row {max(rows)} was asked for; there are codes of {count:,} images, from row 0 on.")
    return rows


def _points(entry: ModelEntry, of: str) -> _Points:
    if of == "probe":
        codes = entry.codes()
        return _Points(codes.mean, codes.log_var, entry.images(), entry.labels, range(tests_in_probe(entry.summary)))
    if of != "all":
        raise ValueError(f"of was {of[:60]!r}; allowed are probe and all. Choose one of these.")
    whole = None if entry.live else kept_whole(entry.snapshot, entry.image_shape)
    if whole is None:
        raise _NotEncodedError(
            f"The codes of all images of {entry.key} are not stored. Choose “All images” in Explore: it computes them."
        )
    count = len(whole.mean)
    return _Points(whole.mean, whole.log_var, whole.images, whole.labels, range(count - whole.test, count))


def _pack(entry: ModelEntry, found: _Points, rows: list[int]) -> bytes:
    names = entry.summary["class_names"]
    classes = found.labels[rows].tolist()
    if not all(0 <= each < len(names) for each in classes):
        raise DamagedError(
            f"The codes of {entry.key} are of {max(classes) + 1} classes; its summary names {len(names)}."
        )
    header = {
        "rows": rows,
        "labels": [names[label] for label in classes],
        "classes": classes,
        "is_test": [row in found.tests for row in rows],
        "numbers": [row - found.tests.start + 1 if row in found.tests else row + 1 for row in rows],
        "shape": entry.image_shape,
    }
    arrays = {"mean": found.mean[rows].astype(np.float32), "images": found.images[rows]}
    if found.log_var is not None:
        arrays["log_var"] = found.log_var[rows].astype(np.float32)
    return pack(header, arrays)
