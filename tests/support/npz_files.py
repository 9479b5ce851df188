"""Files of images as people make them, for the tests that read them."""

from pathlib import Path
from typing import Any

import numpy as np


def arrays(train: int = 6, test: int = 3, side: int = 5, classes: int = 3) -> dict[str, Any]:
    """Return the arrays of a file: images uint8 (count, side, side) and their labels, uint8 (count,)."""
    rng = np.random.default_rng(1)
    return {
        "x_train": rng.integers(256, size=(train, side, side), dtype=np.uint8),
        "y_train": (np.arange(train) % classes).astype(np.uint8),
        "x_test": rng.integers(256, size=(test, side, side), dtype=np.uint8),
        "y_test": (np.arange(test) % classes).astype(np.uint8),
    }


def saved(path: Path, **changes) -> Path:
    """Save `arrays()` with these changes; None leaves an array out. Return the path."""
    contents: dict[str, Any] = {**arrays(), **changes}
    kept: dict[str, Any] = {key: value for key, value in contents.items() if value is not None}
    np.savez_compressed(path, **kept)
    return path
