"""The verdicts of the lab on networks that are trained to go wrong on purpose, and their remedies followed."""

import functools

import pytest

from explorer.datasets.loading import load_images
from explorer.diagnosis.findings import Finding
from explorer.diagnosis.pairing_measures import measure
from explorer.diagnosis.pairing_outcomes import (
    CAPPED,
    CLIPPED,
    DISPLAY,
    EARLY,
    LEARNS,
    OUT_OF_RANGE,
    RUNS_AWAY,
    SLOW,
    TOO_FAST,
    diagnose,
    remedy_of,
)
from explorer.diagnosis.pairing_remedies import Trial
from models.pairing_runs import Inspector, build
from models.spec.pairings import CASES, pairing_of
from models.spec.unit_range import to_unit
from models.training import TrainingLoop, batches_of_steps


@functools.cache
def found(trial: Trial, dataset: str, network: str, seed: int) -> Finding:
    """Train a pairing and diagnose it."""
    data = load_images(dataset)
    model = build(trial.pairing, network, 16, trial.learning_rate, seed, data.images.shape[1:])
    loop, inspector = TrainingLoop(model, data.images), Inspector(model)
    images, mean_image = to_unit(data.test_images[:200]), to_unit(data.images.mean(axis=0))
    first = inspector.inspect(images).loss
    losses = [float(loop.train(batch)[0]) for batch in batches_of_steps(len(data.images), 64, seed, trial.steps)]
    now = inspector.inspect(images)
    return diagnose(trial.pairing, measure(trial.pairing, images, mean_image, losses, trial.learning_rate, first, now))


# Not the presets' data, seeds or networks, and pairings that are none of the presets.
MADE = [
    ("0..255~sigmoid~mse~p/255", "shapes", "dense", 3, 1e-3, 120, OUT_OF_RANGE, "but sigmoid outputs are at most 1"),
    ("0..255~tanh~mae~p", "digits", "conv", 5, 1e-3, 120, OUT_OF_RANGE, "255, but tanh outputs are at most 1"),
    ("0..1~linear~mse~p", "digits", "dense", 1, 1e-7, 120, SLOW, "the loss went from"),
    ("-1..1~sigmoid~mse~p", "digits", "dense", 14, 1e-2, 200, OUT_OF_RANGE, "−1, but sigmoid outputs are at least 0"),
    ("0..1~sigmoid~mse~p", "digits", "dense", 15, 0.3, 120, TOO_FAST, "of the logits are saturated"),
    ("0..1~linear~bce_logits~sigmoid", "digits", "dense", 18, 0.3, 120, TOO_FAST, "the loss began at 0.69"),
    ("0..1~linear~bce_logits~p", "digits", "dense", 16, 1e-3, 400, DISPLAY, "cross-entropy, displayed through p"),
    ("0..255~sigmoid~bce~p", "digits", "dense", 17, 1e-3, 120, OUT_OF_RANGE, "from 0 to 1, but these go up to 255"),
    ("0..1~linear~mae~sigmoid", "digits", "dense", 2, 1e-3, 200, DISPLAY, "with absolute error, displayed through"),
    ("-1..1~linear~mse~p/255", "digits", "dense", 4, 1e-3, 200, DISPLAY, "displayed through p / 255"),
    ("0..255~linear~bce_logits~p", "shapes", "conv", 6, 1e-3, 120, RUNS_AWAY, "where it has no lower bound"),
    ("-1..1~linear~bce_logits~sigmoid", "digits", "dense", 7, 1e-3, 200, RUNS_AWAY, "these go down to −1"),
    ("0..1~linear~mse~p", "digits", "dense", 8, 1.0, 40, RUNS_AWAY, "its steps are too long"),
    ("-1..1~tanh~mse~(p+1)/2", "digits", "dense", 9, 1e-3, 200, LEARNS, "the mean image's 0.03"),
    ("0..1~linear~bce_logits~sigmoid", "digits", "dense", 10, 1e-3, 200, LEARNS, "the mean image's 0.03"),
    ("0..1~sigmoid~bce_logits~p", "digits", "dense", 11, 1e-3, 200, CAPPED, "(sigmoid twice)"),
    ("0..1~tanh~bce_logits~sigmoid", "digits", "conv", 12, 5e-4, 60, CAPPED, "probabilities from 0.27 to 0.73"),
    ("0..1~linear~bce~p", "digits", "dense", 19, 1e-3, 200, CLIPPED, "clips outputs outside 0 to 1"),
    ("0..1~linear~bce_logits~sigmoid", "digits", "dense", 13, 1e-3, 5, EARLY, "5 steps so far"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "dataset", "network", "seed", "rate", "steps", "verdict", "words"),
    MADE,
    ids=[f"{m[0]}-{m[6]}" for m in MADE],
)
def test_a_network_that_goes_wrong_is_told_why(word, dataset, network, seed, rate, steps, verdict, words):
    diagnosis = found(Trial(pairing_of(word), rate, steps), dataset, network, seed)
    assert diagnosis.verdict == verdict, diagnosis.sentence
    assert words in diagnosis.sentence


@pytest.mark.parametrize("made", [m for m in MADE if m[6] in (CLIPPED, DISPLAY, SLOW, TOO_FAST)], ids=lambda m: m[0])
def test_a_remedy_that_is_followed_ends_in_learning(made):
    """All others are followed in the table of the whole space, in tests/unit/diagnosis."""
    word, dataset, network, seed, rate, steps, verdict, _ = made
    remedy = remedy_of(Trial(pairing_of(word), rate, steps), verdict)
    assert remedy is not None
    assert found(remedy, dataset, network, seed).verdict == LEARNS


@pytest.mark.parametrize("letter", "BFJ")
def test_the_question_s_own_cases_go_wrong_on_other_data_and_networks(letter):
    """Those whose outcome needs no long training."""
    diagnosis = found(Trial(CASES[letter].pairing, 1e-3, 150), "digits", "dense", 21)
    assert diagnosis.verdict == {"B": OUT_OF_RANGE, "F": DISPLAY, "J": RUNS_AWAY}[letter], diagnosis.sentence


def test_a_right_pairing_is_never_accused_on_its_way():
    """Case E: until it learns, it is slow or too early to judge."""
    pairing, data = CASES["E"].pairing, load_images("digits")
    model = build(pairing, "dense", 16, 1e-3, 0, data.images.shape[1:])
    loop, inspector = TrainingLoop(model, data.images), Inspector(model)
    images, mean_image = to_unit(data.test_images[:200]), to_unit(data.images.mean(axis=0))
    first, losses, verdicts = inspector.inspect(images).loss, [], []
    for batch in batches_of_steps(len(data.images), 32, 0, 160):
        losses.append(float(loop.train(batch)[0]))
        if len(losses) % 4 == 0:
            found = measure(pairing, images, mean_image, losses, 1e-3, first, inspector.inspect(images))
            verdicts.append(diagnose(pairing, found).verdict)
    ways = list(dict.fromkeys(verdicts))
    assert ways == [EARLY, SLOW, LEARNS]
    assert verdicts == sorted(verdicts, key=ways.index), "what learns is not slow again"
