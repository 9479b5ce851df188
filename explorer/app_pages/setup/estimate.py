"""What a training would cost: parameters and time, measured by the workbench while the choices are being made."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from explorer.analyst.client import AnalystError
from explorer.analyst.jobs import OneAtATime, Progress
from explorer.app_pages.parts.messages import duration, plain
from explorer.app_pages.parts.waiting import wait_for
from explorer.datasets.catalogue import DATASETS
from explorer.services import SERVICES
from models.spec.experiment import Experiment


def show_estimate(experiment: Experiment) -> None:
    """Parameters and time, measured by building the model and timing some of its steps."""
    try:
        estimate = wait_for(partial(_look, experiment), _show_dots)
    except AnalystError as error:
        st.caption(plain(f"Size and speed could not be measured: {error} Training may still work."))
        return
    if estimate is None:
        return
    images = DATASETS[experiment.dataset].training * (1 - experiment.validation_fraction) * experiment.epochs
    seconds = images / estimate["images_per_second"]
    st.markdown(f"Parameters **{estimate['parameters']:,}** · time **about {duration(seconds)}**")
    st.caption(f"{estimate['images_per_second']:,.0f} images/s measured on this machine; starting takes a few seconds.")


def _show_dots(_progress: Progress) -> None:
    st.markdown("Parameters **…** · time **…**")
    st.caption("Building the model and timing a few steps of it.")


def _look(experiment: Experiment) -> Mapping[str, float] | Progress:
    """Raises AnalystError where it cannot be measured, until other choices are made."""
    cost = experiment.reduced("cost")  # only what changes the cost asks again
    info = DATASETS[experiment.dataset]
    estimates: OneAtATime = st.session_state.setdefault("estimates", OneAtATime(SERVICES.workbench))
    return estimates.look(
        cost,
        "estimate",
        experiment=cost.model_dump(),
        image_shape=info.image_shape,
        classes=len(info.class_names),
    )
