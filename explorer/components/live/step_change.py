"""The last step of a training in words: what each total was before and is now, and which terms moved it."""

import math
from collections.abc import Mapping

import numpy as np

from explorer.runs.layout import WEIGHT_PREFIX, WEIGHTED_PREFIX
from models.spec.experiment import Experiment
from models.spec.sentences import in_sentence, shown_number

MOST_TERMS = 4  # of a total: those that changed most; the others are counted


def last_step(newest: Mapping[str, np.ndarray], experiment: Experiment) -> str:
    """Return `Step 1,241, on its batch: loss 152.3 → 151.9 (reconstruction −0.3, KL −0.1).`, of the newest step.

    A term's change is that of the term times its weight, so that the changes add up to that of the total. Each step's
    loss is that of its own batch, before the step moves the weights.
    """
    steps = newest.get("step", ())
    if not len(steps):
        return ""
    learners = experiment.variant_info.learners
    if len(steps) < 2 or any(total not in newest for total in learners):
        return f"Step {int(steps[-1]):,}."
    totals = []
    for total, learner in learners.items():
        before, now = newest[total][-2:].tolist()
        name = "loss" if len(learners) == 1 else f"{in_sentence(learner.title)} loss"
        terms = _terms(newest, experiment, total)
        totals.append(f"{name} {amount(before)} → {amount(now)}{f' ({terms})' if terms else ''}")
    return f"Step {int(steps[-1]):,}, on its batch: {', '.join(totals)}."


def _terms(newest: Mapping[str, np.ndarray], experiment: Experiment, total: str) -> str:
    """Return the changes of a total's terms, where there are several, in their order."""
    names, whole = experiment.terms_of(total), float(newest[total][-1])
    if len(names) < 2:
        return ""
    changes = {name: difference for name in names if (difference := _change(newest, name)) is not None}
    largest = sorted(changes, key=lambda name: -abs(changes[name]) if math.isfinite(changes[name]) else -math.inf)
    told = [name for name in names if name in largest[:MOST_TERMS]]
    words = [f"{_weighted(newest, experiment, name)} {signed(changes[name], whole)}" for name in told]
    more = len(changes) - len(told)
    return ", ".join([*words, *([f"{more} more"] if more else [])])


def _change(newest: Mapping[str, np.ndarray], name: str) -> float | None:
    column = newest.get(WEIGHTED_PREFIX + name, newest.get(name))
    if column is None:
        return None
    before, now = column[-2:].tolist()
    return now - before


def _weighted(newest: Mapping[str, np.ndarray], experiment: Experiment, name: str) -> str:
    weight = float(newest[WEIGHT_PREFIX + name][-1]) if WEIGHT_PREFIX + name in newest else 1.0
    title = in_sentence(experiment.term(name).title)
    return title if weight == 1.0 or WEIGHTED_PREFIX + name not in newest else f"{weight:.4g} × {title}"


def amount(value: float) -> str:
    """Return a loss in about four digits."""
    if not math.isfinite(value):
        return "not finite"
    if 1000 <= abs(value) < 1e7:
        return shown_number(value, ",.0f")
    return shown_number(value, ".1f" if 10 <= abs(value) < 1000 else ".4g")


def signed(value: float, total: float) -> str:
    """Return a change with its sign, to as many places as `amount` tells the total with, at least one."""
    if not math.isfinite(value):
        return "not finite"
    size = abs(total) if math.isfinite(total) else 0.0
    places = 1 if size >= 10 or size < 1e-6 else 3 - math.floor(math.log10(size))
    digits = f"{abs(value):.{places}f}"
    return f"{'−' if value < 0 else '+'}{digits}" if float(digits) else "±0"
