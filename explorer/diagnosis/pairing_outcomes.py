"""The outcome of a pairing: a verdict, the numbers behind it and what to do, from measurements. Free of TensorFlow.

The yardstick is the mean of all training images, shown for every image: a model that is no better has learnt nothing of
what tells one image from another. A pairing learns where its displayed error is clearly below. Everywhere else the
first rule that fits names the cause: what a part wants of the one before it, the display, the learning rate, the steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from explorer.diagnosis import pairing_rules as rules
from explorer.diagnosis.findings import BAD, GOOD, NOTE, Finding, first_that_fits, rule
from explorer.diagnosis.pairing_measures import PairingMeasured
from explorer.diagnosis.pairing_remedies import (
    Trial,
    in_words,
    is_mismatched,
    mended_link,
    mended_pairing,
    more_of_it,
    squared_error,
    usual_rate,
)
from models.spec.pairings import Pairing

LEARNS, EARLY, RUNS_AWAY, TOO_FAST, SLOW = (
    "learns", "too early to say", "diverges", "learning rate too high", "too slow",
)  # fmt: skip
OUT_OF_RANGE, CAPPED, CLIPPED, DISPLAY, DEAD, MEDIAN, NEVER = (
    "targets out of range", "capped logits", "clipped outputs", "displayed wrongly", "no gradient",
    "stuck at the median", "does not learn",
)  # fmt: skip

_OUTCOMES = (
    rule(BAD, RUNS_AWAY, rules.ran_away),
    rule(NOTE, EARLY, rules.too_early),
    rule(BAD, OUT_OF_RANGE, rules.targets_out_of_range),
    rule(BAD, CAPPED, rules.capped_logits),
    rule(BAD, CLIPPED, rules.clipped_outputs),
    rule(BAD, DISPLAY, rules.displayed_wrongly),
    rule(GOOD, LEARNS, rules.learns),
    rule(BAD, TOO_FAST, rules.too_fast),
    rule(BAD, MEDIAN, rules.at_the_median),
    rule(BAD, DEAD, rules.no_gradient),
    rule(NOTE, SLOW, rules.too_slow),
)
_REMEDIES: Mapping[str, Callable[[Trial], Trial]] = MappingProxyType(
    {
        RUNS_AWAY: usual_rate,
        OUT_OF_RANGE: mended_pairing,
        CAPPED: mended_pairing,
        CLIPPED: mended_pairing,
        DISPLAY: mended_link,
        TOO_FAST: usual_rate,
        DEAD: usual_rate,
        SLOW: more_of_it,
        MEDIAN: squared_error,
        NEVER: more_of_it,
    }
)


def diagnose(pairing: Pairing, found: PairingMeasured) -> Finding:
    """Return the first of the known outcomes that the numbers show, with its remedy.

    Raises ValueError for measurements of an earlier version, which know no mean image and no learning rate.
    """
    if found.mean_error is None or found.learning_rate is None:
        raise ValueError("These measurements have no mean image's error or no learning rate. Run the session again.")
    finding = first_that_fits(_OUTCOMES, pairing, found) or Finding(BAD, NEVER, rules.no_better(pairing, found))
    before = Trial(pairing, found.learning_rate, found.steps)
    after = remedy_of(before, finding.verdict)
    return replace(finding, remedy=in_words(before, after) if after else "")


def remedy_of(trial: Trial, verdict: str) -> Trial | None:
    """Return what to run instead of a trial with this verdict; None where nothing is to be done."""
    mend = _REMEDIES.get(verdict)
    if verdict == RUNS_AWAY and is_mismatched(trial.pairing):
        mend = mended_pairing
    return mend(trial) if mend else None
