"""The rules for a critic that gives scores, as that of a WGAN: only differences of scores have a meaning."""

import numpy as np

from explorer.diagnosis.critic_measures import CriticMeasured
from explorer.diagnosis.critic_outcomes import Game
from explorer.diagnosis.findings import BAD, GOOD, NOTE, Finding, Rule
from models.spec.catalogue import TERMS

NEAR_ONE, FAR_FROM_ONE = 0.3, 3.0  # a critic's slope is within this of 1; so far off, nothing bounds its scores


def _estimate(found: CriticMeasured) -> float:
    return -sum(found.losses)


def scores_upside_down(game: Game, found: CriticMeasured) -> Finding | None:
    if (estimate := _estimate(found)) > 0:
        return None
    return Finding(
        BAD,
        f"The {found.critic} lags behind",
        f"{game.made.capitalize()} score {-estimate:.2f} above {game.real}: a distance cannot be negative.",
        meanwhile=f"Update only the {found.critic} for a while.",
    )


def distance(game: Game, found: CriticMeasured) -> Finding | None:
    return Finding(
        GOOD,
        f"Wasserstein estimate {_estimate(found):.2f}",
        f"{game.real.capitalize()} score that much above {game.made}. Only the difference of scores has a meaning. "
        "It falls as the samples improve.",
    )


def slopes(penalty: str) -> Rule:
    """Judge the critic's slopes. `penalty` is the term that is the squared distance of the slopes from 1."""

    def outcome(_game: Game, found: CriticMeasured) -> Finding | None:
        off = float(np.sqrt(found.means[penalty]))
        told = f"Their root mean square deviation from 1 is {off:.2f}"
        if off < NEAR_ONE:
            return Finding(GOOD, "The critic's slopes are near 1", f"{told}.")
        more = f"more weight on “{TERMS[penalty].title}”."
        if off > FAR_FROM_ONE:
            told += ": nothing bounds the scores, so the estimate is not a distance"
            return Finding(BAD, "The critic's slopes are far from 1", f"{told}.", f"In a new run: {more}")
        told += ", so the estimate is not a distance yet"
        remedy = f"It may need more time or {more}"
        return Finding(NOTE, "The critic's slopes are not near 1", f"{told}.", remedy)

    return outcome
