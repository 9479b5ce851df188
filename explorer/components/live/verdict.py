"""The verdict on a run in a line or two, live and at its end, with the KL of each dimension behind it."""

from typing import Any

import numpy as np
import streamlit as st

from explorer.components.component import Component
from explorer.components.live.health import in_words
from explorer.components.live.look import Look
from explorer.components.web import loader
from explorer.diagnosis.run_measures import RunMeasured

_VERDICT = st.components.v2.component(
    "hourglass_verdict", html='<div class="hg-verdict"></div>', js=loader("verdict"), isolate_styles=False
)
MOST_DIMENSIONS = 64  # that are listed, the most informative first


def verdict(look: Look, _options: object) -> Component:
    """Return the findings about a run; before its first step a sentence in their place, so that nothing moves."""
    judged = look.judged
    data = {
        "findings": [in_words(finding, look.active) for finding in judged.findings],
        "otherwise": "" if judged.findings else _without(look),
        "dimensions": _dimensions(judged.found) if judged.found else [],
    }
    return Component(_VERDICT, data, options={"height": "content"})


def _without(look: Look) -> str:
    if look.active and look.failure is None:
        return "The verdict follows after the first steps."
    return "No verdict: nothing was trained." if look.judged.found is None else "No verdict for this variant yet."


def _dimensions(found: RunMeasured) -> list[dict[str, Any]]:
    """Return the KL of each dimension of a code with a posterior, the largest first; empty for another code."""
    kl, active = found.information, found.dimensions
    if kl is None or active is None or not found.experiment.variant_info.stochastic:
        return []
    largest = max(float(kl.max()), 1.0)  # dimensions that all say next to nothing have short bars
    return [
        {"name": f"z{i}", "kl": f"{kl[i]:.2f}", "share": float(kl[i]) / largest, "active": bool(active[i])}
        for i in np.argsort(-kl, kind="stable")[:MOST_DIMENSIONS].tolist()
    ]
