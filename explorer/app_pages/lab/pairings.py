"""The pairing lab: choose data range, last layer, loss and display, and watch what comes of them."""

import contextlib
import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from explorer.app_pages.lab.results import show_results
from explorer.app_pages.parts import address
from explorer.app_pages.parts.clicks import once
from explorer.app_pages.parts.messages import plain, show_error, show_read_errors
from explorer.app_pages.setup.widgets import bounds
from explorer.datasets.catalogue import DATASETS
from explorer.lab.results import read_results
from explorer.lab.session import (
    MOST_CASES,
    Session,
    SessionError,
    find_session,
    list_sessions,
    new_session,
    read_session,
)
from explorer.runs.layout import send_command
from models.spec.catalogue import NETWORKS, QUESTION, current_name
from models.spec.pairings import CASES, TABLES, Pairing, letter_of, pairing_of, shown_name

MOST_LISTED = 10
FIRST = ("B", "E", "F")
SETTINGS = tuple(name for name in Session.model_fields if name != "pairings")
LABELS = {"data": "Data range", "last": "Last layer", "loss": "Loss", "link": "Displayed as"}


def show_lab() -> None:
    address.open_part("lab", ["cases", "session", *SETTINGS])
    st.markdown(
        "Data range, loss and how the output is displayed are **one choice**, not three. Combine them freely and "
        "compare the results: every case trains the same network from the same initial weights on the same batches. "
        "A case learns where its error is clearly below that of the *mean image*, the mean of all training images. "
        f"*The question* is {QUESTION}, from which Hourglass grew: why does a sigmoid in the last layer stop this "
        "autoencoder from learning?"
    )
    codes = _choose_cases()
    with st.container(horizontal=True, vertical_alignment="center"):
        _offer_own_pairing()
        _offer_settings()
        settings = {name: text for name in SETTINGS if (text := address.value(name))}  # as text; the schema checks it
        try:
            session = Session.parse({"pairings": [pairing_of(code) for code in codes], **settings})
        except SessionError as error:
            session = None
            if codes:
                show_error(str(error))
        _offer_earlier_sessions()
        label = f"Run {len(codes)} side by side" if len(codes) > 1 else "Run"
        pressed = st.button(label, type="primary", icon=":material/play_arrow:", disabled=session is None)
    if pressed and session:
        _start(session)
    _show_chosen_session()


def _choose_cases() -> list[str]:
    """Show all pairings and return the codes of the chosen ones, which are in the address too."""
    wanted, faults = _codes_in(address.value("cases", ",".join(FIRST)))
    for fault in faults:
        show_error(f"The link asks for a pairing that does not exist. {fault}")
    if faults:
        address.change("cases", ",".join(wanted))
    own: list[str] = st.session_state.setdefault("lab-own", [])
    own += [code for code in wanted if code not in CASES and code not in own]
    options = [*CASES, *own]
    chosen = st.pills(
        "Cases",
        options,
        selection_mode="multi",
        default=wanted,
        format_func=lambda code: f"**{code}** {CASES[code].title}" if code in CASES else pairing_of(code).words,
        key=address.key("cases"),
    )
    if len(chosen) > MOST_CASES:
        st.caption(f"{len(chosen)} cases are chosen. Only the first {MOST_CASES} run.")
    codes = [code for code in options if code in chosen]
    began = [code for code in options if code in wanted]
    address.take("cases", ",".join(codes), ",".join(began), ",".join(FIRST))  # none is a choice too
    return codes[:MOST_CASES]


def _codes_in(text: str) -> tuple[list[str], list[str]]:
    """Return the codes of the pairings that a text names, and what is wrong with the others."""
    codes: list[str] = []
    faults: list[str] = []
    for code in filter(None, text.split(",")):
        try:
            known = _code_of(pairing_of(code))
        except ValueError as error:
            faults.append(str(error))
            continue
        if known not in codes:
            codes.append(known)
    return codes, faults


def _code_of(pairing: Pairing) -> str:
    return letter_of(pairing) or pairing.code


def _offer_own_pairing() -> None:
    with st.popover("Another combination", icon=":material/add:"):
        names = {
            field: st.selectbox(
                LABELS[field],
                list(table),
                key=f"own-{field}",
                format_func=partial(shown_name, field),
            )
            for field, table in TABLES.items()
        }
        st.caption("Every combination is allowed, also those that fail.")
        st.button("Add", type="primary", on_click=_add, args=(Pairing(**names),), width="stretch")


