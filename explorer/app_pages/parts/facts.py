"""The facts of a model in a line."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from models.spec.catalogue import CRITIC_LOSS, ELBO, PIXEL_MODELS
from models.spec.experiment import Experiment
from models.spec.sentences import in_sentence


def _test_facts(experiment: Experiment, test: Mapping[str, float]) -> list[str]:
    """Describe the loss on the test images: the negative ELBO where the terms make one, else each term in its own unit.

    From the raw terms: the loss may weigh them otherwise.
    """
    pixels = PIXEL_MODELS[experiment.pixel_model]
    if pixels.is_likelihood and set(ELBO) <= set(test):
        return [f"test negative ELBO {sum(test[term] for term in ELBO):.1f} {pixels.unit}"]
    return [
        f"test {in_sentence(info.title)} {test[term]:.1f} {info.plain_unit}"
        for term in experiment.terms
        if term in test
        for info in [experiment.term(term)]
    ]


def model_facts(experiment: Experiment, summary: Mapping[str, Any], trouble: str = "") -> None:
    """Return one quiet line: how good the model is and how it was made; first of all, what prevents its use."""
    info = experiment.variant_info
    opponent = f" without the {info.learners[CRITIC_LOSS].title.lower()}" if info.critic else ""
    facts = [f"{summary['parameters']:,} parameters{opponent}", f"{experiment.network} network"]
    if "test" in summary:
        facts += _test_facts(experiment, summary["test"])
        clean = " on clean images" if experiment.variant_info.uses_corruption else ""
        facts.append(f"test MSE {summary.get('test_mse', summary.get('probe_mse', float('nan'))):.4f}{clean}")
        facts.append(f"trained in {summary['seconds']:.0f} s")
    warning = f":orange-badge[:material/hourglass_top: {trouble}] " if trouble else ""
    st.caption(warning + " · ".join(facts))
