"""One training step laid open: every tensor, term and gradient of a batch. Nothing moves."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from models import unit_range
from models.checkpoints import labelled_layers
from models.pixels import PIXEL_MODELS
from models.program import Program
from models.spec import catalogue
from models.spec import tensors as t
from models.spec.unit_range import to_unit
from models.training import Learner

# Layers of the training twin whose output it keeps to itself.
_HIDDEN: Mapping[type, str] = MappingProxyType({layers.GaussianNoise: t.X_NOISY})
_NOISE = "seed_generator_state"  # Keras's name of what a noise knows: (seed, draws so far)


@dataclass(frozen=True)
class SeenTensor:
    """A tensor of the chosen image, and what it is over the batch."""

    chosen: np.ndarray
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class SeenValue:
    """A term or a total: of the chosen image, and the mean over the batch."""

    chosen: float
    mean: float


@dataclass(frozen=True)
class SeenLayer:
    """A layer of a network: how large it is, what it gives, and the norm of its weights and biases together.

    `gradient` is that of a learner's total, in norm; None where it is not needed, as in the list of all layers.
    """

    label: str
    shape: tuple[int | None, ...]
    parameters: int
    weights: float
    gradient: float | None = None


@dataclass(frozen=True)
class SeenLearner:
    """A learner's total, and the layers with weights that it moves, network by network, the last layer first."""

    total: SeenValue
    rate: float
    networks: Mapping[str, list[SeenLayer]]


@dataclass(frozen=True)
class Inspection:
    """All of one step. `weights` are those of the terms; `networks` have all their layers in the order of the data."""

    tensors: Mapping[str, SeenTensor]
    terms: Mapping[str, SeenValue]
    weights: Mapping[str, float]
    learners: Mapping[str, SeenLearner]
    networks: Mapping[str, list[SeenLayer]]


def inspect_step(
    program: Program, images: np.ndarray, labels: np.ndarray, chosen: int = 0, draws: int = 0
) -> Inspection:
    """Inspect a batch, uint8 (n, height, width, channels) of classes `labels` (n,), as the program's next step sees it.

    `chosen` is the image whose values are returned. The noise skips `draws` draws first, so the same batch can be seen
    with other noise. Weights, optimizers, curves and noise are unchanged afterwards.
    """
    model = program.model
    batch = program.twins.inputs(unit_range.to_unit(images), labels)
    with _put_back(model.network, draws), tf.GradientTape(persistent=True) as tape:
        tensors = _opened(program)(batch, training=True)
        values = model.terms_of(batch, tensors)
        losses = {objective.name: tf.reduce_mean(values[objective.name]) for objective in model.objectives}
    seen = {name: value.numpy() for name, value in tensors.items()}
    seen |= {t.X: to_unit(images), **_sampled(seen)}
    told = {name: value.numpy() for name, value in values.items()}
    weights = {name: w for objective in model.objectives for name, w in objective.term_weights.items()}
    return Inspection(
        {name: _seen_tensor(value, chosen) for name, value in seen.items()},
        {name: _seen_value(told[name], chosen) for name in weights},
        {name: float(weight.numpy()) for name, weight in weights.items()},
        {
            name: SeenLearner(
                _seen_value(told[name], chosen),
                float(learner.optimizer.learning_rate.numpy()),
                _moved(learner, tape.gradient(loss, learner.variables)),
            )
            for learner, (name, loss) in zip(model.learners, losses.items(), strict=True)
        },
        {
            name: [_seen_layer(label, layer) for label, layer in labelled_layers(network)]
            for name, network in program.twins.networks.items()
        },
    )


@contextmanager
def _put_back(network: keras.Model, draws: int) -> Generator[None]:
    """Skip `draws` draws of the noise inside the block, and restore the state of the noise after it."""
    before = [(variable, variable.numpy()) for variable in network.variables if not variable.trainable]
    for variable, value in before:
        if variable.name == _NOISE:
            variable.assign(value + np.array([0, draws], value.dtype))
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(value)


def _opened(program: Program) -> keras.Model:
    """Return the training twin with its hidden tensors and, for display, the reconstruction as further outputs."""
    training = program.twins.training
    tensors = dict(training.output)
    tensors |= {_HIDDEN[type(layer)]: layer.output for layer in training.layers if type(layer) in _HIDDEN}
    pixels = catalogue.PIXEL_MODELS[program.experiment.pixel_model]
    if pixels.output in tensors and t.RECONSTRUCTION not in tensors:
        link = PIXEL_MODELS[program.experiment.pixel_model].link
        tensors[t.RECONSTRUCTION] = link(tensors[pixels.output])
    return keras.Model(training.inputs, tensors)


def _sampled(seen: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Compute sigma and epsilon from the z that was used. Epsilon is not finite where sigma is 0."""
    if t.Z_LOG_VAR not in seen:
        return {}
    mean, log_var, z = (seen[name].astype(np.float64) for name in (*t.POSTERIOR, t.Z))
    with np.errstate(all="ignore"):
        sigma = np.exp(log_var / 2)
        return {t.SIGMA: sigma, t.EPSILON: (z - mean) / sigma}


def _seen_tensor(value: np.ndarray, chosen: int) -> SeenTensor:
    return SeenTensor(value[chosen], float(value.mean(dtype=np.float64)), float(value.min()), float(value.max()))


def _seen_value(value: np.ndarray, chosen: int) -> SeenValue:
    return SeenValue(float(value[chosen]), float(value.mean(dtype=np.float64)))


def _moved(learner: Learner, gradients: list[Any]) -> dict[str, list[SeenLayer]]:
    """Return the layers with weights in the order of the backward pass, each with the norm of its gradient."""
    dense = [
        None if gradient is None else tf.convert_to_tensor(gradient) for gradient in gradients
    ]  # a codebook's is not
    by_variable = {id(variable): gradient for variable, gradient in zip(learner.variables, dense, strict=True)}
    moved = {}
    for network in reversed(learner.networks):
        trained = [(label, layer) for label, layer in labelled_layers(network) if layer.trainable_variables]
        moved[network.name] = [
            _seen_layer(label, layer, _norm([by_variable[id(v)] for v in layer.trainable_variables]))
            for label, layer in reversed(trained)
        ]
    return moved


def _seen_layer(label: str, layer: keras.layers.Layer, gradient: float | None = None) -> SeenLayer:
    shape = tuple(layer.output.shape) if isinstance(layer.output, keras.KerasTensor) else tuple(layer.output[0].shape)
    return SeenLayer(label, shape[1:], layer.count_params(), _norm(layer.trainable_variables), gradient)


def _norm(parts: list[Any]) -> float:
    """Return the norm of all values of these tensors together. A missing gradient counts as 0."""
    numbers = [keras.ops.convert_to_numpy(part).astype(np.float64) for part in parts if part is not None]
    return float(np.sqrt(sum(np.sum(np.square(part)) for part in numbers)))