def _add(pairing: Pairing) -> None:
    codes, code = _codes_in(address.value("cases", ",".join(FIRST)))[0], _code_of(pairing)
    if code not in codes:
        address.change("cases", ",".join([*codes, code]))


def _offer_settings() -> None:
    with st.popover("Network and data", icon=":material/tune:"):
        for name, label, table in (("dataset", "Data", DATASETS), ("network", "Network", NETWORKS)):
            options, default = list(table), str(Session.model_fields[name].default)
            now = current_name(name, address.value(name, default))
            begin = options.index(now) if now in options else 0  # what is wrong with it is said below
            titles = {key: info.title for key, info in table.items()}
            chosen = st.selectbox(label, options, begin, titles.__getitem__, address.key(name))
            address.take(name, chosen, options[begin], default)
        for name, label in (
            ("latent_dim", "Latent dimensions"),
            ("steps", "Steps"),
            ("batch_size", "Batch size"),
            ("seed", "Seed"),
        ):
            _number(name, label, int, step=1)
        _number("learning_rate", "Learning rate", float, step=1e-4, format="%.5g")
        st.caption(_epoch_in_words())
        st.caption("The question: MNIST, 235 steps of 256, learning rate 0.0001.")


def _epoch_in_words() -> str:
    """Return how many steps an epoch has, of the data and the batch size that are chosen."""
    info = DATASETS.get(_value("dataset"))
    batch = max(1, int(_number_in(_value("batch_size"), Session.model_fields["batch_size"].default)))
    return f"{info.title}: one epoch is {math.ceil(info.training / batch):,} steps." if info else ""


def _value(name: str) -> str:
    return address.value(name, str(Session.model_fields[name].default))


def _number(name: str, label: str, kind: type[int] | type[float], **options: Any) -> None:
    """Show a number of the session. The address keeps what it says until another one is chosen here."""
    limits, default = bounds(name, Session), Session.model_fields[name].default
    begin = min(max(kind(_number_in(address.value(name), default)), limits["min_value"]), limits["max_value"])
    chosen = st.number_input(label, value=begin, key=address.key(name), **limits, **options)
    address.take(name, str(chosen), str(begin), str(default))


def _number_in(text: str, default: float) -> float:
    """Return the number in a text, or the default. The schema says what is wrong with the text."""
    try:
        value = float(text)
    except ValueError:
        return default
    return value if math.isfinite(value) else default


def _offer_earlier_sessions() -> None:
    with st.popover("Earlier sessions", icon=":material/history:"):
        for folder in list_sessions()[:MOST_LISTED]:
            with contextlib.suppress(SessionError):
                session = read_session(folder)
                cases = ", ".join(_code_of(pairing) for pairing in session.pairings)
                label = f"{cases} on {session.dataset} · {folder.name[9:11]}:{folder.name[11:13]}"
                st.button(
                    plain(label), key=f"earlier-{folder.name}", type="tertiary", on_click=_show, args=(folder.name,)
                )
        st.caption("Newest first.")


def _show(name: str) -> None:
    address.change("session", name)


@show_read_errors
def _start(session: Session) -> None:
    """Begin a session and show it."""

    def begin() -> str:
        _stop_the_one_before()
        return new_session(session).name

    address.change("session", lambda: once("lab-started", session, begin))
    st.rerun()


def _stop_the_one_before() -> None:
    """Stop the session that was on the page: the lab runs one at a time, and a new one does not wait for it."""
    folder = find_session(address.value("session"))
    if folder is None:
        return
    with contextlib.suppress(SessionError):  # what cannot be read does not run
        if not read_results(folder, read_session(folder).pairings).ended:
            send_command(folder, "stop")


@show_read_errors
def _show_chosen_session() -> None:
    name = address.value("session")
    if not name:
        _explain(list(CASES))
        return
    folder = find_session(name)
    if folder is None:
        show_error("This session no longer exists. Run the cases again.")
        return
    show_results(folder, read_session(folder))


def _explain(letters: Sequence[str]) -> None:
    """Explain the letters of the formulas, before anything has run."""
    rows = [
        {
            "case": f"{letter} {CASES[letter].title}",
            **{
                LABELS[field].lower(): shown_name(field, name)
                for field, name in CASES[letter].pairing.model_dump().items()
            },
        }
        for letter in letters
    ]
    st.dataframe(rows, hide_index=True, height="content")
