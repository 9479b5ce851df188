"""A measurement inside a model of the pairing lab, as data."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Measurement:
    """The values of a batch of images inside a model. `logits` and `gradient` have the shape that the last layer with
    weights gives; `gradient` is that of the loss, summed over an image's pixels, by each logit.
    """

    loss: float  # mean over pixels and images
    logits: np.ndarray
    outputs: np.ndarray  # (batch, height, width, channels)
    gradient: np.ndarray
