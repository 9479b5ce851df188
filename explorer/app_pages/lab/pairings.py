"""The pairing lab: choose data range, last layer, loss and link, and watch what comes of them."""

import contextlib
import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from explorer.app_pages.lab.results import show_results
from explorer.app_pages.parts.shared import forgiving, once, plain, put_into_address, show_error
from explorer.app_pages.setup.widgets import bounds
from explorer.datasets.catalogue import DATASETS
from explorer.lab.session import (
    MOST_CASES,
    Session,
    SessionError,
    find_session,
    list_sessions,
    new_session,
    read_results,
    read_session,
)
from explorer.runs.layout import send_command
from models.spec.catalogue import NETWORKS
from models.spec.pairings import CASES, TABLES, Pairing, letter_of, pairing_of, shown_name

MOST_LISTED = 10
FIRST = ("B", "E", "F")
SETTINGS = tuple(name for name in Session.model_fields if name != "pairings")
LABELS = {"data": "Data range", "last": "Last layer", "loss": "Loss", "link": "Shown as"}


def show_lab() -> None:
    st.markdown(
        "Data range, loss and link are **one choice**, not three. Pair them as you like and see what happens: every "
        "case gets the same network, the same first weights and the same batches."
    )
    codes = _choose_cases()
    settings = _settings_of_the_link()
    given = {"pairings": [pairing_of(code) for code in codes], **settings}
    with st.container(horizontal=True, vertical_alignment="center"):
        _offer_own_pairing()
        _offer_settings(settings)
        try:
            session = Session.parse(given)
        except SessionError as error:
            session = None
            if codes:
                show_error(str(error))
        _offer_earlier_sessions()
        label = f"Run {len(codes)} side by side" if len(codes) > 1 else "Run"
        if st.button(label, type="primary", icon=":material/play_arrow:", disabled=session is None) and session:
            _start(session)
    _show_chosen_session()


def _choose_cases() -> list[str]:
    """Codes of the chosen pairings, in the address too, so that a link shows the same choice."""
    if "lab-cases" not in st.session_state:
        st.session_state["lab-own"], st.session_state["lab-cases"] = _cases_of_the_link()
    own: list[str] = st.session_state["lab-own"]
    chosen = st.pills(
        "Cases",
        [*CASES, *own],
        selection_mode="multi",
        format_func=lambda code: f"**{code}** {CASES[code].title}" if code in CASES else pairing_of(code).words,
        key="lab-cases",
    )
    if len(chosen) > MOST_CASES:
        st.caption(f"{len(chosen)} are chosen; the first {MOST_CASES} run.")
    codes = [code for code in [*CASES, *own] if code in chosen][:MOST_CASES]
    if (text := ",".join(codes)) != st.query_params.get("cases"):  # each writing is a message to the browser
        st.query_params["cases"] = text  # none is a choice too, and stays in the address
    return codes


def _cases_of_the_link() -> tuple[list[str], list[str]]:
    """Own pairings and all chosen ones."""
    chosen: list[str] = []
    for code in st.query_params.get("cases", ",".join(FIRST)).split(","):
        try:
            pairing = pairing_of(code) if code else None
        except ValueError as error:
            show_error(f"The link asks for a pairing that does not exist. {error}")
            continue
        if pairing and (known := _code_of(pairing)) not in chosen:
            chosen.append(known)
    return [code for code in chosen if code not in CASES], chosen


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
        st.caption("Nothing is forbidden here: the lab is for seeing it fail.")
        st.button("Add", type="primary", on_click=_add, args=(Pairing(**names),), width="stretch")


def _add(pairing: Pairing) -> None:
    code = _code_of(pairing)
    if code not in CASES and code not in st.session_state["lab-own"]:
        st.session_state["lab-own"] = [*st.session_state["lab-own"], code]
    if code not in st.session_state["lab-cases"]:
        st.session_state["lab-cases"] = [*st.session_state["lab-cases"], code]


def _settings_of_the_link() -> dict[str, Any]:
    """What the address says of the session, as text; the schema checks it."""
    return {name: st.query_params[name] for name in SETTINGS if name in st.query_params}


def _offer_settings(given: Mapping[str, Any]) -> None:
    with st.popover("Network and data", icon=":material/tune:"):
        fields = Session.model_fields
        for name, table in (("dataset", DATASETS), ("network", NETWORKS)):
            options = list(table)
            value = str(given.get(name, fields[name].default))
            st.selectbox(
                name.capitalize() if name == "network" else "Data",
                options,
                index=options.index(value) if value in options else 0,
                format_func=lambda key, titles=table: titles[key].title,
                key=f"lab-{name}",
                on_change=_set,
                args=(name,),
            )
        for name, label in (
            ("latent_dim", "Latent dimensions"),
            ("steps", "Steps"),
            ("batch_size", "Batch size"),
            ("seed", "Seed"),
        ):
            _number(name, label, int(_number_of(given, name)), step=1)
        _number("learning_rate", "Learning rate", _number_of(given, "learning_rate"), step=1e-4, format="%.5g")
        st.caption("MNIST in batches of 256: one epoch is 235 steps.")


def _number(name: str, label: str, value: float, **options: Any) -> None:
    limits = bounds(name, Session)
    st.number_input(
        label,
        value=min(max(value, limits["min_value"]), limits["max_value"]),
        key=f"lab-{name}",
        on_change=_set,
        args=(name,),
        **limits,
        **options,
    )


def _number_of(given: Mapping[str, Any], name: str) -> float:
    """What the link says, where it is a number; the schema tells the rest of what it says."""
    default = float(Session.model_fields[name].default)
    try:
        value = float(given.get(name, default))
    except ValueError:
        return default
    return value if math.isfinite(value) else default


def _set(name: str) -> None:
    """Into the address; a default is left out."""
    value = st.session_state[f"lab-{name}"]
    put_into_address(name, "" if value == Session.model_fields[name].default else str(value))


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
        st.caption("The newest first.")


def _show(name: str) -> None:
    st.query_params["session"] = name


def _start(session: Session) -> None:
    """Begin and show it."""

    def begin() -> str:
        _stop_the_one_before()
        return new_session(session).name

    st.query_params["session"] = once("lab-started", session, begin)
    st.session_state["losses-address"] = st.query_params.to_dict()
    st.rerun()


def _stop_the_one_before() -> None:
    """The lab runs one session after the other; who starts a new one does not wait for what was on the page."""
    folder = find_session(st.query_params.get("session", ""))
    if folder is None:
        return
    with contextlib.suppress(SessionError):  # what cannot be read does not run
        if not read_results(folder, read_session(folder).pairings).ended:
            send_command(folder, "stop")


@forgiving
def _show_chosen_session() -> None:
    name = st.query_params.get("session")
    if name is None:
        _explain(list(CASES))
        return
    folder = find_session(name)
    if folder is None:
        show_error("That session is not here any more. Run the cases again.")
        return
    show_results(folder, read_session(folder))


def _explain(letters: Sequence[str]) -> None:
    """What the letters stand for, before anything has run."""
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
