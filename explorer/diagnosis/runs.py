"""The questions for a run, and the answers: its verdict, and what is beside it."""

from collections.abc import Sequence

from explorer.diagnosis import run_outcomes as o
from explorer.diagnosis.critic_measures import CriticMeasured
from explorer.diagnosis.findings import BAD, Finding, Question, answers, first_that_fits
from explorer.diagnosis.games import findings as critic_findings
from explorer.diagnosis.run_measures import RunMeasured

# What makes everything else meaningless comes first, then what more epochs do not mend.
VERDICT: Question = (
    o.falls_without_bound,
    o.diverged,
    o.too_early,
    o.rises,
    o.collapsed,
    o.over_fitted,
    o.fits_training_alone,
    o.still_rising,
    o.under_fitted,
    o.still_improving,
    o.unsettled,
    o.healthy,
)
_BESIDE: Sequence[Question] = ((o.some_inactive, o.few_entries),)
_FINAL: Question = (o.falls_without_bound, o.diverged, o.collapsed)  # of such a run nothing else is of interest


def verdict(found: RunMeasured, critic: CriticMeasured | None = None) -> list[Finding]:
    """Return the verdict on a run, then what stands beside it.

    Where no image is compared, as in a GAN, the first finding about its critic is the verdict; elsewhere a bad one
    stands beside it. Empty where nothing can be said.
    """
    first = first_that_fits(VERDICT, found)
    is_final = first is not None and first == first_that_fits(_FINAL, found)
    beside = [] if is_final else answers(_BESIDE, found)
    judged = critic_findings(critic) if critic else []
    if first is None:
        return [*sorted(judged, key=lambda finding: finding.level != BAD)[:1], *beside]
    return [first, *beside, *[finding for finding in judged if finding.level == BAD][:1]]
