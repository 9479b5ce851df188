"""The facts of a model in a line."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.app_pages.parts.messages import plain
from explorer.places import size_in_words
from explorer.runs.results import likelihood_in_short, loss_in_words, network_in_words, results_in_words
from models.spec.catalogue import CRITIC_LOSS
from models.spec.experiment import Experiment
from models.spec.sentences import capital


def model_facts(experiment: Experiment, summary: Mapping[str, Any], trouble: str = "", size: int = 0) -> None:
    """Show one quiet line: how good the model is and how large; first of all, what prevents its use. The rest is help.

    `size`: bytes on disk, where they are to be told.
    """
    info = experiment.variant_info
    opponent = f" without the {info.learners[CRITIC_LOSS].title.lower()}" if info.critic else ""
    facts = loss_in_words(experiment, summary) if "test" in summary else []
    facts += [*likelihood_in_short(experiment, summary), f"{summary['parameters']:,} parameters{opponent}"]
    if size:
        facts.append(f"{size_in_words(size)} on disk")
    warning = f":orange-badge[:material/hourglass_top: {plain(trouble)}] " if trouble else ""
    details = [*results_in_words(experiment, summary), " · ".join(_made(experiment, summary))]
    st.caption(warning + plain(capital(" · ".join(facts))), help="\n\n".join(map(plain, details)))


def _made(experiment: Experiment, summary: Mapping[str, Any]) -> list[str]:
    """Return what the model is and how it was made."""
    made = [network_in_words(experiment)]
    if "test" in summary:
        clean = " on clean images" if experiment.variant_info.uses_corruption else ""
        made.append(f"test MSE {summary.get('test_mse', summary.get('probe_mse', float('nan'))):.4f}{clean}")
        made.append(f"trained in {summary.get('seconds', float('nan')):.0f} s")
    return made
