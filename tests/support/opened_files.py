"""Which files Python opens."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_opened: list[str] | None = None


def _watch(event: str, arguments: tuple) -> None:
    if _opened is not None and event in {"open", "os.scandir", "sqlite3.connect"}:
        _opened.append(f"{event} {arguments[0]}")


sys.addaudithook(_watch)  # there is no way to take one back


@contextmanager
def opened_in(folder: Path) -> Generator[list[str]]:
    """Collect every file and folder in `folder` that Python opens meanwhile."""
    global _opened
    _opened, found = [], []
    try:
        yield found
        found += [each for each in _opened if str(folder) in each]
    finally:
        _opened = None
