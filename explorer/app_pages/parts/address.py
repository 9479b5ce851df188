"""The address of a page: what a link, a reload or the browser's Back brings back.

A page declares its parameters with ``open_part``, and so does each part of it. The session keeps the values, part by
part, and the address mirrors those of the parts in sight. The address is read only when a page is entered: by a link,
a reload, Back, Forward or the navigation. After that it is only written, because a message that the browser sent
before it received the newest address still carries an old one. An entry of the history that Back or Forward leads to
has all choices of its page: what it leaves out is the default. A link may leave out what the page is to keep.

A widget begins with the ``value`` of its parameter, under its ``key``, and gives what it says to ``take``. A value that
comes from elsewhere (``change``) begins a new widget with a new key: one that is set through the session may reach the
browser late, which then answers with the first value of the widget.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer.app_pages.parts.tab import of_tab
from models.spec.catalogue import current_name

Values = dict[str, str]


class _Shown(NamedTuple):
    """The value and the titles that a select box showed last."""

    value: str
    titles: Mapping[str, str]


@dataclass
class _Session:
    """The values of one browser tab, in plain fields, which a callback can change (see `of_tab`)."""

    page: str | None = None
    unread: Values = field(default_factory=dict)  # what the address said when the page was entered, until it is read
    entry: set[str] | None = None  # the parts that were read of an entry of the history; None: it was no such entry
    values: dict[str, Values] = field(default_factory=dict)  # of each part
    parts: dict[str, str] = field(default_factory=dict)  # the part of each parameter in sight
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)  # of widgets, by part and parameter
    titles: dict[tuple[str, str], "_Shown"] = field(default_factory=dict)  # of the options they show

    def replace(self, part: str, values: Values) -> None:
        """Set the values of a part. The widgets of those that differ begin anew."""
        before = self.values.get(part, {})
        for name in before.keys() | values.keys():
            if before.get(name) != values.get(name):
                self.numbers[part, name] = self.numbers.get((part, name), 0) + 1
        self.values[part] = values


def _session() -> _Session:
    return of_tab("address", lambda: _Session(unread=st.query_params.to_dict()))


def begin_run(page: str) -> None:
    """Read the address if this run enters a page. Call it before the page runs."""
    session, context = _session(), get_script_run_ctx()
    through_history = context is not None and context.is_history_navigation
    if page != session.page or through_history:
        session.unread = st.query_params.to_dict()
        session.entry = set() if through_history else None
        session.page, session.titles = page, {}
    session.parts = {}


def open_part(part: str, names: Collection[str]) -> None:
    """Declare the parameters of a part. If the entered address has none of them, the part keeps its values, unless
    Back or Forward entered it.
    """
    session = _session()
    session.parts |= dict.fromkeys(names, part)
    own = {name: session.unread.pop(name) for name in names if name in session.unread}
    if own or (session.entry is not None and part not in session.entry):
        session.replace(part, own)
    if session.entry is not None:
        session.entry.add(part)
    values = session.values.setdefault(part, {})
    for name in names:
        _mirror(name, values.get(name))


def end_run() -> None:
    """Remove from the address what belongs to no part in sight. Call it after the page has run.

    After Back or Forward the address is written in any case: a message about the page that was left, which the browser
    got a moment later, stands in the address of this one.
    """
    session = _session()
    own = {name: text for name, text in st.query_params.items() if name in session.parts}
    if session.entry is not None or len(own) < len(st.query_params):
        st.query_params.from_dict(own)
    session.unread, session.entry = {}, None


def _mirror(name: str, text: str | None) -> None:
    """Write a value into the address, only if it differs: each writing is a message to the browser."""
    if text is None:
        st.query_params.pop(name, None)
    elif text != st.query_params.get(name):
        st.query_params[name] = text


def value(name: str, default: str = "") -> str:
    session = _session()
    return session.values[session.parts[name]].get(name, default)


def known(name: str, options: Collection[str], default: str, tell: Callable[[str], object]) -> str:
    """Return the value of a parameter, by its name of today. If it is none of the options, tell so and take the
    default.
    """
    given = value(name, default)
    now = current_name(name, given)
    if now in options:
        if now != given:  # a link of an earlier version
            change(name, now, default)
        return now
    tell(now[:80])
    change(name, default, default)
    return default


def key(name: str) -> str:
    """Return the key of the widget of a parameter."""
    session = _session()
    part = session.parts[name]
    return f"{part}-{name}-{session.numbers.get((part, name), 0)}"


def put(name: str, text: str, default: str | None = None) -> None:
    """Take what a widget says. The address leaves the default out."""
    session = _session()
    values = session.values[session.parts[name]]
    if text == default:
        values.pop(name, None)
    else:
        values[name] = text
    _mirror(name, values.get(name))


def change(name: str, text: str | Callable[[], str], default: str | None = None) -> None:
    """Set a value from elsewhere than its widget. A function that starts something is called when nothing can come
    between its start and the value.
    """
    change_all({name: (text if isinstance(text, str) else text(), default)})


def change_all(wanted: Mapping[str, tuple[str, str | None]]) -> None:
    """Set values, each with its default. All are set before the address is written, which may end the script's run."""
    session = _session()
    for name, (text, default) in wanted.items():
        part = session.parts[name]
        others = {other: kept for other, kept in session.values[part].items() if other != name}
        session.replace(part, others if text == default else {**others, name: text})
    for name in wanted:
        _mirror(name, session.values[session.parts[name]].get(name))


