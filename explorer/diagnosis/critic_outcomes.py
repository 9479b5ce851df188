"""The rules for critics: each a function of a game and what was measured."""

from dataclasses import dataclass

import numpy as np

from explorer.diagnosis.critic_measures import CriticMeasured
from explorer.diagnosis.findings import BAD, GOOD, NOTE, Finding, Level, Rule
from models.spec.catalogue import TERMS
from models.spec.catalogue.variants import CRITIC_LOSS
from models.spec.sentences import in_sentence

GUESSING = float(np.log(2.0))  # nats that a critic loses which says "even odds" of everything
ENOUGH_STEPS = 100  # before that, nothing is accused
WON, FAR_AHEAD, AHEAD, BEHIND = 0.99, 0.9, 0.6, 0.45  # of what it judges, the critic is right on; 0.5 by guessing
EVEN_CHANCE, LOPSIDED = 0.5, 0.3  # right on fewer of one kind than by chance, and on so many more of the other
NEAR_GUESSING = 0.1  # a loss is within this of what guessing costs
WORSE_THAN_GUESSING = GUESSING + NEAR_GUESSING
NO_GRADIENT = 0.01  # of the largest norm so far
COLLAPSED, NARROW = 0.25, 0.6  # of the spread of the data's pixels
_LOWER_RATE = "In a new run: a lower learning rate."


@dataclass(frozen=True)
class Game:
    """The words for what a critic tells apart."""

    real: str
    made: str
    scale: str = "← judged fake · logit · judged real →"
    undecided: float | None = 0.0  # on that scale, where one value means it


def held_still(_game: Game, found: CriticMeasured) -> Finding | None:
    still = [learner.title for total, learner in found.info.learners.items() if total not in found.moving]
    if not still:
        return None
    who = " and ".join(still)
    return Finding(
        NOTE,
        f"{who} frozen by you",
        "Frozen weights do not change. The loss changes only because the other networks change.",
        meanwhile="Choose “All” under “Update” to unfreeze it.",
    )


def no_numbers(_game: Game, found: CriticMeasured) -> Finding | None:
    if np.isfinite([*found.real, *found.made]).all():
        return None
    sentence = "Some of its logits are infinite or NaN."
    return Finding(BAD, f"The {found.critic}'s outputs are not finite", sentence, _LOWER_RATE)


def too_early(_game: Game, found: CriticMeasured) -> Finding | None:
    if found.step >= ENOUGH_STEPS:
        return None
    return Finding(NOTE, "Too early to say", f"{found.step} step{'s' * (found.step != 1)} so far.")


def _tells(game: Game, found: CriticMeasured) -> str:
    real, made = found.right
    told = f"The {found.critic} is right on {real:.0%} of {game.real} and {made:.0%} of {game.made}"
    return f"{told} (balanced accuracy {found.accuracy:.0%})"


def _loses(found: CriticMeasured) -> str:
    on_real, on_made, *_ = found.info.learners[CRITIC_LOSS].weights
    real, made = found.losses
    return f"{TERMS[on_real].title} {real:.2f}, {in_sentence(TERMS[on_made].title)} {made:.2f}"


def has_won(game: Game, found: CriticMeasured) -> Finding | None:
    if found.accuracy <= WON:
        return None
    return Finding(
        BAD,
        f"The {found.critic} has won",
        f"{_tells(game, found)}.{'' if _is_gone(found) else _pull(found)}",
        _LOWER_RATE,
        f"Update only the {found.opponent} for a while.",
    )


def _pull(found: CriticMeasured) -> str:
    norm, share = found.fooling
    force = float(np.mean(1.0 / (1.0 + np.exp(np.clip(found.made, -50, 50)))))
    return (
        f" The {found.opponent}'s gradient does not vanish with this loss: it has {force:.0%} of its full size, "
        f"norm {norm:.2g}, {share:.0%} of the largest so far. But a {found.critic} that is certain everywhere "
        f"gives little direction."
    )


def _is_gone(found: CriticMeasured) -> bool:
    """Return whether next to no gradient comes through the critic; `no_gradient` says so."""
    return found.fooling[1] <= NO_GRADIENT


def is_far_ahead(game: Game, found: CriticMeasured) -> Finding | None:
    if found.accuracy <= FAR_AHEAD:
        return None
    meanwhile = f"If it stays, update only the {found.opponent} for a while."
    sentence = f"{_tells(game, found)}. {_loses(found)}.{_course(found)}"
    return Finding(NOTE, f"The {found.critic} is far ahead", sentence, meanwhile=meanwhile)


def lags(game: Game, found: CriticMeasured) -> Finding | None:
    worse = sum(found.losses) / 2 > WORSE_THAN_GUESSING
    if found.accuracy >= BEHIND and not (worse and found.accuracy < AHEAD):
        return None
    return Finding(
        BAD,
        f"The {found.critic} lags behind",
        f"{_tells(game, found)}; guessing is right on 50%. {_loses(found)}; guessing costs {GUESSING:.2f}.",
        meanwhile=f"Update only the {found.critic} until it separates {game.real} from {game.made} again.",
    )


