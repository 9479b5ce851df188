"""Your own loss terms: a formula each, with its value on real images while it is typed."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from explorer.analyst.errors import AnalystError
from explorer.analyst.jobs import OneAtATime
from explorer.app_pages.parts import address
from explorer.app_pages.parts.messages import show_error
from explorer.app_pages.parts.waiting import wait_for
from explorer.app_pages.setup.own_terms_address import MOST_TERMS, NAME_LENGTH, OWN_TERMS, address_of, terms_in
from explorer.app_pages.setup.widgets import COLUMNS, PARTS, choose_weight, form_values
from explorer.components import Reply, formula
from explorer.services import SERVICES
from models.spec.catalogue import PIXEL_MODELS, TENSORS, tensors_of
from models.spec.experiment import Experiment, ExperimentError
from models.spec.formula.formula import FUNCTIONS, FormulaError, usage
from models.spec.term_settings import TermSetting

FIRST = TermSetting(formula="sum(abs(z))")


def choose_own_terms(base: Experiment) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return the settings of the terms that a person wrote, by name, and a sentence for each whose name is taken.

    `base` is the experiment without them.
    """
    kept = _kept()
    rows: list[tuple[str, dict[str, Any]]] = []
    for number in list(kept):
        with st.container(border=True, key=f"own-term-{number}"):
            rows.append(_choose(base, number, kept, [*base.terms, *(name for name, _ in rows)]))
    text = address_of(rows) if rows else ""
    address.put(OWN_TERMS, text, "")
    st.button(
        "Add a loss term", icon=":material/function:", type="tertiary", on_click=_add,
        args=(form_values()["own-next"],), disabled=len(kept) >= MOST_TERMS,
    )  # fmt: skip
    if rows and not text:
        st.caption("Your terms do not fit into the address of the page. A reload loses them.")
    settings: dict[str, dict[str, Any]] = {}
    faults = []
    for name, setting in rows:
        if name in base.terms or name in settings:
            faults.append(_taken(name))
        else:
            settings[name] = setting
    return settings, faults


def _taken(name: str) -> str:
    return f"Another term has the name {name}. Choose another name."


def _kept() -> dict[int, str]:
    """Return each term's formula as it was last seen, by number.

    A new session, Back and Forward take the terms that the address has.
    """
    setup, entered = form_values(), address.key(OWN_TERMS)
    if setup.get("own-entered") != entered:
        setup |= {"own-terms": {}, "own-next": setup.get("own-next", 1), "own-entered": entered}
        terms, unreadable = terms_in(address.value(OWN_TERMS))
        for number, (name, setting) in enumerate(terms, setup["own-next"]):
            _add(number, name, setting)
        if unreadable:
            st.toast(
                f"{unreadable} of the loss terms in this link cannot be read. Without them it is another training."
            )
    return setup["own-terms"]


def _add(number: int, name: str = "", setting: TermSetting = FIRST) -> None:
    """Add a term. Each number is used once: a click that arrives twice adds one term, and no name is used again."""
    setup = form_values()
    if number < setup["own-next"]:
        return
    setup["own-next"] = number + 1
    setup["own-terms"][number] = setting.formula or ""
    for part, value in {"name": name or f"own_{number}", **setting.model_dump(include=set(PARTS))}.items():
        setup[_key(number, part)] = value


def _remove(number: int) -> None:
    form_values()["own-terms"].pop(number, None)


def _trials(number: int) -> OneAtATime:
    """Return the trials of one field: every text on the way to a formula may be one."""
    return st.session_state.setdefault(_key(number, "trials"), OneAtATime(SERVICES.jobs))


def _key(number: int, part: str) -> str:
    return f"own-{number}-{part}"


def _choose(base: Experiment, number: int, kept: dict[int, str], others: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Show the row of one term and return its name and setting. `others` are the names that are taken."""
    name_side, *places, end = st.columns([3, *COLUMNS, 1], vertical_alignment="bottom")
    first = f"own_{number}"
    setup, key = form_values(), _key(number, "name")
    # Told as its beginning: a value put into a widget is lost where the page runs again before the browser has it.
    setup[key] = name_side.text_input("Name", setup[key], key=key, max_chars=NAME_LENGTH, placeholder=first)
    name = setup[key].strip() or first
    setting = choose_weight(places, lambda part: _key(number, part), FIRST.weight)
    end.button(
        "", icon=":material/delete:", key=f"own-{number}-remove", help="Remove", on_click=_remove, args=(number,)
    )
    if fault := _fault(base, name, others):
        show_error(fault)
    kept[number] = formula(
        kept[number],
        key=f"own-{number}-formula",
        label="Formula, one number for each image",
        tensors=[
            (tensor, TENSORS[tensor].kind) for tensor in tensors_of(base.variant_info, PIXEL_MODELS[base.pixel_model])
        ],
        functions=[(usage(function), info.summary) for function, info in FUNCTIONS.items()],
        reply=partial(_reply, base, _trials(number)),
    )
    return name, {**setting, "formula": kept[number]}


def _fault(base: Experiment, name: str, others: Sequence[str]) -> str:
    """Return what is wrong with a name, if anything. It is shown beside the name: the estimate may be out of sight."""
    if name in others:
        return _taken(name)
    try:
        Experiment.parse({**base.model_dump(), "terms": {**base.model_dump()["terms"], name: FIRST}})
    except ExperimentError as error:
        return str(error)
    return ""


def _reply(base: Experiment, trials: OneAtATime, text: str) -> Reply:
    """Show what is wrong with a formula, or its value on the first images, before any training."""
    try:
        base.parse_formula(text)
    except FormulaError as error:
        return Reply(error.sentence, (error.start, error.end))
    tried = base.reduced("tensors")  # all else of an experiment leaves a trial as it was
    poll = partial(trials.poll, (tried, text), "try_term", experiment=tried.model_dump(), formula=text)
    try:
        found = wait_for(poll, lambda _progress: None)  # the field says that it is under way
    except AnalystError as error:
        return Reply(f"It could not be evaluated: {error}")
    return answer_to(base, found) if found is not None else Reply("Evaluating it on the first images.")


def answer_to(base: Experiment, tried: Mapping[str, Any]) -> Reply:
    """Say what a trial of a formula (see `explorer.analyst.answers.try_term`) means for the experiment."""
    if tried["finite"] < tried["images"]:
        return Reply(
            f"The value is not finite for {tried['images'] - tried['finite']} of the first {tried['images']} images. "
            "Keep denominators and the arguments of log and sqrt above 0.",
            (0, tried["length"]),
        )
    if tried["gradient"] is None:
        return Reply(
            "The value is finite, but the gradient is not, as for a square root at 0. Add a small number inside.",
            (0, tried["length"]),
        )
    low, mean, high = (f"{tried[part]:.4g}" for part in ("low", "mean", "high"))
    value = f"{mean} on the first {tried['images']} images before training, from {low} to {high}."
    if tried["gradient"] > 0:
        return Reply(value)
    learner = next(iter(base.variant_info.learners.values()))
    moved = " and ".join(learner.moves)
    return Reply(f"{value} No gradient reaches the {moved}: the term is plotted, but does not change the training.")
