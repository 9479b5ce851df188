"""The choices of a new training, a widget each; what they remember, and presets that fill them in."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.messages import plain, tell_of_another
from explorer.app_pages.setup.own_terms import choose_own_terms
from explorer.app_pages.setup.own_terms_address import OWN_TERMS, address_of
from explorer.app_pages.setup.widgets import COLUMNS, choose_weight, fill, number, select
from explorer.datasets.catalogue import DATASETS
from explorer.presets import PRESETS, checked_experiment
from models.spec.catalogue import (
    FAMILIES,
    NETWORKS,
    OPTIMIZERS,
    PIXEL_MODELS,
    SETTINGS,
    VARIANTS,
    offered_networks,
    settings_of,
    term_info,
)
from models.spec.experiment import Experiment, ExperimentError
from models.spec.schedules import RATE_SCHEDULES

FIELDS = Experiment.model_fields
IN_ADDRESS = ("dataset", "network", "variant", "pixel_model")
# The labels of the numbers, also in what is said of one that is not allowed.
LABELS = {
    "latent_dim": "Latent dimensions",
    "epochs": "Epochs",
    "batch_size": "Batch size",
    "learning_rate": "Learning rate",
    "validation_fraction": "Validation fraction",
    "seed": "Seed",
    **{name: setting.title for name, setting in SETTINGS.items()},
}


def take_preset(name: str) -> None:
    """Put every value of the preset into the widgets; what it does not name goes back to its default."""
    take_experiment(checked_experiment(PRESETS[name]))


def take_experiment(experiment: Experiment) -> None:
    """Put every value of an experiment into the widgets, which need not be in sight, its own terms too."""
    fields = experiment.model_dump(exclude={"terms", "optimizer"})
    addressed = {field: (fields.pop(field), _default(field)) for field in IN_ADDRESS}
    values = {f"setup-{field}": value for field, value in fields.items()}
    values[_optimizer_key(experiment.variant)] = experiment.optimizer
    for term, setting in experiment.terms.items():
        values |= {_term_key(experiment.variant, term, part): value for part, value in setting.model_dump().items()}
    fill(values)
    own = [(name, setting.model_dump()) for name, setting in experiment.terms.items() if setting.formula]
    address.replace_part("setup", {**addressed, OWN_TERMS: (address_of(own) if own else "", "")})


def _default(name: str) -> Any:
    return FIELDS[name].default


def _term_key(variant: str, term: str, part: str) -> str:
    return f"setup-{variant}-{term}-{part}"  # a weight belongs to its variant: beta-VAE's 4 must not follow to the VAE


def _optimizer_key(variant: str) -> str:
    return f"setup-{variant}-optimizer"  # a GAN's must not follow to the VAE


def _select(label: str, field: str, table: Any, **options: Any) -> str:
    """Show a select box. The choice is in the page's address too, unless it is the default, so reloads keep it."""
    titles = _titles_of(table)
    address.known(field, titles, _default(field), tell_of_another(label.lower()))
    return address.select_box(label, field, titles, _default(field), **options)


def _titles_of(table: Mapping[str, Any]) -> dict[str, str]:
    return {name: info if isinstance(info, str) else info.title for name, info in table.items()}


def in_words_of_the_form(sentence: str) -> str:
    """Return a sentence about a field of an experiment with the label that the field has on the page."""
    name, was, rest = sentence.partition(" was ")
    return f"{LABELS.get(name, name)}{was}{rest}"


def _number(field: str, **options: Any) -> Any:
    return number(st.number_input, LABELS[field], f"setup-{field}", _default(field), **options)


def choose_all() -> tuple[dict[str, Any], list[str]]:
    """Show a widget for each choice and return what they say, unchecked, with a sentence for each choice that could not
    be taken.
    """
    address.open_part("setup", (*IN_ADDRESS, OWN_TERMS))
    given: dict[str, Any] = {}
    st.subheader("Data and network")
    given |= _choose_data()
    st.subheader("Objective")
    given["variant"] = _choose_variant()
    given["terms"] = _choose_terms(given["variant"], given["pixel_model"])
    given |= _choose_settings(settings_of(VARIANTS[given["variant"]], PIXEL_MODELS[given["pixel_model"]]), 4)
    terms = st.container()  # of a person's own: they are checked against all the choices, also those below
    st.subheader("Training")
    given |= _choose_training(given["variant"])
    with terms:
        own, faults = _choose_own_terms(given)
    given["terms"] |= own
    return given, faults