def _course(found: CriticMeasured) -> str:
    """Say how the critic's loss moves: where it falls, the critic gains on its opponent."""
    if not np.isfinite(found.trend.error):
        return ""
    if found.trend.is_noise:
        return " Its loss is steady."
    gains, how = (found.critic, "fell") if found.trend.change < 0 else (found.opponent, "rose")
    return f" Its loss {how} by {abs(found.trend.change):.2g} in the last tenth: the {gains} gains."


def lopsided(game: Game, found: CriticMeasured) -> Finding | None:
    """Find a critic that gives most images of both kinds the same answer."""
    real, made = found.right
    if min(real, made) >= EVEN_CHANCE or abs(real - made) < LOPSIDED:
        return None
    sentence = f"{_tells(game, found)}. {_loses(found)}.{_course(found)}"
    return _judges_too_much("real" if real > made else "fake", sentence, found)


def one_sided(game: Game, found: CriticMeasured) -> Finding | None:
    on_real, on_made = found.losses
    if found.accuracy >= AHEAD or max(abs(on_real - GUESSING), abs(on_made - GUESSING)) <= NEAR_GUESSING:
        return None
    sentence = f"{_tells(game, found)}. {_loses(found)}; guessing costs {GUESSING:.2f} each."
    return _judges_too_much("real" if on_real < on_made else "fake", sentence, found)


def _judges_too_much(taken: str, sentence: str, found: CriticMeasured) -> Finding:
    meanwhile = f"This often reverses soon. If it stays, update only the {found.critic} for a while."
    return Finding(NOTE, f"The {found.critic} judges too much {taken}", sentence, meanwhile=meanwhile)


def even(title: str, advice: str) -> Rule:
    def outcome(game: Game, found: CriticMeasured) -> Finding | None:
        if found.accuracy >= AHEAD:
            return None
        near = f"{_loses(found)}: near ln 2 = {GUESSING:.2f}"
        return Finding(GOOD, title, f"{near}. {_tells(game, found)}.{_course(found)}", advice)

    return outcome


def apart(title: str, level: Level, advice: str = "") -> Rule:
    """Judge a critic that tells apart what it should, but not nearly always. `title` may name its {accuracy}."""

    def outcome(game: Game, found: CriticMeasured) -> Finding | None:
        verdict = title.format(accuracy=f"{found.accuracy:.0%}")
        return Finding(level, verdict, f"{_tells(game, found)}. {_loses(found)}.{_course(found)}", advice)

    return outcome


def no_gradient(_game: Game, found: CriticMeasured) -> Finding | None:
    if not _is_gone(found):
        return None
    norm, share = found.fooling
    weight = f"weight of “{TERMS[found.info.fools].title}”"
    return Finding(
        BAD,
        f"The {found.opponent} gets almost no gradient from the {found.critic}",
        f"Its norm is {norm:.2g}, {share:.1%} of the largest so far.",
        f"In a new run: a {weight} above 0, or a lower learning rate.",
        f"Check that the {weight} is above 0.",
    )


def _spread(found: CriticMeasured) -> str:
    return f"Their spread is {found.spread:.0%} of the spread of the data"


def collapsed(_game: Game, found: CriticMeasured) -> Finding | None:
    if found.spread >= COLLAPSED:
        return None
    remedy = "A sign of mode collapse. Start again with a lower learning rate or a larger batch."
    return Finding(BAD, "The samples are nearly equal", f"{_spread(found)}.", remedy)


def narrow(_game: Game, found: CriticMeasured) -> Finding | None:
    if found.spread >= NARROW:
        return None
    remedy = "Check the row of samples: a mode may be missing."
    return Finding(NOTE, "The samples vary less than the data", f"{_spread(found)}.", remedy)


def varied(_game: Game, found: CriticMeasured) -> Finding | None:
    return Finding(GOOD, "The samples vary", f"{_spread(found)}.")


def independent(game: Game, found: CriticMeasured) -> Finding | None:
    if found.accuracy >= AHEAD:
        return None
    sentence = f"{_correlation(found)}. {_tells(game, found)}."
    return Finding(GOOD, "The dimensions look independent", sentence)


def dependent(game: Game, found: CriticMeasured) -> Finding | None:
    sentence = f"{_correlation(found)}. {_tells(game, found)}."
    remedy = f"More weight on “{TERMS[found.info.fools].title}” makes them more independent."
    return Finding(NOTE, "The dimensions depend on each other", sentence, remedy)


def _correlation(found: CriticMeasured) -> str:
    return f"Total correlation, estimated by the {found.critic}: {found.means[found.info.fools]:.2f} nats"
