"""What a training would cost: parameters and time, measured by the workbench while the choices are being made."""

from concurrent.futures import Future

import streamlit as st

from explorer.app_pages.shared import duration, plain
from explorer.datasets.catalogue import DATASETS
from explorer.latent.client import AnalystError, AskAgainError
from explorer.services import SERVICES
from models.experiment import Experiment

COSTS = (
    "dataset", "network", "variant", "pixel_model", "latent_dim", "batch_size", "optimizer", "codebook_size",
    "codewords",
)  # fmt: skip


LOOK = 0.5  # seconds


def show_estimate(experiment: Experiment) -> None:
    """Parameters and time, measured by building the model and timing some of its steps."""
    try:
        estimate = _estimate(experiment)
    except AnalystError as error:
        st.caption(plain(f"Size and speed could not be measured: {error} Training may still work."))
        return
    if estimate is None:
        st.fragment(run_every=LOOK)(_await)(experiment)
        return
    images = DATASETS[experiment.dataset].training * (1 - experiment.validation_fraction) * experiment.epochs
    seconds = images / estimate["images_per_second"]
    st.markdown(f"Parameters **{estimate['parameters']:,}** · time **about {duration(seconds)}**")
    st.caption(f"{estimate['images_per_second']:,.0f} images/s measured on this machine; starting takes a few seconds.")


def _await(experiment: Experiment) -> None:
    """Bring the page back when the answer is there, whatever it is."""
    try:
        estimate = _estimate(experiment)
    except AnalystError:
        st.rerun()
    if estimate is not None:
        st.rerun()
    st.markdown("Parameters **…** · time **…**")
    st.caption("Building the model and timing a few steps of it.")


def _estimate(experiment: Experiment) -> dict[str, float] | None:
    """The measured answer, or None while it is on its way. Raises AnalystError where it cannot be measured.

    Only what changes the cost asks again, and one question at a time: while a size is being stepped through, the sizes
    in between are left out.
    """
    cost = Experiment.parse({name: getattr(experiment, name) for name in COSTS})
    key = cost.model_dump_json()
    asked: dict[str, Future] = st.session_state.setdefault("estimates", {})
    if key not in asked:
        for failed in [one for one, future in asked.items() if future.done() and future.exception()]:
            del asked[failed]  # what failed once is tried again when somebody comes back to it
        if not all(future.done() for future in asked.values()):
            return None
        try:
            asked[key] = SERVICES.workbench.ask(
                "estimate",
                experiment=cost.model_dump(),
                image_shape=DATASETS[experiment.dataset].image_shape,
                classes=len(DATASETS[experiment.dataset].class_names),
            )
        except AskAgainError:
            return None
    try:
        return asked[key].result()[0] if asked[key].done() else None
    except AskAgainError:  # the process was interrupted for the sake of another request
        del asked[key]
        return None
