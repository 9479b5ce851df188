"""Images in black and white, sampled from grey ones, for pixel models that read them so."""

from dataclasses import replace

import numpy as np

from explorer.datasets.loading import Images
from models.spec.catalogue import ONCE, PIXEL_MODELS
from models.spec.experiment import Experiment


def binarised(images, seed):
    """Return uint8 images whose pixels are 0 or 255, 255 with the probability that is their grey.

    The same ones for the same seed.
    """
    rng, sampled = np.random.default_rng(seed), np.empty_like(images)
    for start in range(0, len(images), 1000):  # a byte a pixel is drawn: not for all images at once
        some = images[start : start + 1000]
        sampled[start : start + 1000] = np.where(rng.integers(0, 255, some.shape, np.uint8) < some, 255, 0)
    return sampled


def as_read(data: Images, experiment: Experiment, training: np.ndarray | None = None) -> Images:
    """Return the images as the experiment's pixel model reads them: as they are, or in black and white.

    Where it samples each image anew at each step, those at the indices `training` stay grey: the network samples them.
    All others are sampled once, so that each measurement is of the same images.
    """
    binarise = PIXEL_MODELS[experiment.pixel_model].binarise
    if not binarise:
        return data
    images = binarised(data.images, experiment.seed)
    if binarise != ONCE and training is not None:
        images[training] = data.images[training]
    return replace(data, images=images, test_images=binarised(data.test_images, experiment.seed + 1))
