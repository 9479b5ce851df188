"""Damage to the folder of a run or a session, in one file: all that a person, a program or an attacker may do to it."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from explorer.files import load_arrays, save_arrays
from explorer.lab.session import ARRAYS, SESSION, STATE
from explorer.runs.layout import DATABASE, EXPERIMENT, PREVIEW, PROBE_IMAGES, SNAPSHOTS, SUMMARY, snapshot_file
from tests.support.helpers import OLD_RUN

Damage = Callable[[Path], None]  # to a folder

LAST = f"{SNAPSHOTS}/{snapshot_file(18)}"
FILES = (EXPERIMENT, SUMMARY, DATABASE, PREVIEW, PROBE_IMAGES, LAST)
TABLES = {
    "meta": ("key", "value"),
    "status": ("state", "stage", "message", "step", "epoch", "seconds", "images_per_second", "goes_on", "updated"),
    "events": ("step", "epoch", "seconds", "kind", "detail"),
    "snapshots": ("step", "epoch", "seconds", "file"),
    "history": ("level", "step", "epoch", "loss", "weight_kl"),
    "validation": ("step", "epoch", "loss"),
}
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {} FROM n"

_NUMBERS = st.one_of(
    st.integers(-3, 300), st.sampled_from([2**31, 2**63 - 1, 10**30]), st.floats(width=32), st.just(float("nan"))
)
_WORDS = st.one_of(st.sampled_from(["", "loss", "kl", "../../x", "*a*", "000000018.safetensors"]), st.text(max_size=8))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), _NUMBERS, _WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_WORDS, inner, max_size=4)),
    max_leaves=6,
)


def fresh(folder: Path) -> Path:
    """Make the folder anew: a whole run, of the oldest format."""
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(OLD_RUN, folder))


def _away(path: Path) -> None:
    path.unlink()


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _endless(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _huge(path: Path) -> None:
    os.truncate(path, 2**40)


KINDS = (_away, _a_folder, _endless, _a_pipe, _huge)


@st.composite
def in_place(draw: st.DrawFn, files: Sequence[str]) -> Damage:
    """Put something else in the place of any file."""
    file, kind = draw(st.sampled_from(files)), draw(st.sampled_from(KINDS))
    return lambda folder: kind(folder / file)


@st.composite
def in_bytes(draw: st.DrawFn, files: Sequence[str]) -> Damage:
    """Cut any file, or change some of its bytes."""
    file, cut = draw(st.sampled_from(files)), draw(st.booleans())
    places = draw(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=9))

    def damage(folder: Path) -> None:
        data = bytearray((folder / file).read_bytes())
        for share, value in places:
            data[int(share * len(data))] = value
        (folder / file).write_bytes(data[: int(places[0][0] * len(data))] if cut else data)

    return damage


@st.composite
def in_json(draw: st.DrawFn, files: Sequence[str]) -> Damage:
    """Put another value into a JSON file, at any depth, or in the place of all of it."""
    file, value = draw(st.sampled_from(files)), draw(VALUES)
    way = draw(st.lists(st.floats(0, 1, exclude_max=True), max_size=4))

    def damage(folder: Path) -> None:
        (folder / file).write_text(json.dumps(_with(json.loads((folder / file).read_text()), way, value)))

    return damage


def _with(whole: Any, way: list[float], value: Any) -> Any:
    """Return `whole` with another value at a place: each step of the way is a share of the entries there."""
    if not way or not isinstance(whole, dict | list) or not whole:
        return value
    keys = list(whole) if isinstance(whole, dict) else list(range(len(whole)))
    key = keys[int(way[0] * len(keys))]
    changed = dict(whole) if isinstance(whole, dict) else list(whole)
    changed[key] = _with(whole[key], way[1:], value)
    return changed


@st.composite
def in_arrays(draw: st.DrawFn, files: Sequence[str]) -> Damage:
    """Give an array of a file another shape, type or content, or leave it out."""
    file, which = draw(st.sampled_from(files)), draw(st.floats(0, 1, exclude_max=True))
    shape = draw(st.lists(st.sampled_from([0, 1, 2, 3, 28, 40, 41]), max_size=4))
    kind = draw(st.sampled_from(["f2", "f4", "f8", "u1", "i8", "b1", "keep", "leave out"]))
    value = draw(st.sampled_from([0, 1, -1, 200, np.nan, np.inf, 1e30]))

    def damage(folder: Path) -> None:
        arrays = load_arrays(folder / file)
        name = sorted(arrays)[int(which * len(arrays))]
        own = arrays.pop(name)
        if kind != "leave out":
            with np.errstate(all="ignore"):
                like = own if kind == "keep" else np.zeros(shape, kind)
                arrays[name] = np.full(like.shape, float(value)).astype(like.dtype)
        save_arrays(folder / file, arrays, durable=False)

    return damage


@st.composite
def in_rows(draw: st.DrawFn) -> Damage:
    """Put any value into a column of the database, or drop the table or the column."""
    table = draw(st.sampled_from(sorted(TABLES)))
    column, what = draw(st.sampled_from(TABLES[table])), draw(st.sampled_from(["value", "json", "table", "column"]))
    value = draw(st.one_of(st.none(), st.integers(-3, 2**62), st.floats(), _WORDS, st.binary(max_size=5)))
    text = json.dumps(draw(VALUES))

    def damage(run: Path) -> None:
        with sqlite3.connect(run / DATABASE) as database:
            try:
                if what == "table":
                    database.execute(f"DROP TABLE {table}")
                elif what == "column":
                    database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
                else:
                    database.execute(f"UPDATE {table} SET {column} = ?", [text if what == "json" else value])  # noqa: S608
            except sqlite3.Error:  # SQLite refuses it itself
                database.rollback()
        database.close()

    return damage


@st.composite
def in_tables(draw: st.DrawFn) -> Damage:
    """Put an endless view in the place of a table."""
    table = draw(st.sampled_from(sorted(TABLES)))

    def damage(run: Path) -> None:
        with sqlite3.connect(run / DATABASE) as database:
            columns = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")]
            rows = ENDLESS.format(", ".join(f'i AS "{name}"' for name in columns))
            database.execute(f"DROP TABLE {table}")
            database.execute(f"CREATE VIEW {table} AS {rows}")
        database.close()

    return damage


OF_A_RUN = st.one_of(
    in_place(FILES),
    in_bytes(FILES),
    in_json([EXPERIMENT, SUMMARY]),
    in_arrays([PREVIEW, LAST]),
    in_rows(),
    in_tables(),
)
OF_A_SESSION = st.one_of(
    in_place([SESSION, STATE, ARRAYS]),
    in_bytes([SESSION, STATE, ARRAYS]),
    in_json([SESSION, STATE]),
    in_arrays([ARRAYS]),
)
