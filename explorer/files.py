"""Files that are written whole and read within limits, arrays under names in safetensors files, and a file's format.

A folder may come from anybody. So what Hourglass reads of runs, sessions and caches is read through `open_file`: a
regular file, of no more bytes than its kind may have.
"""

import contextlib
import json
import os
import re
import stat
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
from pydantic_core import from_json
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from explorer.places import DiskFullError, is_full, temporary_name
from models.spec.errors import CheckpointError

PATIENCE = 1.0  # seconds that another process may hold a file
FORMAT = 2  # of what Hourglass writes; see docs/decisions.md for when it rises
MOST_JSON = 4_000_000  # bytes of a file; a summary of a thousand classes has 50 kB
MOST_ARRAYS = 4_000_000_000  # bytes of a file
_MOST_NAMED = 1_000_000  # bytes of the table of names in it; a hundred weights take 10 kB
_AT_ONCE = 1 << 20  # bytes
# Without a wait for a FIFO's other end, and without becoming a terminal's owner; Windows has neither.
_QUIETLY = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
T = TypeVar("T")


class UnreadableError(OSError):
    """A file that is not read: none of the regular ones, or too large. The message says which."""


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


@contextlib.contextmanager
def open_file(path: Path, most: int) -> Generator[BinaryIO]:
    """Open a regular file of at most `most` bytes for reading. Raises OSError.

    A link to a device would be read for ever, and a FIFO be waited for.
    """
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _QUIETLY)) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableError("it is a device or a pipe, not a regular file")
        if found.st_size > most:
            raise UnreadableError(_too_large(most))
        yield file


def _too_large(most: int) -> str:
    return f"it is larger than {most:,} bytes"


def read_file(path: Path, most: int = MOST_JSON) -> bytes:
    """Read a regular file of at most `most` bytes at once, as soon as no process holds it. Raises OSError.

    A mapped one could not be replaced on Windows.
    """
    return _insist(lambda: _read_within(path, most))


def _read_within(path: Path, most: int) -> bytes:
    with open_file(path, most) as file:
        data = file.read(os.fstat(file.fileno()).st_size)
        while more := file.read(_AT_ONCE):  # it has grown, or is of a kind that tells no size
            data += more
            if len(data) > most:
                raise UnreadableError(_too_large(most))
        return data


def read_json(path: Path, most: int = MOST_JSON) -> Any:
    """Read the JSON value of a file. Raises OSError where it cannot be read, ValueError for what is no JSON."""
    return from_json(read_file(path, most))


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


def is_folder(path: Path) -> bool:
    """Return whether there is a folder; also False where it may not be looked at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def write_whole(
    path: Path, write: Callable[[Path], object], *, durable: bool = False, patience: float = PATIENCE, size: int = 0
) -> None:
    """Let `write` make a file and move it to `path`: a reader sees the old file or the new one, never half of one.

    A durable file is on the disk before it is moved. Its mode is that of every new file, by the umask, whatever `write`
    makes of it. Raises DiskFullError, which says the bytes that are needed where `size` gives them.
    """
    try:
        _write_whole(path, write, durable, patience)
    except OSError as error:
        if isinstance(error, DiskFullError) or not is_full(error):
            raise
        raise DiskFullError(path.parent, error.errno, size) from error


def _write_whole(path: Path, write: Callable[[Path], object], durable: bool, patience: float) -> None:
    temporary = temporary_name(path)
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
    text = json.dumps(value, indent=2).encode() + b"\n"
    write_whole(path, lambda temporary: temporary.write_bytes(text), durable=durable, size=len(text))


def _save_file(arrays: dict[str, np.ndarray], path: Path) -> None:
    """Write a safetensors file. Raises OSError for an error of the disk, which the library hides in a text."""
    try:
        save_file(arrays, path)
    except SafetensorError as error:
        if (number := re.search(r"\(os error ([0-9]+)\)", str(error))) is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from error


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], durable: bool = True) -> None:
    """Write a safetensors file, whole.

    What is not durable waits for no disk and hardly for a reader: it is written again soon.
    """
    dense = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    write_whole(
        path,
        lambda temporary: _save_file(dense, temporary),
        durable=durable,
        patience=PATIENCE if durable else PATIENCE / 10,
        size=sum(array.nbytes for array in dense.values()),
    )


def save_array(path: Path, array: np.ndarray) -> None:
    """Write one array as an .npy file of any name."""
    with path.open("wb") as file:
        np.lib.format.write_array(file, array, allow_pickle=False)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Load all arrays of a safetensors file. Raises CheckpointError for a missing or damaged file."""
    try:
        data = read_file(path, MOST_ARRAYS)
        if int.from_bytes(data[:8], "little") > _MOST_NAMED:
            raise UnreadableError("the table of its arrays is too long")
        return load(data)
    except (OSError, SafetensorError, AttributeError, KeyError, ValueError) as error:  # the last: types NumPy lacks
        raise CheckpointError(f"{path.name} cannot be read ({error}). Choose another snapshot.") from error
