"""The slowest files first, so that no worker is left with one at the end: by tests/seconds.json, a file's seconds.

Those of the browser come behind all others: a worker's Chromium and app stay open from the first of them to the end.
A file that is not in the table is new, and first. `pytest --renew-seconds` writes the table anew from what it ran.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest

TABLE = Path(__file__).parents[1] / "seconds.json"
_BROWSER = "tests/browser/"
_spent: defaultdict[str, float] = defaultdict(float)


def in_order(paths: list[str], seconds: dict[str, float]) -> list[str]:
    """Return each path once: the browser's last, and of each kind the unknown ones first, then the slowest."""
    return sorted(dict.fromkeys(paths), key=lambda path: (_BROWSER in path, -seconds.get(path, float("inf"))))


def sort_by_seconds(items: list[pytest.Item]) -> None:
    """Sort tests by their files; those of a file stay as they are."""
    order = in_order([_file(item.nodeid) for item in items], json.loads(TABLE.read_text(encoding="utf-8")))
    places = {path: place for place, path in enumerate(order)}
    items.sort(key=lambda item: places[_file(item.nodeid)])


def count(report: pytest.TestReport) -> None:
    """Add up what a file's tests take."""
    _spent[_file(report.nodeid)] += report.duration


def renew_table() -> None:
    """Write what this session's files took into the table. Other files keep theirs, unless they are gone."""
    kept = json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}
    seconds = {**kept, **{path: round(spent, 1) for path, spent in _spent.items()}}
    there = {path: spent for path, spent in sorted(seconds.items()) if (TABLE.parents[1] / path).exists()}
    TABLE.write_text(json.dumps(there, indent=1) + "\n", encoding="utf-8")


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
