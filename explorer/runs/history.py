"""Reading the history of a run: curves of any length as about as many points as asked for, and the newest steps.

All raise RowError for what no trainer can have written.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from explorer.runs.layout import FACTOR
from explorer.runs.records import Curves
from explorer.runs.rows import RowError

_PLACES = ("step", "epoch")  # columns by which everything else is drawn
Rows = Callable[..., list[tuple]]  # from a query and its values to rows


def read_curves(rows: Rows, points: int) -> Curves:
    """Return about `points` points of the whole history: means over blocks of steps, single steps at the end."""
    columns, checked = _columns_of(rows, "history"), _columns_of(rows, "validation")
    if not columns or not checked:  # the trainer has not made them yet
        return Curves({}, {})
    return Curves(
        _columns(columns, _history_rows(rows, columns, points)),
        _columns(checked, _validation_rows(rows, checked, points)),
    )


def read_newest(rows: Rows, steps: int) -> dict[str, np.ndarray]:
    """Return the last so many single steps by column, (steps,) each, the newest last; nothing where there is none."""
    columns = _columns_of(rows, "history")
    if not columns:
        return {}
    query = f"SELECT {_quoted(columns)} FROM history WHERE level = 0 ORDER BY step DESC LIMIT ?"  # noqa: S608 (catalogue names)
    return _columns(columns, rows(query, (steps,))[::-1])


def _columns_of(rows: Rows, table: str) -> list[str]:
    """Return all columns but `level`. Runs of earlier versions lack some."""
    return [name for (name,) in rows("SELECT name FROM pragma_table_info(?)", (table,)) if name != "level"]


def _validation_rows(rows: Rows, columns: list[str], points: int) -> list[tuple]:
    """Return the first, the last and every 2ⁿ-th row between, so that few points move as more come.

    A run validates once an epoch, so the epoch counts the rows: numbering them anew would cost milliseconds each time.
    """
    last, every = rows("SELECT step, epoch FROM validation ORDER BY step DESC LIMIT 1"), 1
    while last and _number(last[0][1]) > every * points:
        every *= 2
    names = _quoted(columns)
    return rows(
        f"SELECT {names} FROM validation WHERE (CAST(epoch AS INTEGER) - 1) % ? = 0 OR step = ? ORDER BY step",  # noqa: S608
        (every, last[0][0] if last else 0),
    )


def _history_rows(rows: Rows, columns: list[str], points: int) -> list[tuple]:
    last = _number(rows("SELECT max(step) FROM history WHERE level = 0")[0][0] or 0)
    level = 0
    while last // FACTOR**level > points:
        level += 1
    # The newest steps fill no whole block yet: they are read from the finer levels, a few rows each.
    names = _quoted(columns)
    found: list[tuple] = []
    for finer in range(level, -1, -1):
        seen = found[-1][0] if found else 0
        found += rows(
            f"SELECT {names} FROM history WHERE level = ? AND step > ? ORDER BY step",  # noqa: S608 (catalogue names)
            (finer, seen),
        )
    return found


def _number(value: Any) -> float:
    """Return a step or an epoch. Raises RowError."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise RowError(f"a step or epoch was {str(value)[:40]!r}, which is not a number")
    return value


def _quoted(columns: list[str]) -> str:
    return ", ".join('"{}"'.format(name.replace('"', '""')) for name in columns)


def _columns(names: list[str], rows: list[tuple]) -> dict[str, np.ndarray]:
    try:
        table = np.array(rows, dtype=np.float64).reshape(len(rows), len(names))
    except (TypeError, ValueError) as error:
        raise RowError("a value of its curves is not a number") from error
    columns = {name: table[:, index] for index, name in enumerate(names)}
    if missing := [name for name in _PLACES if name not in columns or not np.isfinite(columns[name]).all()]:
        raise RowError(f"its curves have no {' and no '.join(missing)}")
    return columns
