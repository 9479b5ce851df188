"""The facts of a model in a line."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.app_pages.parts.messages import plain
from explorer.places import size_in_words
from explorer.runs.results import loss_in_words, network_in_words, results_in_words, short_estimates
from models.spec.catalogue import CRITIC_LOSS
from models.spec.experiment import Experiment


def model_facts(experiment: Experiment, summary: Mapping[str, Any], trouble: str = "", size: int = 0) -> None:
    """Show one quiet line: how good the model is and how it was made; first of all, what prevents its use.

    `size`: bytes on disk, where they are to be told.
    """
    info = experiment.variant_info
    opponent = f" without the {info.learners[CRITIC_LOSS].title.lower()}" if info.critic else ""
    facts = [f"{summary['parameters']:,} parameters{opponent}", network_in_words(experiment)]
    if "test" in summary:
        facts += loss_in_words(experiment, summary)
        clean = " on clean images" if experiment.variant_info.uses_corruption else ""
        facts.append(f"test MSE {summary.get('test_mse', summary.get('probe_mse', float('nan'))):.4f}{clean}")
        facts.append(f"trained in {summary.get('seconds', float('nan')):.0f} s")
    facts += short_estimates(experiment, summary)
    if size:
        facts.append(f"{size_in_words(size)} on disk")
    warning = f":orange-badge[:material/hourglass_top: {plain(trouble)}] " if trouble else ""
    words = warning + plain(" · ".join(facts))
    details = results_in_words(experiment, summary)
    if details:
        st.caption(words, help="\n\n".join(map(plain, details)))
    else:
        st.caption(words)
