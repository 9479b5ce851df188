"""The pairing lab: tick cases of data range, last layer, loss and display, and watch what comes of them."""

import contextlib

import streamlit as st

from explorer.app_pages.lab.cases import choose_cases, code_of, offer_own_pairing
from explorer.app_pages.lab.results import in_words, show_results
from explorer.app_pages.lab.settings import SETTINGS, given_settings, offer_settings
from explorer.app_pages.parts import address
from explorer.app_pages.parts.clicks import once
from explorer.app_pages.parts.messages import plain, show_error, show_read_errors
from explorer.lab.results import Results, read_results
from explorer.lab.session import Session, SessionError, find_session, list_sessions, new_session, read_session
from explorer.runs.layout import send_command
from models.spec.catalogue import QUESTION
from models.spec.pairings import pairing_of

MOST_LISTED = 10


def show_lab() -> None:
    """Show the table of cases, beside it what runs them, and below the session that is chosen."""
    address.open_part("lab", ["cases", "session", *SETTINGS])
    table, beside = st.columns([9, 3], gap="medium")
    with table:
        codes = choose_cases(_results_so_far())
    with beside, st.container(key="lab-beside"):
        session, fault = _session_of(codes)
        label = f"Run {len(codes)} side by side" if len(codes) > 1 else "Run"
        pressed = st.button(
            label, type="primary", icon=":material/play_arrow:", disabled=session is None, width="stretch"
        )
        if fault and codes:
            show_error(fault)
        elif session:
            st.caption(plain(in_words(session)))
        offer_settings()
        offer_own_pairing()
        _offer_earlier_sessions()
        _explain()
    if pressed and session:
        _start(session)
    _show_chosen_session()


def _explain() -> None:
    st.markdown(
        "Data range, loss and display are **one choice**, not three. Every case trains the same network from the same "
        "initial weights on the same batches. It learns where its error is clearly below that of the *mean image*, the "
        "mean of all training images.",
        help=f"*The question* is {QUESTION}, from which Hourglass grew: why does a sigmoid in the last layer stop this "
        "autoencoder from learning?",
    )


def _session_of(codes: list[str]) -> tuple[Session | None, str]:
    """Return the session that would run, or what is wrong with it."""
    try:
        return Session.parse({"pairings": [pairing_of(code) for code in codes], **given_settings()}), ""
    except SessionError as error:
        return None, str(error)


def _results_so_far() -> Results | None:
    """Return the results of the session on the page, where there is one that can be read."""
    folder = find_session(address.value("session"))
    with contextlib.suppress(SessionError):  # it is told below the table
        return read_results(folder, read_session(folder).pairings) if folder else None
    return None


def _offer_earlier_sessions() -> None:
    with st.popover("Earlier sessions", icon=":material/history:", width="stretch"):
        for folder in list_sessions()[:MOST_LISTED]:
            with contextlib.suppress(SessionError):
                session = read_session(folder)
                cases = ", ".join(code_of(pairing) for pairing in session.pairings)
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
        return
    folder = find_session(name)
    if folder is None:
        show_error("This session no longer exists. Run the cases again.")
        return
    show_results(folder, read_session(folder))
