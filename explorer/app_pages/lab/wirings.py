"""The five wirings: the code of each beside what it measured, and a table of what each can do."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.analyst.errors import AnalystError
from explorer.app_pages.parts.messages import plain, show_error
from explorer.app_pages.parts.waiting import bar_with_stop, offer_again, wait_for
from explorer.services import SERVICES
from models.spec.wirings import CAPABILITIES, WIRINGS

AGREES = 1e-5  # relative; float32 sums in another order differ by about 1e-7


@st.fragment
def show_wirings() -> None:
    """Show the code at once; the numbers as soon as they are measured."""
    st.subheader("One objective, five wirings")
    st.caption(
        "The same VAE loss, wired into Keras in five ways. Given the same weights, batch and noise, all must give the "
        "same total and the same gradients. The code that you see is the code that runs."
    )
    found = None
    try:
        found = wait_for(SERVICES.wirings.poll, bar_with_stop("Measuring: {}.", SERVICES.wirings.stop))
    except AnalystError as error:
        show_error(f"The wirings could not be measured: {error}")
        offer_again(SERVICES.workbench, "wirings-again", SERVICES.wirings.again)
    _show_one(found)
    if found is not None:
        _show_table(found)
    _advise()


def _show_one(measured: Mapping[str, Any] | None) -> None:
    names = list(WIRINGS)
    name = str(
        st.segmented_control(
            "Wiring", names, format_func=lambda name: WIRINGS[name].title, default=names[0], key="wiring",
            label_visibility="collapsed", required=True,
        )
    )  # fmt: skip
    code, numbers = st.columns([9, 4], gap="large")
    with code:
        st.code(WIRINGS[name].source(), language="python", wrap_lines=True)
    with numbers:
        st.markdown(plain(WIRINGS[name].summary))
        st.caption(f"`y` for `fit`: {WIRINGS[name].targets}.")
        if measured is not None:
            _show_numbers(measured["wirings"][name])


def _show_numbers(one: Mapping[str, Any]) -> None:
    """Show totals and differences on a whole batch and on a short one."""
    runs = [one["full"], one["short"]]
    agrees = all(max(run["total_difference"], run["gradient_difference"]) <= AGREES for run in runs)
    st.markdown(
        ":green-badge[:material/check: Same total, same gradients]" if agrees
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


def _show_table(measured: Mapping[str, Any]) -> None:
    st.markdown("##### What each can do")
    st.caption(
        f"Measured in small trainings on {measured['images']} digits, in {measured['seconds']:.0f} s. The KL weight is "
        f"{measured['kl_weight']:g}."
    )
    table = {
        info.title: [_cell(measured["wirings"][name]["cells"][capability]) for capability in CAPABILITIES]
        for name, info in WIRINGS.items()
    }
    questions = [f"**{info.title}**  \n{info.question}" for info in CAPABILITIES.values()]
    st.table({"": questions, **table}, border="horizontal")
    st.button("Measure again", key="wirings-measure", icon=":material/refresh:", on_click=SERVICES.wirings.again)


def _cell(cell: Mapping[str, Any]) -> str:
    mark = ":green[:material/check: **Yes**]" if cell["ok"] else ":red[:material/close: **No**]"
    return f"{mark}  \n{plain(cell['note'])}"


def _advise() -> None:
    st.markdown(
        "**Which one?** For heads with a target each, use dict outputs. For a regulariser that belongs to a layer, use "
        "`add_loss`. For a VAE, use `compute_loss` over named tensors: it needs the least code and reports every term "
        "correctly. For a second optimizer or an adversarial term, use `train_step`, as Hourglass does. Concatenated "
        "outputs work, but nothing checks the slices."
    )