def replace_part(part: str, wanted: Mapping[str, tuple[str, str]]) -> None:
    """Set all values of a part, each with its default. It need not be in sight: it has them when it is shown next."""
    session = _session()
    session.replace(part, {name: text for name, (text, default) in wanted.items() if text != default})
    for name in wanted:
        if session.parts.get(name) == part:
            _mirror(name, session.values[part].get(name))


def select_box(label: str, name: str, titles: Mapping[str, str], default: str, **settings: Any) -> str:
    """Show a select box for a parameter and return its value, one of those that have a title."""
    titles = _settled(name, titles, default)
    begin, options = value(name, default), list(titles)
    chosen = st.selectbox(label, options, options.index(begin), _titled(titles), key(name), **settings)
    return take(name, chosen, begin, default)


def _settled(name: str, titles: Mapping[str, str], default: str) -> Mapping[str, str]:
    """Return the titles to show: those that are shown already, until the value or its own title is another.

    A choice travels by its title, and an open list closes when its titles change. So a widget with other titles is a
    new one, and what was chosen under the titles of before counts.
    """
    session, widget = _session(), (_session().parts[name], name)
    before, current = session.titles.get(widget), value(name, default)
    if before and before.value == current and before.titles.get(current) == titles.get(current):
        titles = {option: before.titles.get(option, title) for option, title in titles.items()}
    elif before and any(before.titles.get(option, title) != title for option, title in titles.items()):
        chosen = st.session_state.get(key(name))
        if chosen is not None and chosen in titles:
            put(name, chosen, default)
        session.numbers[widget] = session.numbers.get(widget, 0) + 1
    session.titles[widget] = _Shown(value(name, default), titles)
    return titles


def segments(label: str, name: str, titles: Mapping[str, str], default: str, **settings: Any) -> str:
    """Show a segmented control for a parameter and return its value, one of those that have a title."""
    begin = value(name, default)
    settings |= {"format_func": _titled(titles), "default": begin, "key": key(name), "required": True}
    return take(name, str(st.segmented_control(label, list(titles), **settings)), begin, default)


def _titled(titles: Mapping[str, str]) -> Callable[[str], str]:
    return lambda name: titles.get(name, name)  # Streamlit also asks for one that has just gone


def take(name: str, says: str, began: str, default: str | None = None) -> str:
    """Return what a widget says, and put it where it is not what the widget began with: somebody chose it.

    What it began with may be another value than the parameter's, one that stands in for a value that cannot be shown.
    That one stays in the address until somebody chooses.
    """
    if says != began:
        put(name, says, default)
    return says
