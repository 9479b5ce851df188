"""UMAPs, kept in files by the codes that they are of. Free of TensorFlow and UMAP."""

import hashlib
from pathlib import Path

import numpy as np

from explorer.files import keep_newest, load_arrays, save_arrays
from explorer.places import make_folder, projections_folder
from models.spec.errors import CheckpointError

NEIGHBOURS = 15
MIN_DISTANCE = 0.1
MOST_FILES = 200
MOST_BYTES = 200_000_000  # of all these together; 70,000 points take 560 kB
_POINTS = "points"


def projection_file(codes: np.ndarray) -> Path:
    """Return where the UMAP of exactly these codes is kept."""
    recipe = f"umap-{NEIGHBOURS}-{MIN_DISTANCE}-{codes.shape}".encode()
    digest = hashlib.sha256(recipe + np.ascontiguousarray(codes, np.float32).tobytes()).hexdigest()
    return projections_folder() / f"{digest[:32]}.safetensors"


def kept_projection(codes: np.ndarray) -> np.ndarray | None:
    """Return the points computed earlier, (n, 2) float32, or None. A damaged file counts as none."""
    try:
        points = load_arrays(projection_file(codes))[_POINTS]
    except (CheckpointError, KeyError):
        return None
    fits = points.shape == (len(codes), 2) and points.dtype == np.float32 and np.isfinite(points).all()
    return points if fits else None


def keep_projection(codes: np.ndarray, points: np.ndarray) -> None:
    """Keep points (n, 2) for the next time, and delete the oldest ones beyond the bounds. Raises OSError."""
    target = projection_file(codes)
    make_folder(target.parent)
    save_arrays(target, {_POINTS: points}, durable=False)
    keep_newest(target.parent, "*", MOST_FILES, MOST_BYTES)
