"""The health of a critic and its opponent: findings in words, the critic's logits as a picture, and the numbers."""

import streamlit as st

from explorer.app_pages.parts.messages import plain, show_read_errors
from explorer.components import plot
from explorer.diagnosis import BAD, GOOD, NOTE, Finding, Measured, findings, measured
from explorer.figures.critic import logit_histogram
from explorer.library.models import ModelEntry
from explorer.runs.reader import Run
from explorer.runs.records import Moment
from models.spec.catalogue import TERMS

HEIGHT = 190
IMAGES = 500  # of the probe set that the spread of the data is taken from
_LOOKS = {
    GOOD: ("green", ":material/check_circle:"),
    NOTE: ("blue", ":material/info:"),
    BAD: ("red", ":material/error:"),
}


@show_read_errors  # the probe images may be missing where map and curves are not
def show_health(run: Run, entry: ModelEntry, moment: Moment) -> None:
    """Show the health of a critic; nothing where the variant has none or the run's version did not measure it."""
    found = measured(run.experiment, entry.arrays(), entry.images()[:IMAGES], moment.newest, moment.settings.moving)
    if found is None:
        return
    with st.container(border=True, gap="small"):
        for finding in findings(found):
            st.markdown(in_words(finding, moment.status.active))
        plot(logit_histogram(found), key=f"critic-{run.name}", height=HEIGHT, label=f"{found.critic} outputs")
        st.caption(plain(_numbers(found)))


def in_words(finding: Finding, active: bool) -> str:
    colour, icon = _LOOKS[finding.level]
    words = " ".join(part for part in (finding.sentence, finding.meanwhile if active else "", finding.remedy) if part)
    return f":{colour}-badge[{icon} {plain(finding.verdict)}] {plain(words)}"


def _numbers(found: Measured) -> str:
    """List the norms of the gradients of all learners, and of the gradient that comes through the critic."""
    learners = found.info.learners
    norms = [f"{learner.title.lower()} {found.gradients[total]:.3g}" for total, learner in learners.items()]
    norm, share = found.fooling
    fools = TERMS[found.info.fools].title
    return f"Gradient norm: {', '.join(norms)}; of “{fools}” {norm:.3g}, {share:.0%} of the largest so far."
