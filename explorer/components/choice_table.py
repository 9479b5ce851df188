"""A table whose rows are chosen, by click or by key: any number of them, or just one."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from explorer.components.web import as_data, loader

_TABLE = st.components.v2.component(
    "hourglass_table", html='<div class="hg-choices"></div>', js=loader("table"), isolate_styles=False
)


@dataclass(frozen=True)
class Cell:
    """A text and a note below it, as text; with a colour (green, orange, red, gray) the text is a badge."""

    text: str
    note: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Row:
    key: str
    title: str
    cells: tuple[Cell, ...]


def choice_table(
    label: str,
    heads: Sequence[Cell],
    rows: Sequence[Row],
    chosen: Collection[str],
    *,
    key: str,
    revision: str = "",
    several: bool = True,
    captions: bool = False,
) -> list[str]:
    """Show the table and return the keys of the rows that are chosen, in the order of the rows.

    The ticks live in the browser: the table takes `chosen` over when it is first shown, and again when `revision`
    changes. The first of the `heads` is that of the titles. On a narrow screen each row is a block, in which the cells
    have their heads before them if `captions`; else the last two columns are results, with a place reserved for them.
    """
    ticked = _ticked(key, revision)
    now = [row.key for row in rows if row.key in (chosen if ticked is None else ticked)]
    data = {
        "label": label,
        "heads": [{"text": head.text, "note": head.note} for head in heads],
        "rows": [asdict(row) for row in rows],
        "several": several,
        "captions": captions,
        "chosen": now,
        "revision": revision,
    }
    _TABLE(key=key, data=as_data(data), height="content", on_chosen_change=lambda: None)
    return now


def _ticked(key: str, revision: str) -> list[str] | None:
    """Return what the browser sent for this revision, or None. It is known before the component is shown."""
    state = st.session_state.get(key)
    sent = state.get("chosen") if state else None
    if not isinstance(sent, dict) or sent.get("revision") != revision or not isinstance(sent.get("keys"), list):
        return None
    return [each for each in sent["keys"] if isinstance(each, str)]
