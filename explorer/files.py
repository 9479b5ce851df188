"""Arrays under names in safetensors files: numbers, nothing that can run code. Free of TensorFlow."""

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from models.spec.errors import CheckpointError

PATIENCE = 1.0  # seconds that another process may hold a file
T = TypeVar("T")


def _insist(act: Callable[[], T], patience: float = PATIENCE) -> T:
    """Windows refuses a file that another process has open: try again until it is free or the time is up."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return act()
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.02)


def replace_file(temporary: Path, path: Path, patience: float = PATIENCE) -> None:
    """Put a finished file in the place of another, in one move, also while somebody reads the old one."""
    _insist(lambda: temporary.replace(path), patience)


def remove_file(path: Path) -> None:
    """Delete a file, if it is there, as soon as nobody reads it."""
    _insist(lambda: path.unlink(missing_ok=True))


def keep_newest(folder: Path, pattern: str, most_files: int, most_bytes: int) -> None:
    """Delete the oldest files of a folder until both bounds hold; the newest one stays in any case."""
    size = 0
    for count, path in enumerate(sorted(folder.glob(pattern), key=modified, reverse=True)):
        with contextlib.suppress(OSError):  # somebody reads it, or removed it: it goes the next time
            size += path.stat().st_size
            if count and (count >= most_files or size > most_bytes):
                remove_file(path)


def modified(path: Path) -> int:
    """When a file was last written, in ns; 0 where there is none. With the path it names the content, for caches."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def is_file(path: Path) -> bool:
    """Return whether there is a file; also False where nobody may look."""
    try:
        return path.is_file()
    except OSError:
        return False


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], durable: bool = True) -> None:
    """Write a safetensors file so that a reader sees the old file or the new one, never half of one.

    What is not durable waits for no disk and hardly for a reader: it is written again soon.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, temporary)
        if durable:
            with temporary.open("r+b") as file:  # Windows syncs only what may be written
                os.fsync(file.fileno())
        replace_file(temporary, path, PATIENCE if durable else PATIENCE / 10)
    finally:
        remove_file(temporary)  # it is only still there where one of these failed


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a safetensors file. Raises CheckpointError for a missing or damaged file."""
    try:
        return load(_insist(path.read_bytes))  # read at once: a mapped file could not be replaced on Windows
    except (OSError, SafetensorError, AttributeError, KeyError) as error:  # the last two: a type that NumPy lacks
        raise CheckpointError(f"{path.name} cannot be read ({error}). Choose another snapshot.") from error
