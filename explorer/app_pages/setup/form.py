"""The form of a new training: every choice, what it costs, and what it minimises."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.clicks import once
from explorer.app_pages.parts.folded import show_folded
from explorer.app_pages.parts.messages import plain, show_error
from explorer.app_pages.parts.script import show_code
from explorer.app_pages.parts.terms import show_terms
from explorer.app_pages.setup.choices import choose_all, take_preset
from explorer.app_pages.setup.estimate import show_estimate
from explorer.datasets.catalogue import DATASETS
from explorer.presets import AT_ONCE, PRESET_TITLES, PRESETS, checked_experiment
from explorer.services import SERVICES
from models.spec.catalogue import PIXEL_MODELS
from models.spec.experiment import Experiment, ExperimentError
from models.spec.schedules import SCHEDULES
from models.spec.sentences import in_sentence


def show_setup() -> None:
    """Show the page before a run: presets, choices, estimate, start."""
    st.session_state.setdefault("setup", {})
    _offer_presets()
    choices, costs = st.columns([7, 4], gap="large")
    with choices:
        given, faults = choose_all()
    with costs, st.container(border=True):
        with st.container():
            experiment = _show_checked(given, faults)
        # One button, in one place: the page shows what it had until it has run to its end, and a second one that can
        # still be pressed would be among that.
        start = st.button(
            "Start training",
            key="start-training",
            type="primary",
            width="stretch",
            icon=":material/play_arrow:",
            disabled=experiment is None,
        )
    if experiment is None:
        return
    if start:
        _start(experiment)
    show_folded(
        "Loss graph", ":material/account_tree:", "setup-graph", lambda: show_terms(experiment, key="setup-terms")
    )
    show_code(experiment)


def _offer_presets() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption("Presets", width="content")
        for name, title in PRESET_TITLES.items():
            st.button(title, key=f"preset-{name}", on_click=take_preset, args=(name,))
        for name, label in AT_ONCE.items():
            if st.button(label, key=f"train-{name}", icon=":material/play_arrow:", type="tertiary"):
                _start(checked_experiment(PRESETS[name]))


def _show_checked(given: Mapping[str, Any], faults: Sequence[str]) -> Experiment | None:
    """Say what is chosen, or what is wrong with it and return None."""
    try:
        experiment = checked_experiment(given)
    except ExperimentError as error:
        faults = [*faults, *error.sentences]
    for sentence in faults:
        show_error(sentence)
    if faults:
        return None
    _summarise(experiment)
    return experiment


def _summarise(experiment: Experiment) -> None:
    info = experiment.variant_info
    st.markdown(f"##### {info.title}, {experiment.latent_dim}-D, on {DATASETS[experiment.dataset].title}")
    st.caption(f"{info.paper}")
    for total, learner in info.learners.items():
        who = f"{learner.title} minimises" if len(info.learners) > 1 else "Minimises"
        st.markdown(f"{who} {' + '.join(_weighted(experiment, name) for name in experiment.terms_of(total))}")
    st.caption(f"Pixels: {PIXEL_MODELS[experiment.pixel_model].reconstruction}; displayed through "
               f"{PIXEL_MODELS[experiment.pixel_model].link}.")  # fmt: skip
    show_estimate(experiment)


def _weighted(experiment: Experiment, name: str) -> str:
    setting = experiment.terms[name]
    schedule = "" if setting.schedule == "constant" else f" · {SCHEDULES[setting.schedule].title.lower()}"
    return f"{setting.weight:g} × {plain(in_sentence(experiment.term(name).title))}{schedule}"


def _start(experiment: Experiment) -> None:
    """Start a run and show it."""
    address.change("run", lambda: once("started", experiment, lambda: SERVICES.launcher.start(experiment).name))
    st.rerun()
