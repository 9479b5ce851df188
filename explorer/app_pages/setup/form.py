"""The form of a new training: every choice, what it costs, and what it minimises."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.app_pages.parts import address
from explorer.app_pages.parts.clicks import once
from explorer.app_pages.parts.folded import show_folded
from explorer.app_pages.parts.messages import plain, show_error, show_read_errors
from explorer.app_pages.parts.script import show_code
from explorer.app_pages.parts.terms import show_terms
from explorer.app_pages.setup.choices import choose_all, in_words_of_the_form
from explorer.app_pages.setup.estimate import show_estimate
from explorer.app_pages.setup.preset_cards import choose_preset
from explorer.datasets.catalogue import DATASETS
from explorer.places import home, home_warning
from explorer.presets import checked_experiment
from explorer.runs.memory import memory_of
from explorer.services import SERVICES
from models.spec.catalogue import PIXEL_MODELS
from models.spec.experiment import Experiment, ExperimentError
from models.spec.schedules import SCHEDULES
from models.spec.sentences import in_sentence


def show_setup() -> None:
    """Show the page before a run: presets, choices, estimate, start."""
    chosen = choose_preset()
    if chosen is not None:
        _start(chosen)
    choices, costs = st.columns([7, 4], gap="large")
    with choices:
        given, faults = choose_all()
    with costs, st.container(border=True, key="setup-card"):
        with st.container():
            experiment, may_start = _show_checked(given, faults)
        # One button, in one place: the page shows what it had until it has run to its end, and a second one that can
        # still be pressed would be among that.
        start = st.button(
            "Start training",
            key="start-training",
            type="primary",
            width="stretch",
            icon=":material/play_arrow:",
            disabled=not may_start,
        )
        if start and experiment is not None:
            _start(experiment)  # here, where what is in its way is seen
        if warning := home_warning():
            st.caption(plain(warning))
        if size := SERVICES.sizes.of_home():
            st.caption(plain(size.words), help=plain(f"Everything is kept in {home()}."))
    if experiment is None:
        return
    show_folded(
        "Loss graph", ":material/account_tree:", "setup-graph", lambda: show_terms(experiment, key="setup-terms")
    )
    show_code(experiment)


def _show_checked(given: Mapping[str, Any], faults: Sequence[str]) -> tuple[Experiment | None, bool]:
    """Say what is chosen, or what is wrong with it. Return it, or None, and whether it can be trained here."""
    try:
        experiment = checked_experiment(given)
    except ExperimentError as error:
        faults = [*faults, *map(in_words_of_the_form, error.sentences)]
    for sentence in faults:
        show_error(sentence)
    if faults:
        return None, False
    memory = memory_of(experiment, SERVICES.launcher.promised_memory())
    _summarise(experiment)
    show_estimate(experiment, memory)
    return experiment, memory.fits


def _summarise(experiment: Experiment) -> None:
    info = experiment.variant_info
    st.markdown(f"##### {info.title}, {experiment.latent_dim}-D, on {DATASETS[experiment.dataset].title}")
    st.caption(f"{info.paper}")
    for total, learner in info.learners.items():
        who = f"{learner.title} minimises" if len(info.learners) > 1 else "Minimises"
        st.markdown(f"{who} {' + '.join(_weighted(experiment, name) for name in experiment.terms_of(total))}")
    pixels = PIXEL_MODELS[experiment.pixel_model]
    compared = any(experiment.term(name).of_pixels for name in experiment.terms)
    st.caption(f"{f'Pixels: {pixels.reconstruction}; displayed' if compared else 'Displayed'} through {pixels.link}.")


def _weighted(experiment: Experiment, name: str) -> str:
    setting = experiment.terms[name]
    schedule = "" if setting.schedule == "constant" else f" · {SCHEDULES[setting.schedule].title.lower()}"
    return f"{setting.weight:g} × {plain(in_sentence(experiment.term(name).title))}{schedule}"


@show_read_errors
def _start(experiment: Experiment) -> None:
    """Start a run and show it, or say that it does not fit into memory."""
    memory = memory_of(experiment, SERVICES.launcher.promised_memory())
    if not memory.fits:  # a preset is started without having been the form's choice
        show_error(memory.refusal)
        return
    address.change("run", lambda: once("started", experiment, lambda: SERVICES.launcher.start(experiment).name))
    st.rerun()
