"""The health of a critic and its opponent: every outcome at its border, both sides."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from explorer.components.live.health import in_words
from explorer.diagnosis import BAD, GAMES, GOOD, NOTE, CriticMeasured, findings
from explorer.diagnosis.courses import Trend
from explorer.figures.critic import BINS, logit_histogram
from models.spec.catalogue import VARIANTS
from tests.support.critic_helpers import CRITICS, found, judged, titles


def fooling(variant: str, norm: float) -> dict[str, float]:
    return {**found(variant).gradients, VARIANTS[variant].fools: norm}


VARY = "The samples vary"


@pytest.mark.parametrize(
    ("right", "title"),
    [
        (0.991, "The discriminator has won"),
        (0.99, "The discriminator is far ahead"),
        (0.901, "The discriminator is far ahead"),
        (0.9, "Balanced accuracy 90%"),
        (0.6, "Balanced accuracy 60%"),
        (0.599, "Even odds"),
        (0.45, "Even odds"),
        (0.449, "The discriminator lags behind"),
    ],
)
def test_how_often_the_critic_is_right_says_how_the_game_stands(right, title):
    assert titles(found("gan", right)) == titles(found("vae_gan", right)) == [title, VARY]


def test_even_odds_are_called_normal_with_the_numbers():
    means = {**found("gan").means, "critic_real": 0.71, "critic_fake": 0.66}
    even, _ = findings(found("gan", 0.5, means=means))
    assert even.level == GOOD
    assert even.sentence == (
        "Discriminator on images 0.71, discriminator on samples 0.66: near ln 2 = 0.69. "
        "The discriminator is right on 50% of real images and 50% of samples (balanced accuracy 50%)."
    )
    assert even.remedy.startswith("A flat 0.69 is normal")


@pytest.mark.parametrize(
    ("on_real", "on_made", "title"),
    [
        (0.60, 0.79, "Even odds"),
        (0.59, 0.79, "The discriminator judges too much real"),
        (0.40, 1.05, "The discriminator judges too much real"),
        (0.80, 0.60, "The discriminator judges too much fake"),
        (0.20, 1.38, "The discriminator judges too much real"),
        (0.20, 1.40, "The discriminator lags behind"),
    ],
)
def test_a_critic_that_is_sure_and_wrong_is_not_called_even(on_real, on_made, title):
    means = {**found("gan").means, "critic_real": on_real, "critic_fake": on_made}
    assert titles(found("gan", 0.55, means=means))[0] == title
    assert titles(found("gan", 0.6, means=means))[0] == "Balanced accuracy 60%"


@pytest.mark.parametrize("variant", ["gan", "vae_gan", "aae"])
@pytest.mark.parametrize(("real", "made", "taken"), [(0.3, 0.99, "fake"), (0.99, 0.3, "real"), (0.3, 0.75, "fake")])
def test_a_critic_that_gives_nearly_all_the_same_answer_is_never_green(variant, real, made, taken):
    case = found(variant, real=judged(real, positive=True), made=judged(made, positive=False))
    for near in (0.65, 0.69, 0.5):
        first = findings(replace(case, means=dict.fromkeys(case.means, near)))[0]
        assert (first.level, first.verdict) == (NOTE, f"The discriminator judges too much {taken}")
        assert f"(balanced accuracy {(real + made) / 2:.0%})" in first.sentence


def test_the_trend_of_the_discriminators_loss_says_who_gains():
    told = {change: findings(found("gan", trend=Trend(change, 0.01)))[0].sentence for change in (-0.2, 0.2, 0.01)}
    assert told[-0.2].endswith("Its loss fell by 0.2 in the last tenth: the discriminator gains.")
    assert told[0.2].endswith("Its loss rose by 0.2 in the last tenth: the generator gains.")
    assert told[0.01].endswith("Its loss is steady.")


def test_what_only_a_training_can_do_is_not_advised_after_it():
    stuck = found("gan", 1.0, gradients=fooling("gan", 0.001), moving=("loss",))
    still, won, gone, _ = findings(stuck)
    assert "under “Update”" not in in_words(still, active=False)["words"]
    assert "under “Update”" in in_words(still, active=True)["words"]
    assert "Update only the generator for a while. In a new run" in in_words(won, active=True)["words"]
    assert "Update only" not in in_words(won, active=False)["words"]
    assert "a lower learning rate." in in_words(won, active=False)["words"]
    assert "Check that the weight of" in in_words(gone, active=True)["words"]
    assert "Check that the weight of" not in in_words(gone, active=False)["words"]


def cases_of(variant: str) -> Iterator[CriticMeasured]:
    """Every mixture of what an outcome may ask for."""
    losses = [{"score_real": a, "score_fake": b} for a, b in ((-3.0, 1.0), (0.0, 1.0))]
    losses += [dict.fromkeys(VARIANTS[variant].learners["critic_loss"].weights, value) for value in (0.2, 0.65, 1.4)]
    for right, means, norm, spread in product((1.0, 0.95, 0.75, 0.5, 0.2), losses, (0.5, 0.0), (0.1, 0.5, 0.9)):
        case = found(variant, right, gradients=fooling(variant, norm), spread=spread)
        yield replace(case, means={**case.means, **means})
    yield found(variant, real=judged(0.3, positive=True), made=judged(0.99, positive=False))
    yield found(variant, step=99)
    yield found(variant, moving=())
    yield found(variant, real=np.array([np.nan]))


@pytest.mark.parametrize("variant", CRITICS)
def test_every_outcome_is_met_and_none_asks_for_a_change_after_the_end(variant):
    game, questions = GAMES[VARIANTS[variant].fools]
    wanted = {outcome for question in questions for outcome in question}
    met = {outcome for case in cases_of(variant) for outcome in wanted if outcome(game, case)}
    assert met == wanted
    for finding in {finding for case in cases_of(variant) for finding in findings(case)}:
        told = in_words(finding, active=False)["words"]
        assert not re.search(r"(^|\. )(Let|Update|Raise|Lower|See that|Check that)\b", told), told
        assert told.endswith(".")


@pytest.mark.parametrize(("norm", "without"), [(0.0101, False), (0.01, True), (0.0, True)])
def test_a_gradient_that_is_gone_is_told_from_one_that_says_little(norm, without):
    won, *others = findings(found("gan", 1.0, gradients=fooling("gan", norm)))
    assert won.verdict == "The discriminator has won"
    assert ("does not vanish" in won.sentence) != without
    assert ("of the largest so far" in won.sentence) != without  # it is told once
    assert "it has 88% of its full size" in won.sentence or without  # sigmoid(2)
    lost = titles(found("gan", gradients=fooling("gan", norm)))
    assert ("The generator gets almost no gradient from the discriminator" in lost) == without
    assert [other.verdict for other in others] == lost[1:]


@pytest.mark.parametrize("right", [0.8, 1.0])
@pytest.mark.parametrize("variant", CRITICS)
def test_a_gradient_that_is_gone_is_said_of_every_game_however_often_the_critic_is_right(variant, right):
    case = found(variant, right, gradients=fooling(variant, 0.0))
    who, critic = (VARIANTS[variant].learners[total].title.lower() for total in ("loss", "critic_loss"))
    (gone,) = (finding for finding in findings(case) if "gradient" in finding.verdict)
    assert (gone.level, gone.verdict) == (BAD, f"The {who} gets almost no gradient from the {critic}")
    assert gone.sentence == "Its norm is 0, 0.0% of the largest so far."
    assert not any("does not vanish" in finding.sentence for finding in findings(case))


def test_a_gradient_that_is_no_number_is_not_called_small():
    assert not any("gradient" in title for title in titles(found("gan", gradients=fooling("gan", float("nan")))))


@pytest.mark.parametrize(
    ("spread", "title"),
    [
        (0.249, "The samples are nearly equal"),
        (0.25, "The samples vary less than the data"),
        (0.599, "The samples vary less than the data"),
        (0.6, VARY),
    ],
)
@pytest.mark.parametrize("variant", ["gan", "vae_gan", "wgan_gp"])
def test_samples_that_are_alike_are_a_sign_of_mode_collapse(variant, spread, title):
    assert titles(found(variant, spread=spread))[-1] == title


def test_a_wasserstein_critic_gives_a_distance_that_cannot_be_below_zero():
    means = found("wgan_gp").means
    assert titles(found("wgan_gp")) == ["Wasserstein estimate 2.00", "The critic's slopes are near 1", VARY]
    for penalty, slopes in ((8.9, "not near"), (9.1, "far from")):
        means = {**found("wgan_gp").means, "gradient_penalty": penalty}
        assert titles(found("wgan_gp", means=means))[1] == f"The critic's slopes are {slopes} 1"
    for fake, title in ((2.999, "Wasserstein estimate 0.00"), (3.0, "The critic lags behind")):
        assert titles(found("wgan_gp", means={**means, "score_fake": fake}))[0] == title
    for penalty, title in ((0.0899, "near 1"), (0.09, "not near 1")):
        assert titles(found("wgan_gp", means={**means, "gradient_penalty": penalty}))[1].endswith(f"are {title}")


@pytest.mark.parametrize(
    ("right", "title"),
    [
        (0.991, "The discriminator has won"),
        (0.99, "The codes differ from the prior"),
        (0.6, "The codes differ from the prior"),
        (0.599, "The codes look like the prior"),
        (0.449, "The discriminator lags behind"),
    ],
)
def test_codes_are_compared_with_the_prior(right, title):
    assert titles(found("aae", right)) == [title]


@pytest.mark.parametrize(
    ("right", "title"),
    [
        (1.0, "The dimensions depend on each other"),
        (0.6, "The dimensions depend on each other"),
        (0.599, "The dimensions look independent"),
        (0.449, "The discriminator lags behind"),
    ],
)
def test_a_total_correlation_is_told_in_nats(right, title):
    (answer,) = findings(found("factor_vae", right, means={**found("factor_vae").means, "density_ratio": 1.234}))
    assert answer.verdict == title
    assert ("1.23 nats" in answer.sentence) == (right >= 0.45)


@pytest.mark.parametrize("variant", CRITICS)
def test_nothing_is_accused_at_the_beginning_or_without_numbers(variant):
    assert titles(found(variant, 1.0, step=99, spread=0)) == ["Too early to say"]
    assert "Too early to say" not in titles(found(variant, 1.0, step=100))
    assert titles(found(variant, made=np.array([0.0, np.inf]))) == [
        f"The {VARIANTS[variant].learners['critic_loss'].title.lower()}'s outputs are not finite"
    ]


@pytest.mark.parametrize("variant", CRITICS)
def test_a_learner_held_still_is_said_first(variant):
    learners = VARIANTS[variant].learners
    first, *others = findings(found(variant, moving=["loss"] + [t for t in learners if t == "encoder_loss"]))
    assert (first.level, first.verdict) == (NOTE, f"{VARIANTS[variant].learners['critic_loss'].title} frozen by you")
    assert others == findings(found(variant))


@pytest.mark.parametrize("variant", CRITICS)
def test_the_picture_shows_every_finite_logit(variant):
    case = found(variant, real=np.array([1.0, np.nan, 3.0]), made=np.array([-np.inf, -2.0]))
    for shown, count in ((case, (2, 1)), (replace(case, real=np.ones(5), made=np.ones(5)), (5, 5))):
        bars = logit_histogram(shown)["data"]
        assert tuple(bar["y"].sum() for bar in bars) == count
        assert all(len(bar["x"]) == BINS for bar in bars)
        np.testing.assert_array_equal(bars[0]["x"], bars[1]["x"])
