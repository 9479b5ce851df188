"""One training step and one loop for any number of learners, over named tensors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from models.objective import Objective


@dataclass(frozen=True)
class Learner:
    """An objective, the networks it moves, and its optimizer."""

    objective: Objective
    networks: Sequence[keras.Model]
    optimizer: keras.optimizers.Optimizer

    @property
    def variables(self) -> list[keras.Variable]:
        return [variable for network in self.networks for variable in network.trainable_variables]


class TrainingModel(keras.Model):
    """`network` (images -> named tensors) and its learners: one for a VAE, two for a GAN. Works with `fit` as it is."""

    def __init__(self, network: keras.Model, learners: Sequence[Learner], **kwargs):
        super().__init__(**kwargs)
        self.network = network
        self.learners = tuple(learners)
        self.objectives = [learner.objective for learner in learners]
        self.series = tuple(name for objective in self.objectives for name in objective.series)
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.series}
        for learner in learners:
            learner.objective.check(network.output)
            learner.optimizer.build(learner.variables)  # no variable may be born inside a tf.function

    @property
    def term_weights(self) -> list[keras.Variable]:
        """The live weights of all terms, in the order of the objectives."""
        return [weight for objective in self.objectives for weight in objective.term_weights.values()]

    @property
    def metrics(self):
        return list(self.trackers.values())

    def build(self, input_shape):
        """Nothing to build: `network` is functional and has its weights."""

    def call(self, x, training=False):
        return self.network(x, training=training)

    def values(self, x, training: bool) -> dict[str, tf.Tensor]:
        """Every term and total of every objective on images (batch, h, w, c) in 0..1: (batch,) each."""
        named = self(x, training=training)
        return {name: value for objective in self.objectives for name, value in objective(x, named).items()}

    def step(self, x) -> dict[str, tf.Tensor]:
        """Move every learner's networks once; all gradients are taken before anything moves. Gives the values."""
        with tf.GradientTape(persistent=len(self.learners) > 1) as tape:
            values = self.values(x, training=True)
            losses = [tf.reduce_mean(values[objective.name]) for objective in self.objectives]
        gradients = [
            tape.gradient(loss, learner.variables) for learner, loss in zip(self.learners, losses, strict=True)
        ]
        for learner, gradient in zip(self.learners, gradients, strict=True):
            learner.optimizer.apply(gradient, learner.variables)
        return values

    def train_step(self, data):
        return self._track(self.step(_images(data)))

    def test_step(self, data):
        return self._track(self.values(_images(data), training=False))

    def _track(self, values: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        for name, value in values.items():
            self.trackers[name].update_state(value)  # the (batch,) vector, not its mean: a short batch counts right
        return {name: tracker.result() for name, tracker in self.trackers.items()}


def _images(data):
    return data[0] if isinstance(data, tuple) else data


class TrainingLoop:
    """The fast way to train: images stay in one uint8 tensor, batches are gathered and scaled inside the graph."""

    def __init__(self, model: TrainingModel, images: np.ndarray | tf.Tensor):
        """`images`: uint8 (n, height, width, channels)."""
        self.model = model
        self.series = model.series
        data = tf.convert_to_tensor(images)  # shared where it is a tensor already

        def gather(indices):
            return tf.cast(tf.gather(data, indices), tf.float32) / 255.0

        def train(batches, weights):
            # Several steps in one call: calling into TensorFlow costs a millisecond, a fifth of a small network's step.
            rows = tf.TensorArray(tf.float32, tf.shape(batches)[0])
            for number in tf.range(tf.shape(batches)[0]):
                for column, variable in enumerate(model.term_weights):
                    variable.assign(weights[number, column])
                values = model.step(gather(batches[number]))
                rows = rows.write(number, tf.stack([tf.reduce_mean(values[name]) for name in self.series]))
            return rows.stack()

        def evaluate(indices):
            values = model.values(gather(indices), training=False)
            return tf.stack([tf.reduce_sum(values[name]) for name in self.series])

        steps = [tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, len(model.term_weights)], tf.float32)]
        self.train_function = tf.function(train, input_signature=steps)
        self.evaluate_function = tf.function(evaluate, input_signature=[tf.TensorSpec([None], tf.int32)])

    def train(self, indices: np.ndarray) -> np.ndarray:
        """One step on the images at `indices`, (batch,) int32: the batch means of `series`, (len(series),)."""
        weights = np.array([[float(variable.numpy()) for variable in self.model.term_weights]], np.float32)
        return self.train_many(indices[None], weights)[0]

    def train_many(self, batches: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """One step for each row of `batches`, (steps, batch) int32, with that row of `weights`, (steps, terms) float32.

        Gives the batch means of `series` for each step, (steps, len(series)). The last weights stay in force.
        """
        return self.train_function(batches, weights).numpy()

    def evaluate(
        self, indices: np.ndarray, batch_size: int = 1000, between: Callable[[], None] = lambda: None
    ) -> np.ndarray:
        """Exact means of `series` over the images at `indices`, nothing moves: (len(series),).

        `between` is called before every batch.
        """
        sums = np.zeros(len(self.series))
        for start in range(0, len(indices), batch_size):
            between()
            sums += self.evaluate_function(indices[start : start + batch_size]).numpy()
        return sums / len(indices)


def epoch_batches(indices: np.ndarray, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """The shuffled batches of one epoch, the same for the same seed and epoch. The last one may be short."""
    order = np.random.default_rng((seed, epoch)).permutation(indices).astype(np.int32)
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
