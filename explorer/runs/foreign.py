"""Connections to databases that anybody may have made: SQLite's own advice for such files, and bounds.

https://www.sqlite.org/security.html. A query ends after some seconds and some rows, and reads tables alone: a view in
the place of a table may never end.
"""

import sqlite3
import stat
import time
from pathlib import Path
from typing import Any

LONGEST_QUERY = 5.0  # seconds; one takes milliseconds at any length of a run
MOST_ROWS = 200_000  # of an answer; a curve has a few thousand
_LARGEST_VALUE = 1_000_000  # bytes of a text or a row
_LOOK_EVERY = 200_000  # steps of SQLite's machine, some milliseconds: no query of ours takes as many
_OPENED = ("", "-wal", "-shm", "-journal")  # what SQLite opens, beside the file and by itself
# What a run's database does not have: views, triggers and virtual tables; columns that are worked out as they are read.
_OTHERS = "SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index') OR ifnull(rootpage, 0) = 0 LIMIT 1"
_WORKED_OUT = (
    "SELECT 'column', columns.name FROM sqlite_master AS tables, pragma_table_xinfo(tables.name) AS columns "
    "WHERE tables.type = 'table' AND columns.hidden LIMIT 1"
)


class ForeignError(ValueError):
    """A database that is none of ours; the message says in what."""


class ForeignDatabase(sqlite3.Connection):
    """A connection for reading a file that anybody may have made: `sqlite3.connect(..., factory=ForeignDatabase)`."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._until = time.monotonic() + LONGEST_QUERY
        self.set_progress_handler(lambda: time.monotonic() > self._until, _LOOK_EVERY)
        self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
        self.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON"):
            self.execute(f"PRAGMA {pragma}")

    def answer(self, query: str, values: tuple = ()) -> tuple[list[str], list[tuple]]:
        """Return the names of the columns, and the rows.

        Raises ForeignError for an answer that is too long, sqlite3.Error where the file cannot be read.
        """
        self._until = time.monotonic() + LONGEST_QUERY
        try:
            cursor = self.execute(query, values)
            rows = cursor.fetchmany(MOST_ROWS + 1)
        except (OverflowError, UnicodeDecodeError) as error:
            raise ForeignError(f"it has a name or number that cannot be read ({error})") from error
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:  # Python's own errors have none
                raise
            raise ForeignError(f"it was still being read after {LONGEST_QUERY:.0f} s") from error
        if len(rows) > MOST_ROWS:
            raise ForeignError(f"it has over {MOST_ROWS:,} rows where a run has some thousand")
        return [column for column, *_ in cursor.description], rows

    def check_tables(self) -> None:
        """Raise ForeignError for a view, a trigger, a virtual table or a generated column: a small file may hold an
        endless one.
        """
        for query in (_OTHERS, _WORKED_OUT):
            for kind, name in self.answer(query)[1]:
                raise ForeignError(f"its {kind} {str(name)[:60]!r} is not part of a plain table")


def check_files(path: Path) -> None:
    """Raise ForeignError where SQLite would open something else than a file: it would wait for a pipe for ever."""
    for suffix in _OPENED:
        beside = path.with_name(path.name + suffix)
        try:
            found = beside.lstat()
        except OSError:
            continue
        if not stat.S_ISREG(found.st_mode):
            raise ForeignError(f"{beside.name} is not a regular file")
