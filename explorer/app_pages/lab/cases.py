"""The table of cases: a row for each of the ten and for each combination of one's own; the ticked ones run."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.messages import show_error
from explorer.app_pages.parts.tab import of_tab
from explorer.components.choice_table import Cell, Row, choice_table
from explorer.figures.pairing_cards import UNKNOWN, verdict_of
from explorer.lab.results import CaseResult, Results
from explorer.lab.session import MOST_CASES
from models.spec.pairings import CASES, TABLES, Pairing, letter_of, pairing_of, shown_name

FIRST = ("B", "E", "F")
LABELS = {"data": "Data range", "last": "Last layer", "loss": "Loss", "link": "Displayed as"}
HEADS = (Cell("Case"), *map(Cell, LABELS.values()), Cell("Result"), Cell("MSE"))


def choose_cases(results: Results | None) -> list[str]:
    """Show all pairings, with the results of the session on the page, and return the codes of the ticked ones.

    The codes stand in the address too.
    """
    wanted, faults = _codes_in(address.value("cases", ",".join(FIRST)))
    for fault in faults:
        show_error(f"The link asks for a pairing that does not exist. {fault}")
    if faults:
        address.change("cases", ",".join(wanted))
    own: list[str] = of_tab("lab-own", list)
    own += [code for code in wanted if code not in CASES and code not in own]
    options = [*CASES, *own]
    found = _by_code(results)
    chosen = choice_table(
        "Cases",
        HEADS,
        [_row(code, found.get(code), results) for code in options],
        wanted,
        key="lab-cases",
        revision=address.key("cases"),
    )
    if len(chosen) > MOST_CASES:
        st.caption(f"{len(chosen)} cases are chosen. Only the first {MOST_CASES} run.")
    began = [code for code in options if code in wanted]
    address.take("cases", ",".join(chosen), ",".join(began), ",".join(FIRST))  # none is a choice too
    return chosen[:MOST_CASES]


def _by_code(results: Results | None) -> Mapping[str, CaseResult]:
    return {code_of(case.pairing): case for case in results.cases} if results else {}


def _row(code: str, result: CaseResult | None, results: Results | None) -> Row:
    names = pairing_of(code).model_dump().items()
    title = f"{code} · {CASES[code].title}" if code in CASES else "Your combination"
    verdict = verdict_of(result, results.ended) if result and results else None
    error = f"{result.measured.errors[result.pairing.link]:.4f}" if result and result.measured else ""
    outcome = (Cell(verdict.text, colour=verdict.colour), Cell(error or UNKNOWN)) if verdict else (Cell(""), Cell(""))
    return Row(code, title, (*(Cell(shown_name(field, name)) for field, name in names), *outcome))


def _codes_in(text: str) -> tuple[list[str], list[str]]:
    """Return the codes of the pairings that a text names, and what is wrong with the others."""
    codes: list[str] = []
    faults: list[str] = []
    for code in filter(None, text.split(",")):
        try:
            known = code_of(pairing_of(code))
        except ValueError as error:
            faults.append(str(error))
            continue
        if known not in codes:
            codes.append(known)
    return codes, faults


def code_of(pairing: Pairing) -> str:
    return letter_of(pairing) or pairing.code


def offer_own_pairing() -> None:
    """Let any combination be put into the table."""
    with st.popover("Another combination", icon=":material/add:", width="stretch"):
        names = {
            field: st.selectbox(LABELS[field], list(table), key=f"own-{field}", format_func=partial(shown_name, field))
            for field, table in TABLES.items()
        }
        st.caption("Every combination is allowed, also those that fail.")
        st.button("Add", type="primary", on_click=_add, args=(Pairing(**names),), width="stretch")


def _add(pairing: Pairing) -> None:
    codes, code = _codes_in(address.value("cases", ",".join(FIRST)))[0], code_of(pairing)
    if code not in codes:
        address.change("cases", ",".join([*codes, code]))
