"""Trials to run instead of one that fails, as experiments that can be followed and in words. No Keras."""

from dataclasses import dataclass, replace

from models.spec.pairing_fit import change_in_words, link_of, nearest, ungranted
from models.spec.pairings import Pairing

USUAL_RATE = 1e-3  # Adam's in Keras; the networks of the lab train with it
TOO_FAST_FOR_ALL, TOO_SLOW_FOR_ALL = 10 * USUAL_RATE, USUAL_RATE / 10
MORE_STEPS = 10  # times as many


@dataclass(frozen=True)
class Trial:
    """One training of a pairing: what a remedy changes."""

    pairing: Pairing
    learning_rate: float
    steps: int


def mended_pairing(trial: Trial) -> Trial:
    """Return the trial with the nearest pairing whose parts fit each other, at a rate that can train it."""
    return _at_a_possible_rate(replace(trial, pairing=nearest(trial.pairing)))


def mended_link(trial: Trial) -> Trial:
    """Return the trial displayed as its loss and data range say."""
    return replace(trial, pairing=trial.pairing.model_copy(update={"link": link_of(trial.pairing)}))


def squared_error(trial: Trial) -> Trial:
    """Return the trial with the squared error instead of its loss."""
    return _at_a_possible_rate(replace(trial, pairing=trial.pairing.model_copy(update={"loss": "mse"})))


def usual_rate(trial: Trial) -> Trial:
    """Return the trial at Adam's usual rate; one that is already there or below, at a tenth of its own."""
    slower = USUAL_RATE if trial.learning_rate > USUAL_RATE else trial.learning_rate / 10
    return replace(trial, learning_rate=slower)


def more_of_it(trial: Trial) -> Trial:
    """Return the trial at Adam's usual rate if its own is lower, else with more steps."""
    if trial.learning_rate < USUAL_RATE:
        return replace(trial, learning_rate=USUAL_RATE)
    return replace(trial, steps=MORE_STEPS * trial.steps)


def _at_a_possible_rate(trial: Trial) -> Trial:
    if TOO_SLOW_FOR_ALL <= trial.learning_rate <= TOO_FAST_FOR_ALL:
        return trial
    return replace(trial, learning_rate=USUAL_RATE)


def in_words(before: Trial, after: Trial) -> str:
    """Say how to get from one trial to another. Empty where nothing changes."""
    said = []
    if after.pairing != before.pairing:
        said.append(change_in_words(before.pairing, after.pairing))
    if after.learning_rate != before.learning_rate:
        usual = ", Keras' default for Adam" if after.learning_rate == USUAL_RATE else ""
        said.append(f"Set the learning rate to {after.learning_rate:g}{usual}.")
    if after.steps != before.steps:
        said.append(f"Train for {after.steps:,} steps.")
    return " ".join(said)


def is_mismatched(pairing: Pairing) -> bool:
    """Return whether a part that trains does not fit the next, whatever the display."""
    return any(wish != "link" for wish in ungranted(pairing))
