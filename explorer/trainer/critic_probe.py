"""Measurements of a critic: its logits on fixed images, the gradients, and decoded fixed samples from the prior."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from explorer.runs.arrays import HEALTH_GRADIENTS, HEALTH_MADE, HEALTH_REAL
from models.program import Program

DRAWS = 12  # from the prior, whose samples a run shows
GRADIENT_IMAGES = 32  # of the probe: each gradient costs twice as much as a forward pass


class CriticProbe:
    """The health of a variant with a critic: logits and gradient norms, through the training model itself.

    `images` (n, height, width, channels) in 0..1 and `labels` (n,) are the probe's.
    """

    def __init__(self, program: Program, images: Any, labels: Any):
        self.program, self.images, self.labels = program, images, labels
        self.largest = np.zeros(len(program.experiment.variant_info.gradient_names), np.float32)

    def measure(self, count: Any) -> dict[str, Any]:
        """Return the logits on real and generated inputs, and the gradients' norms. For use inside a graph."""
        info, twins = self.program.experiment.variant_info, self.program.twins
        tensors = self.program.model(twins.inputs(self.images[:count], self.labels[:count]), training=False)
        real, made = (tensors[name] for name in info.judged or ())
        return {HEALTH_REAL: real, HEALTH_MADE: made, HEALTH_GRADIENTS: self._norms()}

    def _norms(self) -> Any:
        """Return the norms in the order of `VariantInfo.gradient_names`, each over its learner's networks."""
        learners, fools = self.program.model.learners, self.program.experiment.variant_info.fools
        batch = self.program.twins.inputs(self.images[:GRADIENT_IMAGES], self.labels[:GRADIENT_IMAGES])
        with tf.GradientTape(persistent=True) as tape:
            values = self.program.model.terms(batch, training=False)
            losses = [tf.reduce_mean(values[learner.objective.name]) for learner in learners]
            losses.append(learners[0].objective.term_weights[fools] * tf.reduce_mean(values[fools]))
        variables = [*(learner.variables for learner in learners), learners[0].variables]
        return tf.stack([_norm(tape.gradient(loss, moved)) for loss, moved in zip(losses, variables, strict=True)])

    def remember(self, norms: np.ndarray) -> np.ndarray:
        """Return the largest norms so far, these included."""
        self.largest = np.fmax(self.largest, norms)
        return self.largest


def _norm(gradients: Sequence[Any]) -> Any:
    return tf.linalg.global_norm([gradient for gradient in gradients if gradient is not None])


def undisturbed(network: keras.Model, measure: Callable[..., Any]) -> Callable[..., Any]:
    """Return `measure` for a graph with the noise of a fresh network, the same at each call.

    The network's own noise goes on as if nothing had been measured: a run is the same however often it is.
    """
    weights = {id(weight) for weight in network.weights}
    states = [variable for variable in network.variables if id(variable) not in weights]
    first = [state.numpy() for state in states]

    def measured(*args: Any) -> Any:
        before = [tf.identity(state.value) for state in states]
        for state, value in zip(states, first, strict=True):
            state.assign(value)
        found = measure(*args)
        for state, value in zip(states, before, strict=True):
            state.assign(value)
        return found

    return measured


def prior_codes(program: Program) -> Any:
    """Return fixed draws as the decoder takes them, (DRAWS, ...): of a conditional model the classes in turn."""
    experiment, twins = program.experiment, program.twins
    draws = np.random.default_rng(experiment.seed).normal(size=(DRAWS, experiment.latent_dim))
    return twins.with_class(tf.constant(draws, tf.float32), np.arange(DRAWS) % max(twins.classes, 1))
