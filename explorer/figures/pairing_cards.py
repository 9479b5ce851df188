"""A case of the pairing lab in words and numbers: its verdict, the reason, what was measured. No Streamlit."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from explorer.diagnosis.findings import BAD, GOOD, NOTE, Finding
from explorer.diagnosis.pairing_measures import WINDOW
from explorer.diagnosis.pairing_outcomes import EARLY, LEARNS
from explorer.lab.results import CaseResult
from models.spec.pairings import letter_of, shown_name, title_of
from models.spec.sentences import capital, shown_number

COLOURS: Mapping[str, str] = MappingProxyType({GOOD: "green", NOTE: "orange", BAD: "red"})
UNKNOWN = "–"


class Verdict(NamedTuple):
    text: str
    colour: str


def card(case: CaseResult, ended: bool) -> dict[str, Any]:
    """Return the words and numbers of a case. Sessions of earlier versions know less: an unknown number is a dash."""
    verdict, found = verdict_of(case, ended), case.diagnosis
    return {
        "title": title_of(case.pairing) if letter_of(case.pairing) else "Your combination",
        "words": " · ".join(shown_name(field, name) for field, name in case.pairing.model_dump().items()),
        "verdict": verdict.text,
        "colour": verdict.colour,
        "reason": f"{capital(found.sentence)} {found.remedy}".rstrip() if found else "",
        "note": case.note,
        "facts": facts(case),
    }


def verdict_of(case: CaseResult, ended: bool) -> Verdict:
    """Return the verdict in its colour, or the state of a case that has none yet."""
    found = case.diagnosis
    if found is None:
        return Verdict(capital(case.state), "gray")
    settled = ended or case.state != "training" or found.verdict == EARLY
    return Verdict(capital(found.verdict) + ("" if settled else " so far"), _colour(found))


def _colour(found: Finding) -> str:
    """Return the colour of a level; sessions of the first version have one level for all verdicts."""
    if found.verdict == EARLY:
        return "gray"
    return COLOURS[GOOD] if found.verdict == LEARNS else COLOURS[found.level]


def facts(case: CaseResult) -> list[tuple[str, str]]:
    """Return names and numbers of a case, the same names for every case."""
    found = case.measured
    numbers: dict[str, Any] = {
        "Displayed MSE": found and f"{found.errors[case.pairing.link]:.4f}",
        "MSE of the mean image": found and found.mean_error is not None and f"{found.mean_error:.4f}",
        "Strokes, background": found and f"{found.ink:.2f}, {found.background:.2f}",
        "Outputs p": found and _range(*found.outputs),
        "Pixels before clipping": found and found.pixels and _range(*found.pixels),
        "Training loss, first to last": _course(case),
        f"Lowest mean of {WINDOW} steps": found and found.course and _number(found.course.least),
        "Mean training loss": case.steps and np.isfinite(case.mean_loss) and _number(case.mean_loss),
        "Outputs that the loss clips": found and found.clipped is not None and f"{found.clipped:.0%}",
        "Saturated logits": found and found.saturation is not None and f"{found.saturation:.0%}",
        "Mean size of dloss/dlogit": found and _number(found.gradient),
    }
    return [(name, text or UNKNOWN) for name, text in numbers.items()]


def _course(case: CaseResult) -> str:
    """Return the loss of the first step and the mean of the last ones; sessions of earlier versions have neither."""
    found = case.measured
    if found is None or found.course is None:
        return ""
    return f"{_number(found.course.first)} to {_number(found.course.last)}"


def _range(low: float, high: float) -> str:
    return f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return shown_number(value, ",.0f" if 1000 <= abs(value) < 1e7 else ".3g")
