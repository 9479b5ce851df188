"""A run folder may come from anybody: none of its words is markup on a page."""

import json
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from explorer.app_pages.parts.messages import plain
from explorer.runs.layout import DATABASE, SUMMARY
from tests.support.app_pages import page
from tests.support.helpers import OLD_RUN

HOSTILE = "[x](http://evil.example) :red[a] $x$ <b> ![i](//evil.example/i.png) `c` :material/delete: www.evil.example"
MARKUP = ["[x](", ":red[", "$x$", "<b>", "![i]", "`c`", "http://", "www.", ":material/delete"]
NAME = "[x](evil) :red[a] $x$ <b> `c`"  # of a folder: no slash
READ_AS_MARKDOWN = {"body", "label", "text", "help", "placeholder"}


@pytest.fixture
def hostile(empty_home: Path) -> Path:
    """Return the folder of a finished run in which every text is hostile."""
    folder = empty_home / "runs" / NAME
    shutil.copytree(OLD_RUN, folder)
    summary = json.loads((folder / SUMMARY).read_text())
    summary["class_names"] = [f"{name} {HOSTILE}" for name in summary["class_names"]]
    (folder / SUMMARY).write_text(json.dumps(summary))
    with closing(sqlite3.connect(folder / DATABASE)) as history, history:
        history.execute("UPDATE status SET stage = ?, message = ?", (HOSTILE, HOSTILE))
        refused = json.dumps({"message": HOSTILE, "at": time.time()})
        history.execute("INSERT INTO events VALUES (NULL, 1, 1.0, 1.0, 'refused', ?)", (refused,))
    return folder


def set_state(folder: Path, state: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as history, history:
        history.execute("UPDATE status SET state = ?", (state,))
        history.execute("DELETE FROM meta WHERE key IN ('pid', 'process_started')")  # nobody looks for its trainer


def texts(message: Message) -> Iterator[str]:
    """Yield every text of an element that the browser reads as Markdown."""
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, Message):
                yield from texts(each)
            elif isinstance(each, str) and field.name in READ_AS_MARKDOWN:
                yield each


def all_texts(shown: AppTest) -> list[str]:
    found, waiting = [], [shown._tree]
    while waiting:
        node = waiting.pop()
        waiting += list(getattr(node, "children", {}).values())
        if isinstance(proto := getattr(node, "proto", None), Message):
            found += texts(proto)
    return found


def live(text: str) -> str:
    """Return what of a text acts: without what a backslash takes its meaning from."""
    return re.sub(r"\\.", "", text)


@pytest.mark.parametrize("state", [HOSTILE, "preparing", "training", "paused", "stopped", "failed", "finished"])
def test_nothing_of_a_run_is_markup_on_its_page(hostile, state):
    set_state(hostile, state)
    shown = page("train", run=NAME)
    found = all_texts(shown)
    assert [text for text in found if any(mark in live(text) for mark in MARKUP)] == []
    said = [re.sub(r"\\(.)", r"\1", text).replace("\u2060", "") for text in found]
    components = [element.proto.json for element in shown.get("bidi_component")]  # the browser sets these as text
    assert any(HOSTILE in text for text in (*said, *components)), found


@pytest.mark.parametrize(
    ("name", "query"),
    [("explore", {}), ("losses", {"view": "terms", "experiment": f"run/{NAME}"}), ("losses", {"view": "step"})],
)
def test_nothing_of_a_run_is_markup_elsewhere(hostile, name, query):
    shown = page(name, model=f"run/{NAME}", **query)
    assert not shown.exception
    found = all_texts(shown)
    assert [text for text in found if any(mark in live(text) for mark in MARKUP)] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b", "a b"),
        ("a\n\n# b", r"a \# b"),
        ("    code", "code"),
        ("- x", r"\- x"),
        ("a - 1. x", "a - 1. x"),
        ("12. x", r"12\. x"),
        ("http://a.b", "http\\:\u2060//a.b"),
        ("WWW.a.b", "WWW\u2060.a.b"),
        ("a@b.c", "a@\u2060b.c"),
        ("run/a@live", "run/a@live"),
        (":smile:", "\\:\u2060smile\\:"),
        (":material/delete:", "\\:\u2060material/delete\\:"),
    ],
)
def test_plain_text_is_read_as_it_is(text, shown):
    assert plain(text) == shown
