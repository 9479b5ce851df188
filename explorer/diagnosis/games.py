"""The questions for each kind of game, and the answers."""

from collections.abc import Mapping
from types import MappingProxyType

from explorer.diagnosis import critic_outcomes as o
from explorer.diagnosis import score_outcomes as scores
from explorer.diagnosis.critic_measures import CriticMeasured
from explorer.diagnosis.findings import GOOD, NOTE, Finding, Question, answers, first_that_fits
from models.spec.catalogue import TERMS

_HELD_STILL: Question = (o.held_still,)
_BEFOREHAND: Question = (o.no_numbers, o.too_early)  # where one is met, nothing else is asked
_VARIETY: Question = (o.collapsed, o.narrow, o.varied)
_GRADIENT: Question = (o.no_gradient,)
_FLAT = "A flat 0.69 is normal: the discriminator cannot separate them. Check the samples."
_WANTED = "A flat 0.69 is the aim of the encoder."
_LIKE_THE_PRIOR = f"It may need more time or more weight on “{TERMS['code_fools_critic'].title}”."

# By the first learner's term against the critic: what is judged, and the questions in order.
GAMES: Mapping[str, tuple[o.Game, tuple[Question, ...]]] = MappingProxyType(
    {
        "fools_critic": (
            o.Game("real images", "samples"),
            (
                (
                    o.has_won,
                    o.is_far_ahead,
                    o.lags,
                    o.lopsided,
                    o.one_sided,
                    o.even("Even odds", _FLAT),
                    o.apart("Balanced accuracy {accuracy}", GOOD),
                ),
                _GRADIENT,
                _VARIETY,
            ),
        ),
        "raises_score": (
            o.Game("real images", "samples", scale="score", undecided=None),
            ((scores.scores_upside_down, scores.distance), (scores.slopes("gradient_penalty"),), _GRADIENT, _VARIETY),
        ),
        "code_fools_critic": (
            o.Game("samples of the prior", "codes"),
            (
                (
                    o.has_won,
                    o.lags,
                    o.lopsided,
                    o.one_sided,
                    o.even("The codes look like the prior", _WANTED),
                    o.apart("The codes differ from the prior", NOTE, _LIKE_THE_PRIOR),
                ),
                _GRADIENT,
            ),
        ),
        "density_ratio": (
            o.Game("codes", "shuffled codes"),
            ((o.lags, o.independent, o.dependent), _GRADIENT),
        ),
    }
)


def findings(found: CriticMeasured) -> list[Finding]:
    """Return what there is to say, the most important first."""
    game, questions = GAMES[found.info.fools]
    too_soon = first_that_fits(_BEFOREHAND, game, found) is not None
    return answers((_HELD_STILL, _BEFOREHAND) if too_soon else (_HELD_STILL, *questions), game, found)
