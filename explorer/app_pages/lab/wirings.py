"""The five wirings: a table of what each can do, and of the chosen one the code beside what it measured."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.analyst.errors import AnalystError
from explorer.app_pages.parts import address
from explorer.app_pages.parts.messages import plain, show_error
from explorer.app_pages.parts.waiting import bar_with_stop, offer_again, wait_for
from explorer.components.choice_table import Cell, Row, choice_table
from explorer.services import SERVICES
from models.spec.wirings import CAPABILITIES, WIRINGS

AGREES = 1e-5  # relative; float32 sums in another order differ by about 1e-7
HEADS = (
    Cell("Wiring"),
    Cell("Best for"),
    Cell("Same loss", "Does it give the same total and gradients?"),
    *(Cell(info.title, info.question) for info in CAPABILITIES.values()),
)
YES, NO, UNKNOWN = Cell("Yes", colour="green"), Cell("No", colour="red"), Cell("…")


@st.fragment
def show_wirings() -> None:
    """Show the table at once, its answers as soon as they are measured, and the code of the row that is chosen."""
    address.open_part("wirings", ["wiring"])
    st.caption(
        "One VAE loss, wired into Keras in five ways. Given the same weights, batch and noise, all must give the same "
        "total and the same gradients. Choose a row to see its code: it is the code that runs."
    )
    found = None
    with st.container():  # a place of its own: the table stays where it is
        try:
            found = wait_for(SERVICES.wirings.poll, bar_with_stop("Measuring {}.", SERVICES.wirings.stop))
        except AnalystError as error:
            show_error(f"The wirings could not be measured: {error}")
            offer_again(SERVICES.workbench, "wirings-again", SERVICES.wirings.again)
    name = _choose(found)
    if found is not None:
        _say_how_it_was_measured(found)
    if name:
        _show_one(name, found)


def _choose(measured: Mapping[str, Any] | None) -> str:
    """Show what each wiring can do, and return the chosen one; empty where none is. It stands in the address too."""
    address.known("wiring", ("", *WIRINGS), "", lambda _name: None)
    began = address.value("wiring")
    rows = [
        Row(name, info.title, (Cell(info.best_for), *_answers(measured["wirings"][name] if measured else None)))
        for name, info in WIRINGS.items()
    ]
    chosen = choice_table(
        "What each wiring can do",
        HEADS,
        rows,
        [began],
        key="wirings-table",
        revision=address.key("wiring"),
        several=False,
        captions=True,
    )
    return address.take("wiring", "".join(chosen), began, "")


def _answers(one: Mapping[str, Any] | None) -> list[Cell]:
    """Return the answer to each question, in the order of the columns."""
    if one is None:
        return [UNKNOWN] * (1 + len(CAPABILITIES))
    answers = [_agrees(one), *(one["cells"][capability]["ok"] for capability in CAPABILITIES)]
    return [YES if answer else NO for answer in answers]


def _agrees(one: Mapping[str, Any]) -> bool:
    runs = (one["full"], one["short"])
    return all(max(run["total_difference"], run["gradient_difference"]) <= AGREES for run in runs)


def _say_how_it_was_measured(measured: Mapping[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Measured in small trainings on {measured['images']} digits, in {measured['seconds']:.0f} s. "
            f"The KL weight is {measured['kl_weight']:g}."
        )
        st.button("Measure again", key="wirings-measure", icon=":material/refresh:", on_click=SERVICES.wirings.again)


def _show_one(name: str, measured: Mapping[str, Any] | None) -> None:
    """Show the code of a wiring, and beside it what was measured of it."""
    info = WIRINGS[name]
    code, numbers = st.columns([6, 5], gap="large")
    with code:
        st.code(info.source(), language="python", wrap_lines=True)
    with numbers:
        st.markdown(plain(info.summary))
        st.caption(f"`y` for `fit`: {info.targets}.")
        if measured is not None:
            _show_numbers(measured["wirings"][name])
            _show_notes(measured["wirings"][name]["cells"])


def _show_numbers(one: Mapping[str, Any]) -> None:
    """Show totals and differences on a whole batch and on a short one."""
    runs = [one["full"], one["short"]]
    st.markdown(
        ":green-badge[:material/check: Same total, same gradients]" if _agrees(one)
        else ":red-badge[:material/close: Differs from the reference]"
    )  # fmt: skip
    rows = {
        "Total, nats": [f"{run['total']:.4f}" for run in runs],
        "Reference": [f"{run['reference']:.4f}" for run in runs],
        "Total off by": [_relative(run["total_difference"]) for run in runs],
        "Gradients off by": [_relative(run["gradient_difference"]) for run in runs],
    }
    heads = " | ".join(f"{run['images']} images" for run in runs)
    lines = [f"| | {heads} |", "| --- | ---: | ---: |", *(f"| {row} | {' | '.join(rows[row])} |" for row in rows)]
    st.markdown("\n".join(lines))
    st.caption("Relative differences. The gradients are those that the optimizer received, over all weights.")


def _relative(difference: float) -> str:
    return "0" if difference == 0 else f"{difference:.0e}"


def _show_notes(cells: Mapping[str, Mapping[str, Any]]) -> None:
    """Show what the answers of the table rest on."""
    for capability, info in CAPABILITIES.items():
        cell = cells[capability]
        mark = ":green[:material/check:]" if cell["ok"] else ":red[:material/close:]"
        st.markdown(f"{mark} **{info.title}**  \n{plain(cell['note'])}")
