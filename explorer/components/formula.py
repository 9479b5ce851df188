"""A field to type a formula in. What is said about the formula follows while it is typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.components.web import as_data, loader

_FORMULA = st.components.v2.component(
    "hourglass_formula", html='<div class="hg-formula"></div>', js=loader("formula"), isolate_styles=False
)


@dataclass(frozen=True)
class Reply:
    """The answer to a formula; an error has the `place` of what is wrong, characters from start to end."""

    sentence: str
    place: tuple[int, int] | None = None


def formula(
    text: str,
    *,
    key: str,
    label: str,
    tensors: Sequence[tuple[str, str]],
    functions: Sequence[tuple[str, str]],
    reply: Callable[[str], Reply],
    revision: int = 0,
) -> str:
    """Show the field, and return what is typed in it now.

    The text lives in the browser: the field takes `text` over when it is first shown, and again when `revision`
    changes. `reply` is asked about what is typed now, so that no answer is about another text. `tensors` has names with
    shapes, `functions` has usages such as `clip(value, low, high)` with summaries: what the field offers to insert.
    Everything arrives as text, nothing as markup.
    """
    typed = _typed(key, revision)
    now = text if typed is None else typed
    said = reply(now)
    data = {
        "text": now,
        "revision": revision,
        "label": label,
        "tensors": [list(pair) for pair in tensors],
        "functions": [list(pair) for pair in functions],
        "sentence": said.sentence,
        "place": said.place and list(said.place),
    }
    _FORMULA(key=key, data=as_data(data), height="content", on_typed_change=lambda: None)
    return now


def _typed(key: str, revision: int) -> str | None:
    """Return what the browser sent for this revision, or None. It is known before the component is shown."""
    state = st.session_state.get(key)
    sent = state.get("typed") if state else None
    if not isinstance(sent, dict) or sent.get("revision") != revision or not isinstance(sent.get("text"), str):
        return None
    return sent["text"]
