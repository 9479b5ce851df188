"""The form of a new training: every choice, what it costs, and what it minimises."""

from concurrent.futures import Future
from typing import Any

import streamlit as st

from explorer.app_pages.code_view import show_code
from explorer.app_pages.shared import once, plain, show_error
from explorer.app_pages.terms_view import show_terms
from explorer.datasets.catalogue import DATASETS
from explorer.experiments import AT_ONCE, PRESET_TITLES, PRESETS, checked_experiment
from explorer.latent.client import AnalystError, AskAgainError
from explorer.services import SERVICES
from models.catalogue import NETWORKS, OPTIMIZERS, PIXEL_MODELS, TERMS, VARIANTS, formula_of
from models.experiment import Experiment, ExperimentError
from models.schedules import SCHEDULES

FIELDS = Experiment.model_fields
COSTS = ("dataset", "network", "variant", "pixel_model", "latent_dim", "batch_size", "optimizer")


def _default(name: str) -> Any:
    return FIELDS[name].default


def show_setup() -> None:
    """The page before a run: presets, choices, estimate, start."""
    st.session_state.setdefault("setup", {})
    _offer_presets()
    choices, costs = st.columns([7, 4], gap="large")
    with choices:
        given = _choose_all()
    with costs, st.container(border=True):
        try:
            experiment = checked_experiment(given)
        except ExperimentError as error:
            for sentence in error.sentences:
                show_error(sentence)
            st.button("Start training", type="primary", disabled=True, width="stretch")
            return
        _summarise(experiment)
        if st.button("Start training", type="primary", width="stretch", icon=":material/play_arrow:"):
            _start(experiment)
    with st.expander("The loss at a glance", icon=":material/account_tree:"):
        show_terms(experiment, key="setup-terms")
    show_code(experiment)


def _offer_presets() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Start from", width="content")
        for name, title in PRESET_TITLES.items():
            st.button(title, key=f"preset-{name}", on_click=_take_preset, args=(name,))
        for name, label in AT_ONCE.items():
            if st.button(label, key=f"train-{name}", icon=":material/play_arrow:", type="tertiary"):
                _start(checked_experiment(PRESETS[name]))


def _take_preset(name: str) -> None:
    """Put every value of the preset into the widgets; what it does not name goes back to its default."""
    experiment = checked_experiment(PRESETS[name])
    for field, value in experiment.model_dump(exclude={"terms"}).items():
        st.session_state[f"setup-{field}"] = value
    for term, setting in experiment.terms.items():
        for part, value in setting.model_dump().items():
            st.session_state[_term_key(experiment.variant, term, part)] = value


def _term_key(variant: str, term: str, part: str) -> str:
    return f"setup-{variant}-{term}-{part}"  # a weight belongs to its variant: beta-VAE's 4 must not follow to the VAE


def _select(label: str, field: str, table: Any, **options: Any) -> str:
    titles = {name: info if isinstance(info, str) else info.title for name, info in table.items()}
    _remember(f"setup-{field}", _default(field))
    return st.selectbox(label, list(titles), format_func=lambda name: titles[name], key=f"setup-{field}", **options)


def _remember(key: str, value: Any) -> Any:
    """Widgets forget their value when another page is shown; the session keeps a copy of its own."""
    kept = st.session_state["setup"]
    if key not in st.session_state:
        st.session_state[key] = kept.get(key, value)
    kept[key] = st.session_state[key]
    return key


def _number(label: str, field: str, **options: Any) -> Any:
    return st.number_input(label, key=_remember(f"setup-{field}", _default(field)), **options)


def _choose_all() -> dict[str, Any]:
    given: dict[str, Any] = {}
    one, two = st.columns(2)
    with one:
        given["dataset"] = _select("Data", "dataset", DATASETS, help="digits and shapes need no network.")
        info = DATASETS[given["dataset"]]
        st.caption(f"{info.description} {info.examples:,} images.")
        given["network"] = _select("Network", "network", NETWORKS)
        st.caption(NETWORKS[given["network"]].summary)
    with two:
        given["variant"] = _select("Variant", "variant", VARIANTS)
        st.caption(VARIANTS[given["variant"]].summary)
        given["pixel_model"] = _select("Pixel model", "pixel_model", PIXEL_MODELS)
        st.caption(PIXEL_MODELS[given["pixel_model"]].summary)
    columns = iter(st.columns(4))
    with next(columns):
        given["latent_dim"] = _number("Latent dimensions", "latent_dim", min_value=1, max_value=512, step=1)
    with next(columns):
        given["epochs"] = _number("Epochs", "epochs", min_value=1, max_value=10_000, step=1)
    with next(columns):
        given["batch_size"] = _number("Batch size", "batch_size", min_value=1, max_value=4096, step=1)
    with next(columns):
        given["learning_rate"] = _number(
            "Learning rate", "learning_rate", min_value=1e-7, max_value=1.0, step=1e-4, format="%.5g"
        )
    given["terms"] = _choose_terms(given["variant"], given["pixel_model"])
    given |= _choose_details(given)
    return given


