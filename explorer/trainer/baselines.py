"""The reconstruction loss of the mean image: a model that does no better has learnt nothing of single images."""

from typing import Any

import keras
import numpy as np

from explorer.datasets.loading import Images
from models.pixels import PIXEL_MODELS
from models.spec.catalogue import RECONSTRUCTION
from models.spec.experiment import Experiment
from models.spec.unit_range import to_unit

_MOST_VALUES = 8_000_000  # pixels that a mean is taken of: more images move it by less than a thousandth
_AT_ONCE = 2_000_000  # pixels in one call


def mean_image_loss(experiment: Experiment, images: Images, parts: tuple[np.ndarray, np.ndarray]) -> float | None:
    """Return the loss of the mean training image on validation images, in the reconstruction's unit.

    `parts` are the indices of the training and of the validation images. A conditional model is given the class, so the
    mean is that of each class. None where no term of the experiment compares pixels.
    """
    if RECONSTRUCTION not in experiment.terms:
        return None
    training, validation = parts
    most = max(1, _MOST_VALUES // images.images[0].size)
    learnt, checked = training[:most], validation[: max(1, most // 4)]
    classes = images.labels if experiment.variant_info.conditional else np.zeros(len(images.labels), np.int64)
    means = _means(images.images[learnt], classes[learnt])
    total = 0.0
    step = max(1, _AT_ONCE // images.images[0].size)
    for start in range(0, len(checked), step):
        some = checked[start : start + step]
        seen = to_unit(images.images[some])
        shown = np.stack([means.get(number, means[None]) for number in classes[some].tolist()])
        total += _loss(experiment, seen, shown)
    return total / len(checked)


def _means(images: np.ndarray, classes: np.ndarray) -> dict[Any, np.ndarray]:
    """Return the mean image, float32 in 0..1, of each class that is there, and under None that of all images."""
    chosen = {None: slice(None), **{number: classes == number for number in np.unique(classes).tolist()}}
    means = {number: images[rows].mean(axis=0, dtype=np.float64) / 255 for number, rows in chosen.items()}
    return {number: mean.astype(np.float32) for number, mean in means.items()}


def _loss(experiment: Experiment, images: np.ndarray, shown: np.ndarray) -> float:
    """Return the summed reconstruction loss of images (n, height, width, channels) that are displayed as `shown`."""
    pixels = PIXEL_MODELS[experiment.pixel_model]
    settings = experiment.settings_of(RECONSTRUCTION)
    linear = pixels.linear_of(keras.ops.convert_to_tensor(shown))
    return float(np.sum(pixels.reconstruction(images, linear, **settings)))
