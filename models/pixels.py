"""Pixel models: data range, loss and link as ONE choice, because every other pairing trains or shows a wrong thing.

Bernoulli: train on logits with cross-entropy from logits, show the sigmoid. Grey pixels are read as probabilities, or
made black or white: once, where the data are read, or at each step, by a layer of the training network. Gaussian: train
on the mean with squared error at a fixed σ, show the mean itself, clipped to the data's range. Unscaled: the question's
choice, white is 255 and the error is not that of any likelihood.

Outside the networks images are in 0..1 under all of them. The encoder multiplies them with the `scale` of the
catalogue's entry; the loss and the link of an unscaled model know it. Losses sum over all pixels and channels, where
keras.losses.binary_crossentropy averages the last axis.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import keras
import numpy as np
from keras import layers, ops

from models.spec.unit_range import to_unit

_AT_ONCE = 256  # images
_SURE = 1e-6  # of a probability, which has no logit at 0 and 1


@dataclass(frozen=True)
class PixelModel:
    """The Keras half of a pixel model.

    reconstruction: (images in 0..1, linear output, **settings of the catalogue) -> (batch,), in the catalogue's unit.
    link: linear output -> pixels in 0..1, as layers.
    floor: (values in 0..1, **settings) -> the least that the reconstruction can be for a pixel of each value, as NumPy
        arrays of the same shape. What an image costs at least is their sum over pixels and channels.
    linear_of: pixels in 0..1 -> the linear output that is displayed as them.
    """

    reconstruction: Callable[..., keras.KerasTensor]
    link: Callable[[keras.KerasTensor], keras.KerasTensor]
    floor: Callable[..., np.ndarray]
    linear_of: Callable[[keras.KerasTensor], keras.KerasTensor]


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


def bernoulli_floor(x: np.ndarray) -> np.ndarray:
    """Return the entropy of Bernoulli(x), where the logit is that of x: nats. It is 0 for black and white."""
    inside = (x > 0) & (x < 1)
    p = np.where(inside, x, 0.5)
    return np.where(inside, -p * np.log(p) - (1 - p) * np.log1p(-p), 0.0)


def gaussian_floor(x: np.ndarray, pixel_sigma: float) -> np.ndarray:
    """Return log σ√2π, where the mean is x: nats. Below 0 for a small σ, whose density exceeds 1."""
    return np.full_like(x, math.log(pixel_sigma) + 0.5 * math.log(2 * math.pi))


def no_floor(x: np.ndarray) -> np.ndarray:
    """Return 0: a squared error can vanish."""
    return np.zeros_like(x)


def least_reconstruction(pixel_model: str, images: np.ndarray, **settings: float) -> float:
    """Return the mean over uint8 images (n, height, width, channels) of the least that the reconstruction can be.

    In the unit of the pixel model's reconstruction, such as nats per image. Exact: it is worked out for the 256 values
    that a pixel can have.
    """
    counts = np.zeros(256)
    for start in range(0, len(images), _AT_ONCE):  # NumPy counts in 8 bytes a pixel
        counts += np.bincount(images[start : start + _AT_ONCE].ravel(), minlength=256)
    levels = to_unit(np.arange(256, dtype=np.uint8)).astype(np.float64)
    return float(counts @ PIXEL_MODELS[pixel_model].floor(levels, **settings)) / len(images)


def _sigmoid(logits: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Activation("sigmoid")(logits)


def _clip(mean: keras.KerasTensor) -> keras.KerasTensor:
    return Clip()(mean)


def _clip_grey_levels(grey_levels: keras.KerasTensor) -> keras.KerasTensor:
    return Clip()(layers.Rescaling(1 / 255)(grey_levels))


def _logits_of(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Return logits, finite for black and white: their probabilities are kept _SURE away from 0 and 1."""
    probability = ops.clip(pixels, _SURE, 1.0 - _SURE)
    return ops.log(probability) - ops.log1p(-probability)


PIXEL_MODELS: Mapping[str, PixelModel] = MappingProxyType(
    {
        "bernoulli": PixelModel(bernoulli_nll, _sigmoid, bernoulli_floor, _logits_of),
        "gaussian": PixelModel(gaussian_nll, _clip, gaussian_floor, lambda pixels: pixels),
        "unscaled": PixelModel(grey_level_error, _clip_grey_levels, no_floor, lambda pixels: 255.0 * pixels),
        "bernoulli_fixed": PixelModel(bernoulli_nll, _sigmoid, bernoulli_floor, _logits_of),
        "bernoulli_dynamic": PixelModel(bernoulli_nll, _sigmoid, bernoulli_floor, _logits_of),
    }
)
