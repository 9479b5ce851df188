"""The cost of a training: parameters and memory, worked out at once, and time, measured by the workbench."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from explorer.analyst.errors import AnalystError, EndedError
from explorer.analyst.jobs import OneAtATime, Progress
from explorer.app_pages.parts.messages import plain, show_error
from explorer.app_pages.parts.waiting import offer_again, wait_for
from explorer.datasets.catalogue import DATASETS
from explorer.figures.duration import duration
from explorer.runs.memory import Memory, memory_of, size
from explorer.services import SERVICES
from models.spec.experiment import Experiment

AGAIN = 5.0  # seconds until it is asked again whether a training fits


def show_estimate(experiment: Experiment, memory: Memory) -> None:
    """Show parameters, memory and time. The time is measured, by training some steps, only where these fit."""
    if not memory.fits:
        st.markdown(f"Parameters **{memory.need.parameters:,}**")
        show_error(memory.refusal)
        st.fragment(run_every=AGAIN)(_wait_for_memory)(experiment)
        return
    try:
        estimate = wait_for(partial(_poll, experiment), partial(_show_dots, memory))
    except AnalystError as error:
        outlook = "Training may end in the same way." if isinstance(error, EndedError) else "Training may still work."
        _show_sizes(memory)
        st.caption(plain(f"The speed could not be measured: {error} {outlook}"))
        offer_again(SERVICES.workbench, "estimate-again", _estimates().try_again)
        return
    if estimate is None:
        return
    images = DATASETS[experiment.dataset].training * (1 - experiment.validation_fraction) * experiment.epochs
    seconds = images / estimate["images_per_second"]
    _show_sizes(memory, f"about {duration(seconds)}")
    st.caption(f"{estimate['images_per_second']:,.0f} images/s measured on this machine; starting takes a few seconds.")


def _wait_for_memory(experiment: Experiment) -> None:
    """Draw the page anew as soon as a training fits: another one may have ended, or a program been closed."""
    if memory_of(experiment, SERVICES.launcher.promised_memory()).fits:
        st.rerun()


def _show_sizes(memory: Memory, time: str = "") -> None:
    """Show parameters and memory, and the time where it is known or will be."""
    parts = [
        f"Parameters **{memory.need.parameters:,}**",
        f"memory **about {size(memory.need.total)}** of {size(memory.free)} free",
        *([f"time **{time}**"] if time else []),
    ]
    st.markdown(" · ".join(parts), help=f"Memory for {memory.parts}.")


def _show_dots(memory: Memory, _progress: Progress) -> None:
    _show_sizes(memory, "…")
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
