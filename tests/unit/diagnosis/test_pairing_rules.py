"""The rules of the pairing lab at their edges, and what is measured for them."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from explorer.diagnosis.pairing_measures import LossCourse, PairingMeasured, course_of, errors_of, measure
from explorer.diagnosis.pairing_outcomes import (
    CAPPED,
    CLIPPED,
    DEAD,
    DISPLAY,
    EARLY,
    LEARNS,
    MEDIAN,
    NEVER,
    OUT_OF_RANGE,
    RUNS_AWAY,
    SLOW,
    TOO_FAST,
    diagnose,
)
from models.spec.pairing_measurement import Measurement
from models.spec.pairings import CASES, LINKS, pairing_of

LOGITS = CASES["E"].pairing
GOOD = PairingMeasured(  # what a good training of case E leaves
    images=200,
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
    contrast=0.88,
    mean_error=0.1,
    learning_rate=1e-3,
    course=LossCourse(0.69, 0.7, 0.1, 0.2, 0.1),
    pixels=(0.0, 1.0),
    variation=0.8,
)
NOTHING = dict.fromkeys(LINKS, 0.2)  # no link shows anything
OTHER = dict.fromkeys(LINKS, 0.01) | {"sigmoid": 0.08}  # every link but the sigmoid does
FLAT = LossCourse(0.69, 0.7, 0.68, 0.68, 0.68)
USUAL = "Set the learning rate to 0.001, Keras' default for Adam."
PEAK = LossCourse(0.69, 7e4, 0.3, 0.3, 0.3)


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, LEARNS, "the displayed MSE is 0.0100, the mean image's 0.1000: 10% of it."),
        ({"errors": NOTHING | {"sigmoid": 0.079}}, LEARNS, "79% of it"),
        ({"errors": NOTHING | {"sigmoid": 0.081}}, SLOW, "from 0.69 to 0.1 in 200 steps and still falls"),
        ({"last_loss": float("nan")}, RUNS_AWAY, "from 0.69 to nan in 200 steps: its steps are too long."),
        ({"outputs": (0.0, float("inf"))}, RUNS_AWAY, "its steps are too long"),
        ({"last_loss": 70.0}, RUNS_AWAY, "the loss on the test images went from 0.69 to 70 in"),
        ({"steps": 19}, EARLY, "19 steps so far; a verdict takes 20."),
        ({"steps": 1}, EARLY, "1 step so far"),
        ({"steps": 3, "last_loss": float("nan")}, RUNS_AWAY, "nan"),
        ({"errors": NOTHING, "course": PEAK}, TOO_FAST, "began at 0.69, rose to 7e+04 and is 0.3 now"),
        ({"errors": NOTHING, "learning_rate": 0.3}, TOO_FAST, "from 0.69 to 0.1 at a learning rate of 0.3"),
        ({"errors": NOTHING, "course": FLAT, "gradient": 1e-6, "saturation": 0.95}, DEAD, "(95% of the logits are sat"),
        ({"errors": NOTHING, "course": FLAT, "learning_rate": 2e-5}, SLOW, "from 0.69 to 0.68 in 200 steps; the disp"),
        ({"errors": NOTHING, "course": FLAT, "variation": 0.0}, NEVER, "(the outputs are alike for all images)"),
        ({"errors": OTHER, "course": FLAT}, LEARNS, "80% of it"),  # the loss asks for this link
    ],
)  # fmt: skip
def test_the_rules_of_the_numbers(changes, verdict, words):
    found = replace(GOOD, **changes)
    if found.errors["sigmoid"] == 0.08:
        found = replace(found, mean_error=0.1001)
    diagnosis = diagnose(LOGITS, found)
    assert diagnosis.verdict == verdict, diagnosis.sentence
    assert words in diagnosis.sentence


@pytest.mark.parametrize(
    ("word", "verdict", "sentence", "remedy"),
    [
        ("0..255~sigmoid~mse~p", OUT_OF_RANGE, "go up to 255, but sigmoid outputs are at most 1;", "data range 0..1"),
        ("-1..1~sigmoid~mse~(p+1)/2", OUT_OF_RANGE, "−1, but sigmoid outputs are at least 0;", "last layer linear"),
        ("-1..1~tanh~bce~(p+1)/2", OUT_OF_RANGE, "for targets from 0 to 1, but these go down to −1;", "loss MSE"),
        ("0..1~sigmoid~bce_logits~p", CAPPED, "(sigmoid twice): it only gets prob", "loss BCE on probabilities"),
        ("0..1~tanh~bce_logits~sigmoid", CAPPED, "gets probabilities from 0.27 to 0.73;", "last layer linear"),
        ("0..1~linear~bce~p", CLIPPED, "0 to 1, which then get no gradient: 30% of them;", "last layer sigmoid"),
        ("0..1~linear~bce~sigmoid", CLIPPED, "clips outputs outside 0 to 1", "loss BCE from logits"),
        ("0..1~linear~mse~sigmoid", DISPLAY, "is 0.0800. Displayed as p, the same output has 0.0100", "display p"),
        ("0..1~linear~mae~p", MEDIAN, "the absolute error stays at 0.1, with one image for all", "loss MSE"),
    ],
)  # fmt: skip
def test_the_rules_of_parts_that_do_not_fit(word, verdict, sentence, remedy):
    """Each with the remedy that changes the fewest parts."""
    errors = OTHER if verdict == DISPLAY else NOTHING
    diagnosis = diagnose(pairing_of(word), replace(GOOD, errors=errors, clipped=0.3, variation=0.0))
    assert diagnosis.verdict == verdict, diagnosis.sentence
    assert sentence in diagnosis.sentence
    assert diagnosis.remedy == f"Choose the {remedy}."


@pytest.mark.parametrize(
    ("rate", "word", "remedy"),
    [
        (0.3, "0..1~linear~mse~p", USUAL),
        (2e-5, "0..1~linear~mse~p", USUAL),
        (1e-3, "0..1~linear~mse~p", "Train for 2,000 steps."),
        (0.3, "0..1~tanh~bce~p", f"Choose the last layer sigmoid. {USUAL}"),
        (1e-4, "0..1~tanh~bce~p", "Choose the last layer sigmoid."),
    ],
)  # fmt: skip
def test_remedies_of_rate_and_steps(rate, word, remedy):
    assert diagnose(pairing_of(word), replace(GOOD, errors=NOTHING, learning_rate=rate)).remedy == remedy


def test_measurements_of_an_earlier_version_are_not_diagnosed():
    with pytest.raises(ValueError, match="Run the session again"):
        diagnose(LOGITS, replace(GOOD, mean_error=None))


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 0.5), (0.2, 0.8), (0.5, 1.0), (0.35, 0.65)])
def test_dark_bright_and_pale_images_that_are_rebuilt_are_learnt(low, high):
    """Ink and background are the ends of the images' own range, and a cross-entropy of greys has a high floor."""
    images = np.random.default_rng(0).uniform(low, high, (20, 8, 8, 1)).astype(np.float32).clip(1e-6, 1 - 1e-6)
    logits = np.log(images / (1 - images))
    loss = float(-(images * np.log(images) + (1 - images) * np.log(1 - images)).mean())
    look = Measurement(loss, logits, logits, np.full_like(logits, 0.01))
    found = measure(LOGITS, images, images.mean(axis=0), [0.69] * 250 + [loss] * 250, 1e-3, float(np.log(2)), look)
    assert diagnose(LOGITS, found).verdict == LEARNS
    assert found.ink == pytest.approx(high - 0.05 * (high - low), abs=0.02)
    assert found.contrast == pytest.approx(0.9, abs=0.05)
    assert found.variation == pytest.approx(1.0, abs=1e-4)
    assert found.mean_error == pytest.approx(images.var(axis=0).mean(), rel=1e-5)


