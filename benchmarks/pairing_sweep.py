"""Trains pairings of the lab and measures them as the lab does: `python -m benchmarks.pairing_sweep`, a process.

A line of standard input is {"network", "data", "last", "loss", "runs": [[data set, learning rate, steps], ...]}; the
answer is a list of lines of the table. The display takes no part in a training, so one serves all links. A network is
built and traced once for all its runs: the data sets lie in one tensor, and the rate is a variable of the optimizer.
The convolutional network gets the images at half their size, which takes a fourth of the time.
"""

import json
import sys
from functools import cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.pairing_table import Training, line_of
from explorer.datasets.loading import load_images
from explorer.diagnosis.pairing_measures import measure
from models.pairing_runs import Inspector, build
from models.spec.pairings import LINKS, Pairing
from models.spec.unit_range import to_unit
from models.training import TrainingLoop, batches_of_steps

DATA_SETS = ("digits", "mnist", "fashion_mnist")
IMAGES, TEST_IMAGES = 6000, 100  # of each data set
BATCH, LATENT, SEED = 32, 16, 0
HALVED = "conv"


@cache
def images_of(network: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the training and the test images of a data set, uint8, as the network gets them."""
    data = load_images(name)
    images, test_images = data.images[:IMAGES], data.test_images[:TEST_IMAGES]
    return (_halved(images), _halved(test_images)) if network == HALVED else (images, test_images)


def _halved(images: np.ndarray) -> np.ndarray:
    """Return the means over 2 by 2 pixels of images (n, height, width, channels), uint8."""
    count, height, width, channels = images.shape
    return np.rint(images.reshape(count, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))).astype(np.uint8)


@cache
def all_images(network: str) -> tuple[tf.Tensor, dict[str, range]]:
    """Return the training images of all data sets in one tensor, and where each set is."""
    parts, places, start = [], {}, 0
    for name in DATA_SETS:
        parts.append(images_of(network, name)[0])
        places[name] = range(start, start + len(parts[-1]))
        start += len(parts[-1])
    return tf.convert_to_tensor(np.concatenate(parts)), places


class Bench:
    """One network with one pairing, which is put back to its first weights before each run."""

    def __init__(self, network: str, pairing: Pairing):
        self.network, self.pairing = network, pairing
        images, self.places = all_images(network)
        self.model = build(pairing, network, LATENT, 1e-3, SEED, tuple(images.shape[1:]))
        self.loop, self.inspector = TrainingLoop(self.model, images), Inspector(self.model)
        self.optimizer: keras.optimizers.Optimizer = self.model.learners[0].optimizer
        self.weights = self.model.network.get_weights()
        self.state = [variable.numpy() for variable in self.optimizer.variables]

    def run(self, name: str, learning_rate: float, steps: int) -> Training:
        """Train on a data set from the first weights and measure under every link."""
        self._put_back(learning_rate)
        training_images, test_images = images_of(self.network, name)
        images, mean_image = to_unit(test_images), to_unit(training_images.mean(axis=0))
        first = self.inspector.inspect(images).loss
        losses = self.loop.train_many(_batches(self.places[name], steps), np.ones((steps, 1), np.float32))[:, 0]
        now = self.inspector.inspect(images)
        measured = {}
        for link in LINKS:
            pairing = self.pairing.model_copy(update={"link": link})
            measured[link] = measure(pairing, images, mean_image, losses.tolist(), learning_rate, first, now)
        return Training(self.network, name, measured, self.pairing)

    def _put_back(self, learning_rate: float) -> None:
        self.model.network.set_weights(self.weights)
        for variable, value in zip(self.optimizer.variables, self.state, strict=True):
            variable.assign(value)
        self.optimizer.learning_rate.assign(learning_rate)


def _batches(place: range, steps: int) -> np.ndarray:
    """Return the indices of whole batches, (steps, BATCH) int32."""
    batches = batches_of_steps(len(place), BATCH, SEED, 2 * steps)
    return np.stack([batch for batch in batches if len(batch) == BATCH][:steps]) + np.int32(place.start)


def answer(asked: dict[str, Any]) -> list[list[str]]:
    """Return a line of the table for each run that is asked for."""
    bench = Bench(asked["network"], Pairing(data=asked["data"], last=asked["last"], loss=asked["loss"]))
    return [line_of(bench.run(*run)) for run in asked["runs"]]


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)  # a step is too small for two
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for question in sys.stdin:
        print(json.dumps(answer(json.loads(question))), flush=True)
