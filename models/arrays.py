"""Arrays under names in safetensors files: numbers, nothing that can run code. Free of TensorFlow."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file


class CheckpointError(ValueError):
    """A weights file that is damaged or belongs to another model."""


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], durable: bool = True) -> None:
    """Write a safetensors file so that a reader sees the old file or the new one, never half of one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, temporary)
        if durable:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)  # it is only still there where one of these failed


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a safetensors file. Raises CheckpointError for a missing or damaged file."""
    try:
        return load_file(path)
    except (OSError, SafetensorError, AttributeError) as error:  # AttributeError: a number type that NumPy lacks
        raise CheckpointError(f"{path.name} cannot be read ({error}). Choose another snapshot.") from error