def _choose_data() -> dict[str, Any]:
    """Choose what is encoded by what into how many dimensions, and what a pixel is."""
    given: dict[str, Any] = {}
    one, two = st.columns(2)
    with one:
        given["dataset"] = _select("Data", "dataset", DATASETS, help="Digits and shapes need no download.")
        info = DATASETS[given["dataset"]]
        st.caption(f"{info.description} {info.examples:,} images.")
        given["pixel_model"] = _select("Pixel model", "pixel_model", PIXEL_MODELS)
        st.caption(PIXEL_MODELS[given["pixel_model"]].summary)
    with two:
        offered = offered_networks(address.value("network", _default("network")))
        given["network"] = _select("Network", "network", offered)
        st.caption(NETWORKS[given["network"]].summary)
        given["latent_dim"] = _number("latent_dim", step=1)
        given |= _choose_settings(NETWORKS[given["network"]].settings, 3)  # last: nothing moves where there are none
    return given


def _choose_variant() -> str:
    """Choose a family of variants, and one of it."""
    address.known("variant", VARIANTS, _default("variant"), tell_of_another("variant"))
    begin, key = address.value("variant", _default("variant")), address.key("variant")
    family_side, variant_side = st.columns(2)
    with family_side:
        family = st.segmented_control(
            "Family", FAMILIES, default=VARIANTS[begin].family, key=f"{key}-family", required=True
        )
    titles = {name: info.title for name, info in VARIANTS.items() if info.family == family}
    names = list(titles)
    with variant_side:
        index = names.index(begin) if begin in names else 0
        chosen = st.selectbox("Variant", names, index, titles.__getitem__, f"{key}-{family}")
    address.put("variant", chosen, _default("variant"))
    st.caption(f"{VARIANTS[chosen].summary} {VARIANTS[chosen].differs}")
    return chosen


def _choose_training(variant: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    columns = iter(st.columns(5))
    with next(columns):
        given["epochs"] = _number("epochs", step=1)
    with next(columns):
        given["batch_size"] = _number("batch_size", step=1)
    with next(columns):
        given["learning_rate"] = _number("learning_rate", step=1e-4, format="%.5g")
    with next(columns):
        key, own = "setup-rate_schedule", _default("rate_schedule")
        given["rate_schedule"] = select(st.selectbox, "Rate schedule", key, own, _titles_of(RATE_SCHEDULES))
    with next(columns):
        key, own = _optimizer_key(variant), VARIANTS[variant].optimizer
        given["optimizer"] = select(st.selectbox, "Optimizer", key, own, OPTIMIZERS)
    with st.expander("More: validation, seed"):
        columns = iter(st.columns(2))
        with next(columns):
            given["validation_fraction"] = _number("validation_fraction", step=0.05)
        with next(columns):
            given["seed"] = _number("seed", step=1)
    return given


def _choose_terms(variant: str, pixel_model: str) -> dict[str, dict[str, Any]]:
    """Choose weights and schedules, learner by learner."""
    info = VARIANTS[variant]
    settings: dict[str, dict[str, Any]] = {}
    for total, learner in info.learners.items():
        with st.container(key=f"setup-{total}-terms"):  # page.css hides the labels of its rows on a wide page
            _show_head(learner.title if len(info.learners) > 1 else "Loss terms")
            for term, weight in learner.weights.items():
                settings[term] = _choose_term(variant, term, weight, pixel_model)
    return settings


def _show_head(title: str) -> None:
    """Show what stands in the columns below."""
    with st.container(key=f"setup-head-{title}"):
        name, *places = st.columns([3, *COLUMNS], vertical_alignment="bottom")
        name.markdown(f"**{title}**")
        for place, label in zip(places, ("Weight", "Schedule", "Over epochs"), strict=True):
            place.caption(label)


def _choose_term(variant: str, term: str, weight: float, pixel_model: str) -> dict[str, Any]:
    name, *places = st.columns([3, *COLUMNS], vertical_alignment="center")
    info = term_info(term, pixel_model)
    name.markdown(f"**{plain(info.title)}**  \n:small[:gray[{plain(info.formula)}]]", help=plain(info.note) or None)
    return choose_weight(places, lambda part: _term_key(variant, term, part), weight, plain(info.title))


def _choose_settings(names: Sequence[str], columns: int) -> dict[str, Any]:
    """Ask for the further numbers that the choices need, so many beside each other."""
    given: dict[str, Any] = {}
    for name, column in zip(names, cycle(st.columns(columns) if names else []), strict=False):  # then below the first
        setting = SETTINGS[name]
        with column:
            given[name] = _number(name, step=setting.step, help=setting.help)
    return given


def _choose_own_terms(given: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    try:
        base = checked_experiment(given)
    except ExperimentError:  # said beside the choices; a formula has no tensors to read until they are right
        return {}, []
    return choose_own_terms(base)
