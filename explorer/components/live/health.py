"""The health of a critic and its opponent: findings in words, the critic's logits as a picture, and the numbers."""

import streamlit as st

from explorer.components.component import Component
from explorer.components.live.look import Look
from explorer.components.plot import plot
from explorer.components.web import loader
from explorer.diagnosis import BAD, GOOD, NOTE, CriticMeasured, Finding, findings
from explorer.diagnosis.judging import measure_critic
from explorer.figures.critic import logit_histogram
from models.spec.catalogue import TERMS

_HEALTH = st.components.v2.component(
    "hourglass_health",
    html='<div class="hg-health"></div>',
    js=loader("health"),
    isolate_styles=False,
)
HEIGHT = 190
_COLOURS = {GOOD: "green", NOTE: "blue", BAD: "red"}


def health(look: Look, _options: object) -> Component | None:
    """Return the health of a critic; None where the variant has none or the run's version did not measure it."""
    if look.entry is None or look.moment is None:
        return None
    found = look.judged.critic or measure_critic(look.experiment, look.moment, look.entry)
    if found is None:
        return None
    chart = plot(logit_histogram(found), height=HEIGHT, label=f"{found.critic} outputs")
    data = {
        "findings": [in_words(finding, look.active) for finding in findings(found)],
        "chart": dict(chart.header),
        "numbers": _numbers(found),
    }
    return Component(_HEALTH, data, options={"height": "content"})


def in_words(finding: Finding, active: bool) -> dict[str, str]:
    """Return a finding as the browser shows it: the verdict as a badge of its level's colour, then the sentences."""
    words = " ".join(part for part in (finding.sentence, finding.meanwhile if active else "", finding.remedy) if part)
    return {"level": finding.level, "colour": _COLOURS[finding.level], "verdict": finding.verdict, "words": words}


def _numbers(found: CriticMeasured) -> str:
    """List the norms of the gradients of all learners, and of the gradient that comes through the critic."""
    learners = found.info.learners
    norms = [f"{learner.title.lower()} {found.gradients[total]:.3g}" for total, learner in learners.items()]
    norm, share = found.fooling
    fools = TERMS[found.info.fools].title
    return f"Gradient norm: {', '.join(norms)}; of “{fools}” {norm:.3g}, {share:.0%} of the largest so far."
