"""The size of the networks that a run's folder claims, before they are built: a folder may claim more than it holds."""

from collections.abc import Mapping
from typing import Any

from explorer.runs.layout import PREVIEW, SNAPSHOTS, list_snapshots, snapshot_file
from explorer.runs.reader import Run
from models.spec.catalogue import DECODER
from models.spec.errors import CheckpointError
from models.spec.network_sizes import ImageShape, twin_sizes

FLOAT = 4  # bytes of a weight


def claimed_shape(run: Run, summary: Mapping[str, Any]) -> tuple[ImageShape, int]:
    """Return the image shape and the number of classes of a run's model.

    Raises CheckpointError where no file of the run is large enough for the decoder: it would be built in vain, and
    images of a thousand times a thousand pixels take gigabytes.
    """
    height, width, channels = summary["image_shape"]
    shape, classes = (height, width, channels), len(summary["class_names"])
    needed = FLOAT * twin_sizes(run.experiment, shape, classes, 1).networks[DECODER].parameters
    files = [
        run.folder / PREVIEW,
        *(run.folder / SNAPSHOTS / snapshot_file(n) for n in list_snapshots(run.folder).steps),
    ]
    largest = max((file.stat().st_size for file in files if file.is_file()), default=0)
    if largest < needed:
        raise CheckpointError(
            f"The decoder of {run.name} has {needed:,} bytes of weights for images of {height} x {width} pixels; its "
            f"largest file has {largest:,}. Restore its files or choose another model."
        )
    return shape, classes
