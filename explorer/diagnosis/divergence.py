"""The cause of a loss that runs away: a term without a lower bound, pixels far above 1, or too large steps.

The trainer says it when it ends such a run, the verdict on the run says it after that.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from models.spec.experiment import Experiment
from models.spec.formula.bounds import lower_bound

_DEEP = 0.5  # of the other terms' size together: a term that is further below 0 decides where the loss goes
_USUAL_RATE = 1e-3


def unbounded_terms(experiment: Experiment) -> tuple[str, ...]:
    """Return the person's own terms that have no lower bound, as far as their formulas tell."""
    formulas = {name: experiment.terms[name].formula for name in experiment.own_terms}
    return tuple(
        name
        for name, formula in formulas.items()
        if formula is not None and lower_bound(experiment.parse_formula(formula)) == -np.inf
    )


def deepest(candidates: Sequence[str], weighted: Mapping[str, float]) -> str | None:
    """Return the candidate that is furthest below 0 if it outweighs the other terms; `weighted` are values by term."""
    known = {name: weighted[name] for name in candidates if np.isfinite(weighted.get(name, np.nan))}
    if not known:
        return None
    name = min(known, key=known.__getitem__)
    others = sum(abs(value) for term, value in weighted.items() if term != name and np.isfinite(value))
    return name if known[name] < -_DEEP * others and known[name] < 0 else None


def without_bound(title: str) -> str:
    """Return the sentences for a term of that title that has no lower bound."""
    return (
        f"“{title}” has no lower bound: training makes it ever smaller, at any learning rate. "
        "Put a bound on its formula, as with clip or tanh, or turn its sign."
    )


def too_large_steps(rate: float, white: float = 1.0, own: Sequence[str] = ()) -> str:
    """Return the sentences for a loss that ran away otherwise.

    `white` is the largest pixel value in the networks: far above 1, it is what makes a loss overflow. `own` are the
    titles of the person's own terms.
    """
    slower = min(rate / 10, _USUAL_RATE)
    sentences = f"Try a learning rate of {slower:g} (it was {rate:g}), or smaller weights of the terms."
    if own:
        sentences += (
            f" Check {' and '.join(own)} too: a formula can have a value where its derivative does not exist, as the "
            "square root at 0."
        )
    if white > 1:
        sentences += (
            f" The pixels go up to {white:g} here: a pixel model whose pixels are in 0..1 is the likely remedy."
        )
    return sentences
