"""Pixel models: data range, loss and link as ONE choice, because every other pairing trains or shows a wrong thing.

Bernoulli: train on logits with cross-entropy from logits, show the sigmoid. Gaussian: train on the mean with squared
error at a fixed σ, show the mean itself, clipped to the data's range. Unscaled: the question's choice, white is 255 and
the error is not that of any likelihood.

Outside the networks images are in 0..1 under all of them. The encoder multiplies them with the `scale` of the
catalogue's entry; the loss and the link of an unscaled model know it. Losses sum over all pixels and channels, where
keras.losses.binary_crossentropy averages the last axis.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import keras
from keras import layers, ops


@dataclass(frozen=True)
class PixelModel:
    """The Keras half of a pixel model.

    reconstruction: (images in 0..1, linear output, **settings of the catalogue) -> (batch,), in the catalogue's unit.
    link: linear output -> pixels in 0..1, as layers.
    """

    reconstruction: Callable[..., keras.KerasTensor]
    link: Callable[[keras.KerasTensor], keras.KerasTensor]


@keras.saving.register_keras_serializable(package="hourglass")
class Clip(layers.Layer):
    """Values clipped to 0..1, same shape."""

    def call(self, inputs):
        return ops.clip(inputs, 0.0, 1.0)


def bernoulli_nll(x, logits):
    """Return -log p(x|z) of Bernoulli pixels from logits: nats per image, (batch,). Kingma & Welling 2014, eq. 11."""
    return ops.sum(ops.softplus(logits) - x * logits, axis=(1, 2, 3))


def gaussian_nll(x, mean, pixel_sigma):
    """Return -log p(x|z) of Gaussian pixels with a fixed standard deviation: nats per image, (batch,)."""
    constant = math.log(pixel_sigma) + 0.5 * math.log(2 * math.pi)
    return ops.sum(0.5 * ops.square((x - mean) / pixel_sigma) + constant, axis=(1, 2, 3))


def grey_level_error(x, grey_levels):
    """Return the squared error in grey levels of 0..255, averaged over pixels and channels as the question did."""
    return ops.mean(ops.square(255.0 * x - grey_levels), axis=(1, 2, 3))


def _sigmoid(logits: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Activation("sigmoid")(logits)


def _clip(mean: keras.KerasTensor) -> keras.KerasTensor:
    return Clip()(mean)


def _clip_grey_levels(grey_levels: keras.KerasTensor) -> keras.KerasTensor:
    return Clip()(layers.Rescaling(1 / 255)(grey_levels))


PIXEL_MODELS: Mapping[str, PixelModel] = MappingProxyType(
    {
        "bernoulli": PixelModel(bernoulli_nll, _sigmoid),
        "gaussian": PixelModel(gaussian_nll, _clip),
        "unscaled": PixelModel(grey_level_error, _clip_grey_levels),
    }
)
