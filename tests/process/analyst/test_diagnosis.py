"""The sentences of the lab: on networks trained to go wrong on purpose, and at the edges of each rule."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from explorer.datasets.loading import load_images
from explorer.diagnosis.findings import Finding
from explorer.diagnosis.pairing_measures import Measured, errors_of, measure
from explorer.diagnosis.pairing_outcomes import BLANK, EARLY, LEARNS, NEVER, RUNS_AWAY, WASHED_OUT, diagnose
from models.pairing_runs import Inspector, build
from models.spec.pairing_measurement import Measurement
from models.spec.pairings import CASES, LINKS, Pairing, pairing_of
from models.training import TrainingLoop, epoch_batches


@functools.cache
def found(pairing: Pairing, dataset: str, network: str, seed: int, rate: float, steps: int) -> Finding:
    """Train a pairing and diagnose it."""
    data = load_images(dataset)
    model = build(pairing, network, 16, rate, seed, data.images.shape[1:])
    loop, inspector = TrainingLoop(model, data.images), Inspector(model)
    images = data.test_images[:200] / np.float32(255)
    first = inspector.inspect(images).loss
    batches: list[np.ndarray] = []
    while len(batches) < steps:
        batches += epoch_batches(np.arange(len(data.images)), 64, seed, len(batches))
    earlier: dict[str, float] = {}
    for number, batch in enumerate(batches[:steps]):
        if number == steps // 2:
            earlier = errors_of(images, inspector.inspect(images).outputs)
        loop.train(batch)
    return diagnose(pairing, measure(pairing, images, steps, first, inspector.inspect(images), earlier))


# Not the presets' data, seeds or networks, and pairings that are none of the presets.
MADE = [
    ("0..255~sigmoid~mse~p/255", "shapes", "dense", 3, 1e-3, 120, NEVER, "255 but sigmoid outputs are at most 1"),
    ("0..255~tanh~mae~p", "digits", "conv", 5, 1e-3, 120, NEVER, "255 but tanh outputs are at most 1"),
    ("0..1~linear~mse~p", "digits", "dense", 1, 1e-7, 120, NEVER, "another learning rate"),
    ("0..1~linear~mse~p", "digits", "dense", 1, 1e-7, 60, EARLY, "a gradient still flows"),
    ("-1..1~sigmoid~mse~p", "digits", "dense", 14, 1e-2, 200, NEVER, "-1 but sigmoid outputs are at least 0"),
    ("0..1~sigmoid~mse~p", "digits", "dense", 15, 0.3, 120, NEVER, "saturated, so hardly any gradient"),
    ("0..1~linear~bce_logits~p", "digits", "dense", 16, 1e-3, 400, WASHED_OUT, "cross-entropy, displayed through p"),
    ("0..255~sigmoid~bce~p", "digits", "dense", 17, 1e-3, 120, RUNS_AWAY, "drives every output to its limit"),
    ("0..1~linear~mae~sigmoid", "digits", "dense", 2, 1e-3, 200, WASHED_OUT, "with absolute error, displayed through"),
    ("-1..1~linear~mse~p/255", "digits", "dense", 4, 1e-3, 200, BLANK, "displayed through p / 255"),
    ("0..255~linear~bce_logits~p", "shapes", "conv", 6, 1e-3, 120, RUNS_AWAY, "cross-entropy of targets above 1"),
    ("-1..1~linear~bce_logits~sigmoid", "digits", "dense", 7, 1e-3, 200, RUNS_AWAY, "cross-entropy of targets below 0"),
    ("0..1~linear~mse~p", "digits", "dense", 8, 1.0, 40, RUNS_AWAY, "learning rate is too large"),
    ("-1..1~tanh~mse~(p+1)/2", "digits", "dense", 9, 1e-3, 200, LEARNS, "displayed error 0.0"),
    ("0..1~linear~bce_logits~sigmoid", "digits", "dense", 10, 1e-3, 200, LEARNS, "displayed error 0.0"),
    ("0..1~sigmoid~bce_logits~p", "digits", "dense", 11, 1e-3, 200, WASHED_OUT, "sigmoid applied twice"),
    ("0..1~sigmoid~bce_logits~p", "digits", "conv", 12, 5e-4, 60, BLANK, "sigmoid applied twice"),
    ("0..1~linear~bce_logits~sigmoid", "digits", "dense", 13, 1e-3, 5, EARLY, "5 steps so far"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "dataset", "network", "seed", "rate", "steps", "verdict", "words"),
    MADE,
    ids=[f"{m[0]}-{m[6]}" for m in MADE],
)
def test_a_network_that_goes_wrong_is_told_why(word, dataset, network, seed, rate, steps, verdict, words):
    diagnosis = found(pairing_of(word), dataset, network, seed, rate, steps)
    assert diagnosis.verdict == verdict, diagnosis.sentence
    assert words in diagnosis.sentence


@pytest.mark.parametrize("letter", "BFJ")
def test_the_question_s_own_cases_go_wrong_on_other_data_and_networks(letter):
    """Those whose outcome needs no long training."""
    diagnosis = found(CASES[letter].pairing, "digits", "dense", 21, 1e-3, 150)
    assert diagnosis.verdict == {"B": NEVER, "F": WASHED_OUT, "J": RUNS_AWAY}[letter], diagnosis.sentence


LOGITS = CASES["E"].pairing


GOOD = Measured(  # what a good training of case E leaves
    images=200,
    steps=200,
    first_loss=0.69,
    last_loss=0.1,
    targets=(0.0, 1.0),
    outputs=(-9.0, 8.0),
    saturation=0.3,
    gradient=0.1,
    errors=dict.fromkeys(LINKS, 0.2) | {"sigmoid": 0.01},
    earlier_errors=dict.fromkeys(LINKS, 0.2) | {"sigmoid": 0.03},
    ink=0.9,
    background=0.02,
    contrast=0.88,
    plain_error=0.1,
)
NOTHING = dict.fromkeys(LINKS, 0.2)  # no look shows anything
OTHER = dict.fromkeys(LINKS, 0.01) | {"sigmoid": 0.08}  # every look but the sigmoid does


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, LEARNS, "0.0100, mean intensity: strokes 0.90, background 0.02."),
        ({"saturation": 0.8}, LEARNS, "80% of the logits are already saturated"),
        ({"last_loss": float("nan")}, RUNS_AWAY, "from 0.69 to nan in 200 steps"),
        ({"outputs": (0.0, float("inf"))}, RUNS_AWAY, "learning rate is too large"),
        ({"last_loss": 70.0}, RUNS_AWAY, "to 70 in"),
        ({"last_loss": -3.0, "targets": (0.0, 255.0)}, RUNS_AWAY, "targets above 1 has no lower bound"),
        ({"steps": 19, "last_loss": 0.69}, EARLY, "19 steps"),
        ({"steps": 99, "last_loss": 0.689, "errors": NOTHING}, EARLY, "fallen by 0% in 99 steps"),
        ({"steps": 3, "last_loss": float("nan")}, RUNS_AWAY, "nan"),
        ({"last_loss": 0.68, "saturation": 0.95, "errors": NOTHING}, NEVER, "95% of the logits are saturated"),
        ({"last_loss": 0.68, "gradient": 1e-6, "errors": NOTHING}, NEVER, "reaches the logits (1e-06 per pixel)"),
        ({"last_loss": 0.68, "errors": NOTHING}, NEVER, "Try another learning rate or more steps"),
        ({"last_loss": 0.3, "gradient": 1e-9, "errors": NOTHING}, NEVER, "stays at 0.3"),  # it fell once, and is dead
        ({"last_loss": 0.68}, LEARNS, "0.0100"),  # grey images: a loss near its floor from the beginning
        ({"errors": OTHER, "earlier_errors": OTHER}, WASHED_OUT, "0.080; displayed as p, the same output has 0.010"),
        ({"errors": OTHER, "earlier_errors": NOTHING}, LEARNS, "0.0800"),  # perhaps only in passing
        ({"errors": NOTHING | {"p": 0.09}, "earlier_errors": OTHER}, WASHED_OUT, "0.200; a plain grey image has 0.100"),
        ({"ink": 0.3, "background": 0.25, "contrast": 0.05}, BLANK, "strokes 0.30, background 0.25"),
        ({"first_loss": 0.0, "last_loss": 0.0, "errors": NOTHING}, NEVER, "stays at 0"),
    ],
)
def test_the_rules(changes, verdict, words):
    diagnosis = diagnose(LOGITS, replace(GOOD, **changes))
    assert diagnosis.verdict == verdict, diagnosis.sentence
    assert words in diagnosis.sentence


def test_the_name_of_a_case_decides_nothing():
    """The same pairing gets every verdict, by its numbers."""
    numbers = [
        {}, {"last_loss": 0.69, "errors": NOTHING}, {"last_loss": -5.0}, {"contrast": 0.0}, {"steps": 1},
        {"errors": OTHER, "earlier_errors": OTHER},
    ]  # fmt: skip
    verdicts = {diagnose(LOGITS, replace(GOOD, **changes)).verdict for changes in numbers}
    assert verdicts == {LEARNS, NEVER, RUNS_AWAY, BLANK, EARLY, WASHED_OUT}


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 0.5), (0.2, 0.8), (0.5, 1.0), (0.35, 0.65)])
def test_dark_bright_and_pale_images_that_are_rebuilt_are_learnt(low, high):
    """Ink and background are the ends of the images' own range, and a cross-entropy of greys has a high floor."""
    images = np.random.default_rng(0).uniform(low, high, (20, 8, 8, 1)).astype(np.float32).clip(1e-6, 1 - 1e-6)
    logits = np.log(images / (1 - images))
    loss = float(-(images * np.log(images) + (1 - images) * np.log(1 - images)).mean())
    look = Measurement(loss, logits, logits, np.full_like(logits, 0.01))
    found = measure(LOGITS, images, 500, float(np.log(2)), look, errors_of(images, logits))
    assert diagnose(LOGITS, found).verdict == LEARNS
    assert found.ink == pytest.approx(high - 0.05 * (high - low), abs=0.02)
    assert found.contrast == pytest.approx(0.9, abs=0.05)


def test_a_right_pairing_is_never_accused_on_its_way():
    """Case E: an output that shows nothing yet is black under another link, which on black images looks better."""
    pairing, data = CASES["E"].pairing, load_images("digits")
    model = build(pairing, "conv", 16, 3e-4, 0, data.images.shape[1:])
    loop, inspector = TrainingLoop(model, data.images), Inspector(model)
    images = data.test_images[:200] / np.float32(255)
    first, errors = inspector.inspect(images), []
    verdicts = []
    for number, batch in enumerate(epoch_batches(np.arange(len(data.images)), 12, 0, 0), start=1):
        now = inspector.inspect(images)
        errors.append(errors_of(images, now.outputs))
        found = measure(pairing, images, number, first.loss, now, errors[number // 2])
        verdicts.append(diagnose(pairing, found).verdict)
        loop.train(batch)
    assert set(verdicts) <= {EARLY, BLANK, LEARNS}
    assert verdicts[-1] == LEARNS
    assert "looked at" not in " ".join(verdicts)
