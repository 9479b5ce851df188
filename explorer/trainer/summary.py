"""The summary of a run's model beside the weights: its data, its probe set, its decoder's layers, its results."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from explorer.datasets.loading import Images
from explorer.places import writing
from explorer.runs.layout import write_summary
from explorer.trainer.baselines import mean_image_loss
from explorer.trainer.probe import Probe
from models.pixels import least_reconstruction
from models.portable import NotPortableError, decoder_layers
from models.program import Program
from models.spec import tensors as t
from models.spec.catalogue import RECONSTRUCTION
from models.spec.experiment import Experiment
from models.spec.unit_range import to_unit
from models.training import TrainingLoop
from models.twins import Twins

SEEN_AT_ONCE = 1000  # images
Parts = tuple[np.ndarray, np.ndarray]  # indices of the training and of the validation images


def probe_set(images: Images, parts: Parts, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return at most `size` images (n, height, width, channels) and their labels (n,).

    Test images first, which no training saw; a small data set is filled up from the rest.
    """
    training, validation = parts
    rest = np.concatenate([validation, training])[:size]
    return (
        np.concatenate([images.test_images[:size], images.images[rest]])[:size],
        np.concatenate([images.test_labels[:size], images.labels[rest]])[:size],
    )


def describe(program: Program, images: Images, parts: Parts, probe_labels: np.ndarray) -> dict[str, Any]:
    """Return the summary of a run that begins, as JSON values."""
    training, validation = parts
    return {
        "dataset": program.experiment.dataset,
        "image_shape": list(images.images.shape[1:]),
        "class_names": list(images.class_names),
        "labels": probe_labels.tolist(),
        "probe": len(probe_labels),
        "probe_test": min(len(images.test_images), len(probe_labels)),
        "training_images": len(training),
        "validation_images": len(validation),
        "test_images": len(images.test_images),
        "parameters": program.twins.parameters,
        **floors(program.experiment, {"validation": images.images[validation], "test": images.test_images}),
        "mean_image": mean_image_loss(program.experiment, images, parts),
        "decoder": describe_decoder(program.twins),
    }


def floors(experiment: Experiment, images: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return the least that the reconstruction can be on images, uint8 by the name of their part; {} without such a
    term.
    """
    if RECONSTRUCTION not in experiment.terms:
        return {}
    settings = experiment.settings_of(RECONSTRUCTION)
    least = {part: least_reconstruction(experiment.pixel_model, each, **settings) for part, each in images.items()}
    return {"floor": least}


def describe_decoder(twins: Twins) -> dict[str, Any]:
    """Return the generator's layers, for a browser that decodes by itself, or a sentence that says why it cannot."""
    try:
        return {"layers": decoder_layers(twins)}
    except NotPortableError as reason:
        return {"unsupported": str(reason)}


def save_description(folder: Path, probe: Probe, summary: Mapping[str, Any]) -> None:
    """Write what nobody could explore the model without. Raises UnwritableError."""
    with writing(folder):
        probe.save_images(folder)
        write_summary(folder, summary)


def measure(
    program: Program, images: np.ndarray, labels: np.ndarray, batch_size: int, between: Callable[[], None]
) -> dict[str, Any]:
    """Measure every term and total on held-out images, uint8 (n, height, width, channels), and the displayed error.

    `labels` (n,) are their classes, which a conditional model is given. `between` is called before every batch.
    """
    loop = TrainingLoop(program.model, images, labels)
    values = loop.evaluate(np.arange(len(images), dtype=np.int32), batch_size, between)
    test = {name: float(value) for name, value in zip(loop.series, values, strict=True)}
    return {"test": test, "test_mse": mean_squared_error(program, images, labels, between)}


def mean_squared_error(program: Program, images: np.ndarray, labels: np.ndarray, between: Callable[[], None]) -> float:
    """Return the error of the displayed images against uint8 images (n, height, width, channels), per pixel."""
    twins, total = program.twins, 0.0
    for start in range(0, len(images), SEEN_AT_ONCE):
        between()
        some = slice(start, start + SEEN_AT_ONCE)
        seen = tf.constant(to_unit(images[some]))
        tensors = twins.inference(twins.inputs(seen, labels[some]), training=False)
        shown = tensors[t.RECONSTRUCTION]
        total += float(tf.reduce_sum(tf.square(shown - seen)))
    return total / images.size
