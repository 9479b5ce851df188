"""The rules for critics: each a function of a game and what was measured."""

from dataclasses import dataclass

import numpy as np

from explorer.diagnosis.critic_measures import Measured
from explorer.diagnosis.findings import BAD, GOOD, NOTE, Finding, Level, Rule
from models.spec.catalogue import TERMS
from models.spec.catalogue.variants import CRITIC_LOSS
from models.spec.sentences import in_sentence

GUESSING = float(np.log(2.0))  # nats that a critic loses which says "even odds" of everything
ENOUGH_STEPS = 100  # before that, nothing is accused
WON, FAR_AHEAD, AHEAD, BEHIND = 0.99, 0.9, 0.6, 0.45  # of what it judges, the critic is right on; 0.5 by guessing
NEAR_GUESSING = 0.1  # a loss is within this of what guessing costs
WORSE_THAN_GUESSING = GUESSING + NEAR_GUESSING
NO_GRADIENT = 0.01  # of the largest norm so far
COLLAPSED, NARROW = 0.25, 0.6  # of the spread of the data's pixels
NEAR_ONE, FAR_FROM_ONE = 0.3, 3.0  # a critic's slope is within this of 1; so far off, nothing bounds its scores


@dataclass(frozen=True)
class Game:
    """What a critic tells apart, in words."""

    real: str
    made: str
    scale: str = "← taken for made · logit · taken for real →"
    undecided: float | None = 0.0  # on that scale, where one value means it


def held_still(_game: Game, found: Measured) -> Finding | None:
    still = [learner.title for total, learner in found.info.learners.items() if total not in found.moving]
    if not still:
        return None
    who = " and ".join(still)
    return Finding(
        NOTE,
        f"{who} held still by hand",
        "What is held still keeps its weights; its loss changes only by what the others do.",
        meanwhile="“All” under “Update” lets it go on.",
    )


def no_numbers(_game: Game, found: Measured) -> Finding | None:
    if np.isfinite([*found.real, *found.made]).all():
        return None
    sentence = "Some of its logits are infinite or no numbers."
    return Finding(BAD, "The critic gives no numbers", sentence, "From the start: a lower learning rate.")


def too_early(_game: Game, found: Measured) -> Finding | None:
    if found.step >= ENOUGH_STEPS:
        return None
    return Finding(NOTE, "Too early to say", f"{found.step} steps so far.")


def _tells(game: Game, found: Measured) -> str:
    real, made = found.right
    return f"The critic is right on {real:.0%} of {game.real} and {made:.0%} of {game.made}"


def _loses(found: Measured) -> str:
    on_real, on_made, *_ = found.info.learners[CRITIC_LOSS].weights
    real, made = found.losses
    return f"{TERMS[on_real].title} {real:.2f}, {in_sentence(TERMS[on_made].title)} {made:.2f}"


def has_won(game: Game, found: Measured) -> Finding | None:
    if found.accuracy <= WON:
        return None
    return Finding(
        BAD,
        "The critic has won",
        f"{_tells(game, found)}.{'' if _is_gone(found) else _pull(found)}",
        "From the start: a lower learning rate.",
        f"Let only the {found.opponent} move for a while.",
    )


def _pull(found: Measured) -> str:
    norm, share = found.fooling
    force = float(np.mean(1.0 / (1.0 + np.exp(np.clip(found.made, -50, 50)))))
    return (
        f" The {found.opponent}'s gradient does not vanish with this loss: it pulls with {force:.0%} of its force, "
        f"norm {norm:.2g}, {share:.0%} of the largest so far. But a critic that is sure of everything hardly says "
        f"which change helps."
    )


def _is_gone(found: Measured) -> bool:
    """Whether next to no gradient comes through the critic; `no_gradient` says so."""
    return found.fooling[1] <= NO_GRADIENT


def is_far_ahead(game: Game, found: Measured) -> Finding | None:
    if found.accuracy <= FAR_AHEAD:
        return None
    meanwhile = f"If it stays so, let only the {found.opponent} move for a while."
    sentence = f"{_tells(game, found)}. {_loses(found)}."
    return Finding(NOTE, "The critic is far ahead", sentence, meanwhile=meanwhile)


def lags(game: Game, found: Measured) -> Finding | None:
    worse = sum(found.losses) / 2 > WORSE_THAN_GUESSING
    if found.accuracy >= BEHIND and not (worse and found.accuracy < AHEAD):
        return None
    return Finding(
        BAD,
        "The critic lags behind",
        f"{_tells(game, found)}; a coin is right on 50%. {_loses(found)}; guessing costs {GUESSING:.2f}.",
        meanwhile=f"Let only the critic move for a while, until it tells {game.made} again.",
    )


