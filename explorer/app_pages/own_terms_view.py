"""Loss terms of one's own: a formula each, with its value on real images while it is typed."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.app_pages.shared import remembered
from explorer.components import Reply, formula
from explorer.jobs import Jobs, Progress
from explorer.latent.client import AnalystError
from explorer.services import SERVICES
from models.catalogue import PIXEL_MODELS, TENSORS, tensors_of
from models.experiment import Experiment
from models.formulas import FUNCTIONS, FormulaError, usage
from models.schedules import SCHEDULES

FIRST_FORMULA = "sum(abs(z))"
MOST_TERMS = 8
LOOK = 0.3  # seconds


@st.cache_resource
def _trials() -> Jobs:
    return Jobs(SERVICES.workbench)


def choose_own_terms(base: Experiment) -> dict[str, dict[str, Any]]:
    """Settings of the terms that a person wrote, by name. `base` is the experiment without them."""
    kept = st.session_state["setup"].setdefault("own-terms", {})  # number -> formula as it was last seen
    settings: dict[str, dict[str, Any]] = {}
    for number in list(kept):
        with st.container(border=True, key=f"own-term-{number}"):
            name, setting = _choose(base, number, kept)
        settings[name if name not in settings else f"{name} twice"] = setting  # a name that the schema refuses
    st.button(
        "Add a term of your own", icon=":material/function:", type="tertiary", on_click=_add,
        disabled=len(kept) >= MOST_TERMS,
    )  # fmt: skip
    return settings


def _add() -> None:
    kept = st.session_state["setup"]["own-terms"]
    kept[max(kept, default=0) + 1] = FIRST_FORMULA


def _remove(number: int) -> None:
    st.session_state["setup"]["own-terms"].pop(number, None)


def _choose(base: Experiment, number: int, kept: dict[int, str]) -> tuple[str, dict[str, Any]]:
    """The row of one term: its name and its setting."""
    name_side, weight_side, schedule_side, length_side, end = st.columns([3, 2, 3, 2, 1], vertical_alignment="bottom")
    first = f"own_{number}"
    name = name_side.text_input("Name", key=remembered(f"own-{number}-name", first), max_chars=32) or first
    weight = weight_side.number_input(
        "Weight", key=remembered(f"own-{number}-weight", 1.0), min_value=0.0, max_value=1e6, step=0.1, format="%.4g"
    )
    schedule = schedule_side.selectbox(
        "Schedule", list(SCHEDULES), key=remembered(f"own-{number}-schedule", "constant"),
        format_func=lambda name: SCHEDULES[name].title,
    )  # fmt: skip
    setting = {"weight": weight, "schedule": schedule}
    if schedule != "constant":
        setting["schedule_epochs"] = length_side.number_input(
            "Over epochs", key=remembered(f"own-{number}-schedule_epochs", 5.0), min_value=0.01, format="%.4g"
        )
    end.button(
        "", icon=":material/delete:", key=f"own-{number}-remove", help="Remove", on_click=_remove, args=(number,)
    )
    kept[number] = formula(
        kept[number],
        key=f"own-{number}-formula",
        label="Formula, one number for each image",
        tensors=[(tensor, TENSORS[tensor].kind) for tensor in tensors_of(base.info, PIXEL_MODELS[base.pixel_model])],
        functions=[(usage(function), info.summary) for function, info in FUNCTIONS.items()],
        reply=lambda text: _reply(base, text),
    )
    return name, {**setting, "formula": kept[number]}


def _reply(base: Experiment, text: str) -> Reply:
    """What is wrong with a formula, or what it comes to on the first images, before any training."""
    try:
        base.parse_formula(text)
    except FormulaError as error:
        return Reply(error.sentence, (error.start, error.end))
    key = f"{base.model_dump_json()} {text}"
    found = st.session_state.setdefault("trials", {})
    if key not in found:
        try:
            answer = _trials().look(key, "try_term", experiment=base.model_dump(), formula=text)
        except AnalystError as error:
            _trials().forget_failure(key)
            return Reply(f"It could not be tried: {error}")
        if isinstance(answer, Progress):
            st.fragment(run_every=LOOK)(_await)(base, text, key)
            return Reply("Trying it on the first images.")
        found[key] = answer[0]
    return _told(found[key])


def _await(base: Experiment, text: str, key: str) -> None:
    """Bring the page back when the answer is there."""
    try:
        answer = _trials().look(key, "try_term", experiment=base.model_dump(), formula=text)
    except AnalystError:
        st.rerun()  # the field says what it was
    if not isinstance(answer, Progress):
        st.session_state["trials"][key] = answer[0]
        st.rerun()


def _told(tried: Mapping[str, Any]) -> Reply:
    if tried["finite"] < tried["images"]:
        return Reply(
            f"It is not a finite number for {tried['images'] - tried['finite']} of the first {tried['images']} images. "
            "Keep what is divided by, or under a log or root, above 0.",
            (0, tried["length"]),
        )
    low, mean, high = (f"{tried[part]:.4g}" for part in ("low", "mean", "high"))
    return Reply(f"{mean} on the first {tried['images']} images before training, from {low} to {high}.")
