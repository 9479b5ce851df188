"""The output of a process of ours, which is a log."""

import contextlib
import sys
from typing import Any, TextIO


class _Forgiving:
    """A stream that drops what cannot be written: a log may lie on a full disk, and nobody may die of that."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def forgive_output() -> None:
    """Let this process live on where its log cannot be written."""
    sys.stdout, sys.stderr = _Forgiving(sys.stdout), _Forgiving(sys.stderr)
