"""Pixel models: data range, loss and link as ONE choice, because every other pairing trains or shows a wrong thing.

Bernoulli: train on logits with cross-entropy from logits, look through a sigmoid. Gaussian: train on the mean with
squared error at a fixed σ, look at the mean itself, clipped to the data's range. Unscaled: the question's choice, white
is 255 and the error is not that of any likelihood.

Outside the networks images are in 0..1 under all of them. The twins and the reconstruction term multiply them with the
`scale` of the catalogue's entry, and the link divides by it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import keras
from keras import layers, ops

from models.spec import tensors


@dataclass(frozen=True)
class PixelModel:
    reconstruction: Callable  # (images in 0..scale, linear output, sigma) -> (batch,), in the catalogue's unit
    link: Callable[[float], tuple[layers.Layer, ...]]  # (scale) -> the layers from linear output to pixels in 0..1


@keras.saving.register_keras_serializable(package="hourglass")
class Clip(layers.Layer):
    """Values clipped to 0..1, same shape."""

    def call(self, inputs):
        return ops.clip(inputs, 0.0, 1.0)


def _sum_per_image(values):
    return ops.sum(ops.reshape(values, (ops.shape(values)[0], -1)), axis=-1)


def bernoulli_nll(x, logits, _sigma: float = 1.0):
    """-log p(x|z) of Bernoulli pixels from logits, in nats per image: (batch,). Kingma & Welling 2014, eq. 11."""
    # -log(1 - sigmoid) of every pixel, and its logit back where x is 1: sums over all pixels and channels, where
    # keras.losses.binary_crossentropy averages the last axis, and takes fewer passes than ops.binary_crossentropy.
    return _sum_per_image(ops.softplus(logits) - x * logits)


def gaussian_nll(x, mean, sigma: float):
    """-log p(x|z) of Gaussian pixels with a fixed standard deviation, in nats per image: (batch,)."""
    constant = math.log(sigma) + 0.5 * math.log(2 * math.pi)
    return _sum_per_image(0.5 * ops.square((x - mean) / sigma) + constant)


def mean_squared_error(x, output, _sigma: float = 1.0):
    """The squared error that the question wrote by hand, averaged over pixels and channels: (batch,)."""
    return ops.mean(ops.square(x - output), axis=(1, 2, 3))


def _sigmoid_link(_scale: float) -> tuple[layers.Layer, ...]:
    return (layers.Activation("sigmoid", name=tensors.RECONSTRUCTION),)


def _clip_link(scale: float) -> tuple[layers.Layer, ...]:
    return (*rescaling(1 / scale), Clip(name=tensors.RECONSTRUCTION))


def rescaling(factor: float) -> tuple[layers.Layer, ...]:
    """The layers that multiply with a factor: none for 1."""
    return () if factor == 1 else (layers.Rescaling(factor),)


PIXEL_MODELS: Mapping[str, PixelModel] = MappingProxyType(
    {
        "bernoulli": PixelModel(bernoulli_nll, _sigmoid_link),
        "gaussian": PixelModel(gaussian_nll, _clip_link),
        "unscaled": PixelModel(mean_squared_error, _clip_link),
    }
)
