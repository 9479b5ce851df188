"""The cost of a training: parameters and time, measured by the workbench while the choices are being made."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from explorer.analyst.errors import AnalystError, EndedError
from explorer.analyst.jobs import OneAtATime, Progress
from explorer.app_pages.parts.messages import duration, plain
from explorer.app_pages.parts.waiting import offer_again, wait_for
from explorer.datasets.catalogue import DATASETS
from explorer.services import SERVICES
from models.spec.experiment import Experiment


def show_estimate(experiment: Experiment) -> None:
    """Show parameters and time, measured by building the model and timing some of its steps."""
    try:
        estimate = wait_for(partial(_poll, experiment), _show_dots)
    except AnalystError as error:
        outlook = "Training may end in the same way." if isinstance(error, EndedError) else "Training may still work."
        st.caption(plain(f"Size and speed could not be measured: {error} {outlook}"))
        offer_again(SERVICES.workbench, "estimate-again", _estimates().try_again)
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


def _estimates() -> OneAtATime:
    return st.session_state.setdefault("estimates", OneAtATime(SERVICES.jobs))


def _poll(experiment: Experiment) -> Mapping[str, float] | Progress:
    """Return the estimate, or the request under way. Raises AnalystError until other choices are made."""
    cost = experiment.reduced("cost")  # only what changes the cost asks again
    info = DATASETS[experiment.dataset]
    return _estimates().poll(
        cost,
        "estimate",
        experiment=cost.model_dump(),
        image_shape=info.image_shape,
        classes=len(info.class_names),
    )
