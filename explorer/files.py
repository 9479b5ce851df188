"""Files that are written whole, arrays under names in safetensors files, and the number of a file's format."""

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from models.spec.errors import CheckpointError

PATIENCE = 1.0  # seconds that another process may hold a file
FORMAT = 2  # of what Hourglass writes; see docs/decisions.md for when it rises
T = TypeVar("T")


class FormatError(ValueError):
    """A file of a format that this Hourglass cannot read; the message can be shown."""


def check_format(number: Any, what: str) -> None:
    """Raise FormatError for the format of a newer Hourglass, and for anything that is no format."""
    if type(number) is not int or number < 1:
        raise FormatError(
            f"The format of this {what} was {str(number)[:40]}; allowed are whole numbers from 1 to {FORMAT}. "
            "Restore it or remove it."
        )
    if number > FORMAT:
        raise FormatError(
            f"This {what} was written by a newer Hourglass (format {number}; this one reads up to {FORMAT}). "
            "Update Hourglass."
        )


def without_format(given: Any, what: str) -> Any:
    """Return a file's JSON object without its format's number. What is no object stays as it is. Raises FormatError."""
    if not isinstance(given, dict):
        return given
    check_format(given.get("format", 1), what)
    return {key: value for key, value in given.items() if key != "format"}


def _insist(act: Callable[[], T], patience: float = PATIENCE) -> T:
    """Try again until a file is free or the time is up: Windows refuses a file that another process has open."""
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
    """Delete a file, if it is there, as soon as no process reads it."""
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
    """Return when a file was last written, in ns; 0 where there is none. With the path it is a key for caches."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def is_file(path: Path) -> bool:
    """Return whether there is a file; also False where it may not be read."""
    try:
        return path.is_file()
    except OSError:
        return False


def write_whole(
    path: Path, write: Callable[[Path], object], *, durable: bool = False, patience: float = PATIENCE
) -> None:
    """Let `write` make a file and move it to `path`: a reader sees the old file or the new one, never half of one.

    A durable file is on the disk before it is moved. Its mode is that of every new file, by the umask, whatever `write`
    makes of it.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        temporary.touch()
        mode = temporary.stat().st_mode
        write(temporary)
        temporary.chmod(mode)
        if durable:
            with temporary.open("r+b") as file:  # Windows syncs only what may be written
                os.fsync(file.fileno())
        replace_file(temporary, path, patience)
    finally:
        remove_file(temporary)  # it is only still there where one of these failed


def write_json(path: Path, value: Any, *, durable: bool = False) -> None:
    """Write JSON, whole."""
    text = json.dumps(value, indent=2) + "\n"
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"), durable=durable)


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], durable: bool = True) -> None:
    """Write a safetensors file, whole.

    What is not durable waits for no disk and hardly for a reader: it is written again soon.
    """
    dense = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    write_whole(
        path,
        lambda temporary: save_file(dense, temporary),
        durable=durable,
        patience=PATIENCE if durable else PATIENCE / 10,
    )


def save_array(path: Path, array: np.ndarray) -> None:
    """Write one array as an .npy file of any name."""
    with path.open("wb") as file:
        np.lib.format.write_array(file, array, allow_pickle=False)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Load all arrays of a safetensors file. Raises CheckpointError for a missing or damaged file."""
    try:
        return load(_insist(path.read_bytes))  # read at once: a mapped file could not be replaced on Windows
    except (OSError, SafetensorError, AttributeError, KeyError) as error:  # the last two: a type that NumPy lacks
        raise CheckpointError(f"{path.name} cannot be read ({error}). Choose another snapshot.") from error
