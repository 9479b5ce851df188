"""Presets as small cards: a family a column, and the question's two in a fold of their own."""

import streamlit as st

from explorer.app_pages.setup.choices import take_preset
from explorer.datasets.catalogue import DATASETS
from explorer.figures.duration import duration
from explorer.presets import (
    AT_ONCE,
    PRESET_HELP,
    PRESET_SECONDS,
    PRESET_TITLES,
    PRESETS,
    checked_experiment,
)
from models.spec.catalogue import FAMILIES, QUESTION
from models.spec.experiment import Experiment

_IN_FOLD = tuple(PRESET_HELP)


def choose_preset() -> Experiment | None:
    """Show the presets. Return the one to train at once, if it was pressed."""
    groups: dict[str, list[str]] = {family: [] for family in FAMILIES}
    for name in PRESETS:
        if name not in _IN_FOLD:
            groups[_preset(name).variant_info.family].append(name)
    with st.container(key="presets", gap="small"):
        columns = st.columns([max(2, len(names)) for names in groups.values()])
        for column, (family, names) in zip(columns, groups.items(), strict=True):
            with column:
                st.caption(family)
                with st.container(horizontal=True, gap="xsmall"):
                    for name in names:
                        _show_card(name)
        return _show_question()


def _show_card(name: str) -> None:
    preset = _preset(name)
    takes = f"about {duration(PRESET_SECONDS[name])}"
    about = f"{DATASETS[preset.dataset].title}, {preset.latent_dim}-D, {takes}"
    st.button(
        f"**{PRESET_TITLES[name]}** :small[{about}]",
        key=f"preset-{name}",
        help=PRESET_HELP.get(name, preset.variant_info.summary),
        on_click=take_preset,
        args=(name,),
    )


def _show_question() -> Experiment | None:
    chosen = None
    with st.expander("The question that Hourglass grew from", icon=":material/help_center:"):
        st.markdown(
            f"It is {QUESTION}. It asks why a sigmoid in the last layer stops an autoencoder from learning, and how "
            "several outputs meet in one loss."
        )
        with st.container(horizontal=True, gap="xsmall"):
            for name in _IN_FOLD:
                _show_card(name)
            for name, label in AT_ONCE.items():
                icon = ":material/play_arrow:"
                if st.button(label, key=f"train-{name}", help=_at_once(name), icon=icon, type="tertiary"):
                    chosen = _preset(name)
    return chosen


def _preset(name: str) -> Experiment:
    return checked_experiment(PRESETS[name])


def _at_once(name: str) -> str:
    """Return the help of a button that starts a preset without another question."""
    preset = _preset(name)
    data = DATASETS[preset.dataset].title
    return f"Starts training at once, on {data} for {preset.epochs} epochs. {PRESET_HELP[name]}"
