"""Codes of a whole data set, inside the analyst. They are kept in files, where the app finds them."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from explorer.analyst.answers import Answer, Report
from explorer.datasets.binary import as_read
from explorer.datasets.loading import load_images
from explorer.files import load_arrays
from explorer.library.whole_set import digest_of, save_codes, save_images
from explorer.runs.reader import Run
from models.checkpoints import assign_weights
from models.spec import tensors
from models.spec.catalogue import PIXEL_MODELS
from models.spec.experiment import Experiment
from models.twins import Twins, build_twins
from models.unit_range import to_unit

BATCH = 1000
_LARGEST = float(np.finfo(np.float16).max)


class _Data(NamedTuple):
    images: np.ndarray  # (n, height, width, channels) uint8, the test images last
    labels: np.ndarray  # (n,)
    test: int
    digest: str
    classes: int


@lru_cache(maxsize=2)
def _loaded(experiment: Experiment) -> _Data:
    data = as_read(load_images(experiment.dataset), experiment)
    images = np.concatenate([data.images, data.test_images])
    labels = np.concatenate([data.labels, data.test_labels])
    return _Data(images, labels, len(data.test_images), digest_of(images), len(data.class_names))


def loaded(experiment: Experiment) -> _Data:
    """Return the data set as the experiment reads it. It is kept: the next snapshot is most often of the same one."""
    given: dict[str, Any] = {"dataset": experiment.dataset}
    if PIXEL_MODELS[experiment.pixel_model].binarise:  # else all experiments share the images
        given |= {"pixel_model": experiment.pixel_model, "seed": experiment.seed}
    return _loaded(Experiment.parse(given))


def answer(header: dict[str, Any], _payload: bytes, report: Report) -> Answer:
    """Encode all images of a run's data set by one of its snapshots and keep the codes."""
    encode_whole(Path(header["folder"]), Path(header["snapshot"]), report)
    return {}, b""


def encode_whole(folder: Path, snapshot: Path, report: Report) -> None:
    """Encode all images of a run's data set by one of its snapshots and keep the codes.

    Raises DatasetError where the data set cannot be had, RunError or CheckpointError where run or snapshot cannot.
    """
    with Run(folder) as run:
        experiment = run.experiment
    report(f"loading {experiment.dataset}", 0.0)
    data = loaded(experiment)
    report("building the encoder", 0.05)
    twins = build_twins(experiment, data.images.shape[1:], data.classes)
    assign_weights(twins, load_arrays(snapshot), ["encoder"])
    codes = _encode(twins, data, lambda share: report("computing their codes", 0.1 + 0.9 * share))
    save_images(data.images, data.digest)
    save_codes(snapshot, codes, data.labels, data.test, data.digest)


def _encode(twins: Twins, data: _Data, report: Callable[[float], None]) -> dict[str, np.ndarray]:
    """Encode all images: means and, where there are any, log-variances, (n, latent) float32 and float16."""
    images, batches = data.images, []

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec([None, *images.shape[1:]], tf.uint8), tf.TensorSpec([None], tf.int32)],
    )
    def encode(batch, labels):
        encoded = twins.encoder(twins.inputs(to_unit(batch), labels), training=False)
        return {name: encoded[name] for name in tensors.POSTERIOR if name in encoded}

    for start in range(0, len(images), BATCH):
        report(start / len(images))
        encoded = encode(images[start : start + BATCH], data.labels[start : start + BATCH].astype(np.int32))
        batches.append({name: values.numpy() for name, values in encoded.items()})
    codes = {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}
    if tensors.Z_LOG_VAR in codes:
        codes[tensors.Z_LOG_VAR] = codes[tensors.Z_LOG_VAR].clip(-_LARGEST, _LARGEST).astype(np.float16)
    return codes
