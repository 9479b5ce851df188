"""Measurements of critics, made up."""

from dataclasses import replace

import numpy as np

from explorer.diagnosis import CriticMeasured, findings
from models.spec.catalogue import VARIANTS

CRITICS = [name for name, info in VARIANTS.items() if info.critic]


def judged(right: float, positive: bool) -> np.ndarray:
    """A thousand logits, so many of them on the right side."""
    logits = np.full(1000, 2.0 if positive else -2.0)
    logits[round(1000 * right) :] *= -1
    return logits


def found(variant: str, right: float = 0.75, **changes) -> CriticMeasured:
    info = VARIANTS[variant]
    means = dict.fromkeys(info.weights, 0.65) | {"score_real": -3.0, "score_fake": 1.0, "gradient_penalty": 0.01}
    plain = CriticMeasured(
        info,
        500,
        tuple(info.learners),
        judged(right, positive=True),
        judged(right, positive=False),
        dict.fromkeys(info.gradient_names, 0.5),
        dict.fromkeys(info.gradient_names, 1.0),
        means,
        0.9,
    )
    return replace(plain, **changes)


def titles(case: CriticMeasured) -> list[str]:
    return [finding.verdict for finding in findings(case)]