def _choose_terms(variant: str, pixel_model: str) -> dict[str, dict[str, Any]]:
    st.markdown("###### Loss terms")
    settings: dict[str, dict[str, Any]] = {}
    for term, weight in VARIANTS[variant].weights.items():
        name, weight_side, schedule_side, length_side = st.columns([3, 2, 3, 2], vertical_alignment="center")
        name.markdown(f"**{TERMS[term].title}**")
        name.caption(formula_of(term, pixel_model))
        key = _remember(_term_key(variant, term, "weight"), weight)
        setting = {
            "weight": weight_side.number_input("Weight", key=key, min_value=0.0, max_value=1e6, step=0.1, format="%.4g")
        }
        key = _remember(_term_key(variant, term, "schedule"), "constant")
        setting["schedule"] = schedule_side.selectbox(
            "Schedule", list(SCHEDULES), key=key, format_func=lambda name: SCHEDULES[name].title
        )
        if setting["schedule"] != "constant":
            key = _remember(_term_key(variant, term, "schedule_epochs"), 5.0)
            setting["schedule_epochs"] = length_side.number_input("Over epochs", key=key, min_value=0.01, format="%.4g")
        settings[term] = setting
    return settings


def _choose_details(given: dict[str, Any]) -> dict[str, Any]:
    details: dict[str, Any] = {}
    with st.expander("More: optimizer, validation, seed"):
        columns = iter(st.columns(4))
        with next(columns):
            details["optimizer"] = _select("Optimizer", "optimizer", OPTIMIZERS)
        with next(columns):
            details["validation_fraction"] = _number(
                "Validation share", "validation_fraction", min_value=0.01, max_value=0.5, step=0.05
            )
        with next(columns):
            details["seed"] = _number("Seed", "seed", min_value=0, max_value=2**31 - 1, step=1)
        with next(columns):
            if PIXEL_MODELS[given["pixel_model"]].uses_sigma:
                details["pixel_sigma"] = _number("Pixel σ", "pixel_sigma", min_value=0.01, max_value=10.0, step=0.05)
            if VARIANTS[given["variant"]].uses_corruption:
                details["corruption"] = _number("Noise σ", "corruption", min_value=0.0, max_value=2.0, step=0.1)
    return details


def _summarise(experiment: Experiment) -> None:
    info = experiment.info
    st.markdown(f"##### {info.title}, {experiment.latent_dim}-D, on {DATASETS[experiment.dataset].title}")
    st.caption(f"{info.paper}")
    lines = []
    for name, setting in experiment.terms.items():
        schedule = "" if setting.schedule == "constant" else f" · {SCHEDULES[setting.schedule].title.lower()}"
        lines.append(f"{setting.weight:g} × {TERMS[name].title.lower()}{schedule}")
    st.markdown("Minimises " + " + ".join(lines))
    st.caption(f"Pixels: {PIXEL_MODELS[experiment.pixel_model].reconstruction}; shown through "
               f"{PIXEL_MODELS[experiment.pixel_model].link}.")  # fmt: skip
    _show_estimate(experiment)


@st.fragment(run_every=0.5)
def _show_estimate(experiment: Experiment) -> None:
    """Parameters and time, measured by building the model and timing some of its steps."""
    try:
        estimate = _estimate(experiment)
    except AnalystError as error:
        st.caption(plain(f"Size and speed could not be measured: {error} Training may still work."))
        return
    if estimate is None:
        st.markdown("Parameters **…** · time **…**")
        st.caption("Building the model and timing a few steps of it.")
        return
    images = DATASETS[experiment.dataset].training * (1 - experiment.validation_fraction) * experiment.epochs
    seconds = images / estimate["images_per_second"]
    st.markdown(f"Parameters **{estimate['parameters']:,}** · time **about {duration(seconds)}**")
    st.caption(f"{estimate['images_per_second']:,.0f} images/s measured on this machine; starting takes a few seconds.")


def _estimate(experiment: Experiment) -> dict[str, float] | None:
    """The measured answer, or None while it is on its way. Raises AnalystError where it cannot be measured.

    Only what changes the cost asks again, and one question at a time: while a size is being stepped through, the sizes
    in between are left out.
    """
    cost = Experiment.parse({name: getattr(experiment, name) for name in COSTS})
    key = cost.model_dump_json()
    asked: dict[str, Future] = st.session_state.setdefault("estimates", {})
    if key not in asked:
        if not all(future.done() for future in asked.values()):
            return None
        try:
            asked[key] = SERVICES.workbench.ask(
                "estimate", experiment=cost.model_dump(), image_shape=DATASETS[experiment.dataset].image_shape
            )
        except AskAgainError:
            return None
    try:
        return asked[key].result()[0] if asked[key].done() else None
    except AskAgainError:  # the process was interrupted for the sake of another request
        del asked[key]
        return None


def duration(seconds: float) -> str:
    """Such as `40 s`, `3 min`, `2.5 h`."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _start(experiment: Experiment) -> None:
    """Start a run and show it."""
    st.query_params["run"] = once("started", experiment, lambda: SERVICES.launcher.start(experiment).name)
    st.rerun()
