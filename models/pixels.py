"""Pixel models: data range, loss and link as ONE choice, because every other pairing trains or shows a wrong thing.

Images are in 0..1 under both. Bernoulli: train on logits with cross-entropy from logits, look through a sigmoid.
Gaussian: train on the mean with squared error at a fixed σ, look at the mean itself, clipped to the data's range.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import keras
from keras import layers, ops

from models import tensors


@dataclass(frozen=True)
class PixelModel:
    negative_log_likelihood: Callable  # (x, linear output, sigma) -> nats per image, (batch,)
    link: Callable[[], layers.Layer]  # from linear output to pixels in 0..1


@keras.saving.register_keras_serializable(package="hourglass")
class Clip(layers.Layer):
    """Values clipped to 0..1, same shape."""

    def call(self, inputs):
        return ops.clip(inputs, 0.0, 1.0)


def _sum_per_image(values):
    return ops.sum(ops.reshape(values, (ops.shape(values)[0], -1)), axis=-1)


def bernoulli_nll(x, logits, _sigma: float = 1.0):
    """-log p(x|z) of Bernoulli pixels from logits, in nats per image: (batch,). Kingma & Welling 2014, eq. 11."""
    # The elementwise op: keras.losses.binary_crossentropy averages the last axis, which counts RGB at a third.
    return _sum_per_image(ops.binary_crossentropy(x, logits, from_logits=True))


def gaussian_nll(x, mean, sigma: float):
    """-log p(x|z) of Gaussian pixels with a fixed standard deviation, in nats per image: (batch,)."""
    constant = math.log(sigma) + 0.5 * math.log(2 * math.pi)
    return _sum_per_image(0.5 * ops.square((x - mean) / sigma) + constant)


def _sigmoid_link() -> layers.Layer:
    return layers.Activation("sigmoid", name=tensors.RECONSTRUCTION)


def _clip_link() -> layers.Layer:
    return Clip(name=tensors.RECONSTRUCTION)


PIXEL_MODELS: Mapping[str, PixelModel] = MappingProxyType(
    {
        "bernoulli": PixelModel(bernoulli_nll, _sigmoid_link),
        "gaussian": PixelModel(gaussian_nll, _clip_link),
    }
)
