"""Measure what `conv` and `dense` reach in equal wall time, and what the bundled models have reached.

The two train in turns of a second or two, so that both meet the same machine. `python -m benchmarks.quality` is the
process that trains: a line of its standard input is {"dataset", "seconds"}, the answer {network: [test loss, steps]}.
"""

import json
import sys
import time
from itertools import chain, count, islice

from benchmarks.apps import Child
from benchmarks.figures import Figure
from benchmarks.runs import mnist_or
from explorer.datasets.catalogue import DATASETS
from explorer.places import PRETRAINED
from explorer.runs.reader import Run
from models.spec.catalogue import ELBO
from models.spec.experiment import Experiment

SECONDS = 240.0  # of training, for each network
TURN = 2.0
A_CALL = 8  # steps in a call into TensorFlow, as the trainer makes them
LATENT = 16
BOUNDS = {"mnist-vae-2d": "<= 140", "mnist-vae-16d": "<= 96", "fashion-vae-2d": "<= 256"}  # nats


def quality(seconds: float = SECONDS, datasets: tuple[str, ...] = ("mnist", "fashion_mnist")) -> list[Figure]:
    """Train both networks on each data set, and read the results of the bundled models."""
    figures = [_bundled(name, bound) for name, bound in BOUNDS.items()]
    if mnist_or("no copy") != "mnist":
        print("Training was left out: it needs real MNIST; set HOURGLASS_DATA to a folder that holds mnist.npz.")
        return figures
    with Child("benchmarks.quality") as child:
        for dataset in datasets:
            reached = child.ask({"dataset": dataset, "seconds": seconds})
            (conv, _), (dense, _) = reached["conv"], reached["dense"]
            title = f"{DATASETS[dataset].title}, {LATENT}-D, {seconds:g} s"
            figures += [
                Figure(f"{title}: dense above conv", dense - conv, "nats", ">= 0.5"),
                *(Figure(f"{title}: {name}, test loss", loss, "nats") for name, (loss, _) in reached.items()),
                *(Figure(f"{title}: {name}, steps", steps, "") for name, (_, steps) in reached.items()),
            ]
    return figures


def _bundled(name: str, bound: str) -> Figure:
    test = Run(PRETRAINED / name).summary()["test"]
    return Figure(f"bundled {name}: test loss", sum(test[term] for term in ELBO), "nats", bound)


def _race(dataset: str, seconds: float) -> dict[str, tuple[float, int]]:
    """Return the test loss and the steps of each network after so many seconds of its own training."""
    from explorer.datasets.loading import load_images  # Keras belongs into the child alone

    data = load_images(dataset)
    racers = {network: _Racer(network, data) for network in ("dense", "conv")}
    while any(racer.seconds < seconds for racer in racers.values()):
        for racer in racers.values():
            racer.train(min(seconds, racer.seconds + TURN))
    return {network: (racer.test_loss(), racer.steps) for network, racer in racers.items()}


class _Racer:
    """A VAE in training, with the seconds that its steps have taken."""

    def __init__(self, network: str, data):
        import numpy as np

        from models.program import build
        from models.training import TrainingLoop, epoch_batches

        experiment = Experiment(network=network, variant="vae", latent_dim=LATENT)
        model = build(experiment, data.images.shape[1:], len(data.class_names)).model
        self.loop, self.on_test = TrainingLoop(model, data.images), TrainingLoop(model, data.test_images)
        images = np.arange(len(data.images))
        epochs = (epoch_batches(images, experiment.batch_size, 0, epoch)[:-1] for epoch in count())
        batches = chain.from_iterable(epochs)
        self.calls = (np.stack([*islice(batches, A_CALL)]) for _ in count())
        self.weights = np.ones((A_CALL, len(model.term_weights)), np.float32)
        self.tested = np.arange(len(data.test_images), dtype=np.int32)
        self.seconds, self.steps = 0.0, 0
        self.train(1e-9)  # compiles
        self.seconds = 0.0

    def train(self, until: float) -> None:
        while self.seconds < until:
            began = time.perf_counter()
            self.loop.train_many(next(self.calls), self.weights)
            self.seconds += time.perf_counter() - began
            self.steps += A_CALL

    def test_loss(self) -> float:
        return float(self.on_test.evaluate(self.tested)[self.on_test.series.index("loss")])


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_race(**json.loads(line))), flush=True)