def test_what_is_measured_of_outputs_that_a_loss_clips():
    """Four pixels: two below 0, of which one should be bright; one above 1, rightly; one between."""
    images = np.array([0.0, 1.0, 1.0, 0.4], np.float32).reshape(1, 2, 2, 1)
    outputs = np.array([-0.5, -0.1, 3.0, 0.4], np.float32).reshape(1, 2, 2, 1)
    now = Measurement(1.0, outputs, outputs, np.ones_like(outputs))
    found = measure(pairing_of("0..1~linear~bce~(p+1)/2"), images, images[0], [1.0], 1e-3, 1.0, now)
    assert (found.clipped, found.outputs) == (0.75, (-0.5, 3.0))
    assert found.pixels == (0.25, 2.0)
    assert found.mean_error == 0.0
    assert found.errors == errors_of(images, outputs)
    assert found.errors["p"] == pytest.approx(0.25)
    assert measure(pairing_of("C"), images, images[0], [1.0], 1e-3, 1.0, now).clipped is None


def test_the_course_of_a_loss():
    losses = [5.0, 9.0, *np.linspace(4.0, 1.0, 50), *[2.0] * 20]
    course = course_of(losses)
    assert (course.first, course.highest, course.last) == pytest.approx((5.0, 9.0, 2.0))
    assert course.least == pytest.approx(np.mean(losses[42:52]))
    assert course.half == pytest.approx(np.mean(losses[31:41]), rel=0.05)
    assert set(asdict(course_of([3.0])).values()) == {3.0}
