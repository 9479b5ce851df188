"""Plain `keras.Model.fit` on float32 images, in a process of its own: `python -m benchmarks.fit_child`.

The line of standard input is {"experiment", "from_step"}; the answer is the images a second from that step on.
"""

import json
import sys
import time

import keras

from explorer.datasets.loading import load_images, split
from models.program import build
from models.spec.experiment import Experiment
from models.spec.unit_range import to_unit


class Clock(keras.callbacks.Callback):
    """The time at which each batch was done."""

    def __init__(self):
        super().__init__()
        self.moments: list[float] = []

    def on_train_batch_end(self, batch, logs=None):
        self.moments.append(time.perf_counter())


def images_per_second(experiment: Experiment, from_step: int) -> float:
    images = load_images(experiment.dataset).images
    indices, _ = split(len(images), experiment.validation_fraction, experiment.seed)
    data = to_unit(images[indices])
    model = build(experiment, images.shape[1:]).model
    model.compile(jit_compile=False)
    clock = Clock()
    model.fit(data, batch_size=experiment.batch_size, epochs=experiment.epochs, verbose=0, callbacks=[clock])
    count = len(data) * experiment.epochs - from_step * experiment.batch_size
    return count / (clock.moments[-1] - clock.moments[from_step - 1])


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    print(json.dumps(images_per_second(Experiment.parse(given["experiment"]), given["from_step"])), flush=True)
