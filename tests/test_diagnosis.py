"""The sentences of the lab: on networks trained to go wrong on purpose, and at the edges of each rule."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from explorer.datasets.loading import load_images
from models.diagnosis import (
    BLANK,
    EARLY,
    LEARNS,
    NEVER,
    RUNS_AWAY,
    WASHED_OUT,
    Diagnosis,
    Measured,
    diagnose,
    measure,
)
from models.lab import Inspector, build
from models.pairings import CASES, LINKS, Pairing, pairing_of
from models.training import TrainingLoop, epoch_batches


@functools.cache
def found(pairing: Pairing, dataset: str, network: str, seed: int, rate: float, steps: int) -> Diagnosis:
    """Train a pairing and diagnose it."""
    data = load_images(dataset)
    model = build(pairing, network, 16, rate, seed, data.images.shape[1:])
    loop, inspector = TrainingLoop(model, data.images), Inspector(model)
    images = data.test_images[:200] / np.float32(255)
    first = inspector.look(images).loss
    batches: list[np.ndarray] = []
    while len(batches) < steps:
        batches += epoch_batches(np.arange(len(data.images)), 64, seed, len(batches))
    for batch in batches[:steps]:
        loop.train(batch)
    return diagnose(pairing, measure(pairing, images, steps, first, inspector.look(images)))


# Not the presets' data, seeds or networks, and pairings that are none of the presets.
MADE = [
    ("0..255~sigmoid~mse~p/255", "shapes", "dense", 3, 1e-3, 120, NEVER, "255 behind a sigmoid that ends at 1"),
    ("0..255~tanh~mae~p", "digits", "conv", 5, 1e-3, 120, NEVER, "255 behind a tanh that ends at 1"),
    ("0..1~linear~mse~p", "digits", "dense", 1, 1e-7, 40, NEVER, "another learning rate"),
    ("0..1~linear~mae~sigmoid", "digits", "dense", 2, 1e-3, 200, WASHED_OUT, "by absolute error, looked at through"),
    ("-1..1~linear~mse~p/255", "digits", "dense", 4, 1e-3, 200, BLANK, "looked at through p / 255"),
    ("0..255~linear~bce_logits~p", "shapes", "conv", 6, 1e-3, 120, RUNS_AWAY, "cross-entropy of targets above 1"),
    ("-1..1~linear~bce_logits~sigmoid", "digits", "dense", 7, 1e-3, 200, RUNS_AWAY, "cross-entropy of targets below 0"),
    ("0..1~linear~mse~p", "digits", "dense", 8, 1.0, 40, RUNS_AWAY, "learning rate is too large"),
    ("-1..1~tanh~mse~(p+1)/2", "digits", "dense", 9, 1e-3, 200, LEARNS, "the error a person sees is 0.0"),
    ("0..1~linear~bce_logits~sigmoid", "digits", "dense", 10, 1e-3, 200, LEARNS, "the error a person sees is 0.0"),
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
    steps=200,
    first_loss=0.69,
    last_loss=0.1,
    targets=(0.0, 1.0),
    outputs=(-9.0, 8.0),
    saturation=0.3,
    gradient=0.1,
    errors=dict.fromkeys(LINKS, 0.2) | {"sigmoid": 0.01},
    ink=0.9,
    background=0.02,
    plain_error=0.1,
)


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, LEARNS, "0.0100, ink at 0.90 on 0.02."),
        ({"saturation": 0.8}, LEARNS, "80% of the logits are already where the sigmoid is flat"),
        ({"last_loss": float("nan")}, RUNS_AWAY, "from 0.69 to nan in 200 steps"),
        ({"outputs": (0.0, float("inf"))}, RUNS_AWAY, "learning rate is too large"),
        ({"last_loss": 70.0}, RUNS_AWAY, "to 70 in"),
        ({"last_loss": -3.0, "targets": (0.0, 255.0)}, RUNS_AWAY, "targets above 1 has no lower end"),
        ({"steps": 19, "last_loss": 0.69}, EARLY, "19 steps"),
        ({"steps": 3, "last_loss": float("nan")}, RUNS_AWAY, "nan"),
        ({"last_loss": 0.68, "saturation": 0.95}, NEVER, "95% of the logits are where it is flat, so hardly any"),
        ({"last_loss": 0.68, "gradient": 1e-6}, NEVER, "hardly any gradient reaches the logits (1e-06 a pixel)"),
        ({"last_loss": 0.68}, NEVER, "Try another learning rate or more steps"),
        ({"errors": dict.fromkeys(LINKS, 0.01) | {"sigmoid": 0.08}}, WASHED_OUT, "0.080, and 0.010 where the same"),
        ({"ink": 0.3, "background": 0.25}, BLANK, "ink is shown at 0.30, background at 0.25"),
        ({"errors": dict.fromkeys(LINKS, 0.2)}, NEVER, "0.200 at best, and 0.100 for a plain grey picture"),
        ({"first_loss": 0.0, "last_loss": 0.0, "ink": 0.0, "background": 0.0}, NEVER, "stays at 0"),
    ],
)
def test_the_rules(changes, verdict, words):
    diagnosis = diagnose(LOGITS, replace(GOOD, **changes))
    assert diagnosis.verdict == verdict, diagnosis.sentence
    assert words in diagnosis.reason


def test_the_name_of_a_case_decides_nothing():
    """The same pairing gets every verdict, by its numbers."""
    numbers = [{}, {"last_loss": 0.69}, {"last_loss": -5.0}, {"ink": 0.0}, {"steps": 1}]
    verdicts = {diagnose(LOGITS, replace(GOOD, **changes)).verdict for changes in numbers}
    assert verdicts == {LEARNS, NEVER, RUNS_AWAY, BLANK, EARLY}