def one_sided(game: Game, found: Measured) -> Finding | None:
    on_real, on_made = found.losses
    if found.accuracy >= AHEAD or max(abs(on_real - GUESSING), abs(on_made - GUESSING)) <= NEAR_GUESSING:
        return None
    taken = "real" if on_real < on_made else "made"
    return Finding(
        NOTE,
        f"The critic takes too much for {taken}",
        f"{_tells(game, found)}. {_loses(found)}; telling nothing apart would cost {GUESSING:.2f} each.",
        meanwhile="It often leans to the other side soon after. If it stays so, let only the critic move for a while.",
    )


def even(title: str, advice: str) -> Rule:
    def outcome(game: Game, found: Measured) -> Finding | None:
        if found.accuracy >= AHEAD:
            return None
        near = f"{_loses(found)}: near ln 2 = {GUESSING:.2f}"
        return Finding(GOOD, title, f"{near}. {_tells(game, found)}.", advice)

    return outcome


def apart(title: str, level: Level, advice: str = "") -> Rule:
    def outcome(game: Game, found: Measured) -> Finding | None:
        return Finding(level, title, f"{_tells(game, found)}. {_loses(found)}.", advice)

    return outcome


def no_gradient(_game: Game, found: Measured) -> Finding | None:
    if not _is_gone(found):
        return None
    norm, share = found.fooling
    weight = f"weight of “{TERMS[found.info.fools].title}”"
    return Finding(
        BAD,
        f"The {found.opponent} gets almost no gradient from the critic",
        f"Its norm is {norm:.2g}, {share:.1%} of the largest so far.",
        f"From the start: a {weight} above 0, or a lower learning rate.",
        f"See that the {weight} is above 0.",
    )


def _spread(found: Measured) -> str:
    return f"They differ from each other by {found.spread:.0%} of what the data's images do"


def collapsed(_game: Game, found: Measured) -> Finding | None:
    if found.spread >= COLLAPSED:
        return None
    remedy = "A sign of mode collapse. Start anew with a lower learning rate or a larger batch."
    return Finding(BAD, "The samples are nearly equal", f"{_spread(found)}.", remedy)


def narrow(_game: Game, found: Measured) -> Finding | None:
    if found.spread >= NARROW:
        return None
    remedy = "Look at the row of samples: a mode may be missing."
    return Finding(NOTE, "The samples vary less than the data", f"{_spread(found)}.", remedy)


def varied(_game: Game, found: Measured) -> Finding | None:
    return Finding(GOOD, "The samples vary", f"{_spread(found)}.")


def _estimate(found: Measured) -> float:
    return -sum(found.losses)


def scores_upside_down(game: Game, found: Measured) -> Finding | None:
    if (estimate := _estimate(found)) > 0:
        return None
    return Finding(
        BAD,
        "The critic lags behind",
        f"{game.made.capitalize()} score {-estimate:.2f} above {game.real}: no distance can be below 0.",
        meanwhile="Let only the critic move for a while.",
    )


def distance(game: Game, found: Measured) -> Finding | None:
    return Finding(
        GOOD,
        f"Wasserstein estimate {_estimate(found):.2f}",
        f"{game.real.capitalize()} score that much above {game.made}. Scores have no fixed zero, only their difference "
        "counts, and it falls as the samples improve.",
    )


def slopes(penalty: str) -> Rule:
    """`penalty` is the term that is the squared distance of the slopes from 1."""

    def outcome(_game: Game, found: Measured) -> Finding | None:
        off = float(np.sqrt(found.means[penalty]))
        told = f"They are off by {off:.2f} (root mean square)"
        if off < NEAR_ONE:
            return Finding(GOOD, "The critic's slopes are near 1", f"{told}.")
        more = f"more weight on “{TERMS[penalty].title}”."
        if off > FAR_FROM_ONE:
            told += ": nothing bounds the scores, so the estimate is not a distance"
            return Finding(BAD, "The critic's slopes are far from 1", f"{told}.", f"From the start: {more}")
        told += ", so the estimate is not a distance yet"
        remedy = f"It may need more time, or {more}"
        return Finding(NOTE, "The critic's slopes are not near 1", f"{told}.", remedy)

    return outcome


def independent(game: Game, found: Measured) -> Finding | None:
    if found.accuracy >= AHEAD:
        return None
    sentence = f"{_correlation(found)}. {_tells(game, found)}."
    return Finding(GOOD, "The dimensions look independent", sentence)


def dependent(game: Game, found: Measured) -> Finding | None:
    sentence = f"{_correlation(found)}. {_tells(game, found)}."
    remedy = f"More weight on “{TERMS[found.info.fools].title}” makes them more independent."
    return Finding(NOTE, "The dimensions depend on each other", sentence, remedy)


def _correlation(found: Measured) -> str:
    return f"Total correlation, as the critic has it: {found.means[found.info.fools]:.2f} nats"
