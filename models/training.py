"""One training step and one loop for any number of learners, over named tensors."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain, count, islice
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.fitting import FittingModel
from models.given_data import Batch
from models.learner import Learner
from models.spec import tensors as t
from models.unit_range import to_unit


class TrainingModel(FittingModel):
    """`network` (images -> named tensors) and its learners: one for a VAE, two for a GAN.

    Works with `fit`, under which `weights_at` moves weights: it gives those that are scheduled, by the name of their
    term, after so many epochs. `TrainingLoop` is given its weights and moves none by itself. `rate_factor` gives, for a
    scheduled learning rate, what `rate` is multiplied by after so many epochs; every step sets the optimizers' by it.

    A batch is images (batch, h, w, c) in 0..1; for a conditional network, which has two inputs, it is a pair of them
    and the classes (batch, classes), one-hot.
    """

    def __init__(
        self,
        network: keras.Model,
        learners: Sequence[Learner],
        weights_at: Callable[[float], Mapping[str, float]] = lambda _epochs: {},
        rate_factor: Callable[[tf.Tensor], tf.Tensor] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.network = network
        self.weights_at, self.rate_factor = weights_at, rate_factor
        self.conditional = len(network.inputs) > 1
        self.learners = tuple(learners)
        self.objectives = [learner.objective for learner in learners]
        self.series = tuple(name for objective in self.objectives for name in objective.series)
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.series}
        self.epochs = keras.Variable(0.0, trainable=False, name="epochs")  # of training so far, for terms that ask
        self.steps = keras.Variable(0, trainable=False, dtype="int32", name="steps")
        self.rate = keras.Variable(learners[0].optimizer.learning_rate.numpy(), trainable=False, name="rate")
        # Whether each learner moves its networks: with one frozen, the others can be watched alone.
        self.moving = [
            keras.Variable(True, trainable=False, dtype="bool", name=f"{o.name}_moving") for o in self.objectives
        ]
        for learner in learners:
            learner.objective.check(network.output)
            learner.optimizer.build(learner.variables)  # no variable may be born inside a tf.function
        self.compile()

    @property
    def term_weights(self) -> list[keras.Variable]:
        """The live weights of all terms, in the order of the objectives."""
        return [weight for objective in self.objectives for weight in objective.term_weights.values()]

    def weight_of(self, term: str) -> keras.Variable:
        """Return the live weight of a term. Raises KeyError if no learner has it."""
        return {name: weight for o in self.objectives for name, weight in o.term_weights.items()}[term]

    def set_time(self, epochs: float) -> None:
        """Set how many epochs the training has lasted, for the terms that read it and the scheduled weights."""
        self.epochs.assign(epochs)
        for name, weight in self.weights_at(epochs).items():
            self.weight_of(name).assign(weight)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return list(self.trackers.values())

    def build(self, input_shape: Any) -> None:
        """Build nothing: `network` is functional and has its weights."""

    def call(self, batch: Batch, training: bool = False) -> dict[str, tf.Tensor]:
        return self.network(batch, training=training)

    def terms(self, batch: Batch, training: bool) -> dict[str, tf.Tensor]:
        """Return every term and total of every objective: (batch,) each."""
        return self.terms_of(batch, self(batch, training=training))

    def terms_of(self, batch: Batch, tensors: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Return every term and total for a batch and the tensors that the network gave for it."""
        x = batch[0] if self.conditional else batch  # ty: ignore[not-subscriptable]
        tensors = {**tensors, t.EPOCHS: self.epochs.value}
        return {name: value for objective in self.objectives for name, value in objective(x, tensors).items()}

    def step(self, batch: Batch) -> dict[str, tf.Tensor]:
        """Move every learner's networks once; all gradients are taken before anything moves. Return the values.

        Learners that rest at this step take no gradient either. A single one never rests.
        """
        several = len(self.learners) > 1
        with tf.GradientTape(persistent=several) as tape:
            values = self.terms(batch, training=True)
            losses = [tf.reduce_mean(values[objective.name]) for objective in self.objectives]
        self.steps.assign_add(1)
        if self.rate_factor is not None:
            rate = self.rate.value * self.rate_factor(self.epochs.value)
            for learner in self.learners:
                learner.optimizer.learning_rate.assign(rate)
        due = [self._is_due(*each) for each in zip(self.learners, self.moving, strict=True)] if several else [True]
        gradients = [
            _where(is_due, partial(tape.gradient, loss, learner.variables), partial(_zeros, learner.variables))
            for is_due, learner, loss in zip(due, self.learners, losses, strict=True)
        ]
        for is_due, learner, gradient in zip(due, self.learners, gradients, strict=True):
            _where(is_due, partial(_apply, learner, gradient), lambda: 0)
        return values

    def _is_due(self, learner: Learner, moving: keras.Variable) -> tf.Tensor:
        return tf.logical_and(moving.value, self.steps.value % learner.every == 0)


def _where(test: tf.Tensor | bool, yes: Callable[[], Any], no: Callable[[], Any]) -> Any:
    """Return the result of one of the two, chosen by the graph at each step. A constant True adds no branch."""
    return yes() if test is True else tf.cond(test, yes, no)


def _zeros(variables: Sequence[keras.Variable]) -> list[tf.Tensor]:
    return [tf.zeros(variable.shape) for variable in variables]


def _apply(learner: Learner, gradient: Sequence[tf.Tensor]) -> int:
    learner.optimizer.apply(gradient, learner.variables)
    return 0


class TrainingLoop:
    """The fast way to train: images stay in one uint8 tensor, batches are gathered and scaled inside the graph."""

    def __init__(self, model: TrainingModel, images: np.ndarray | tf.Tensor, labels: np.ndarray | None = None):
        """Take images, uint8 (n, height, width, channels), and for a conditional model `labels` (n,), their classes.

        Raises ValueError if a conditional model gets no labels.
        """
        self.model = model
        self.series = model.series
        data = tf.convert_to_tensor(images)  # shared where it is a tensor already
        if model.conditional and labels is None:
            raise ValueError("A conditional model trains on images with classes, but there were none. Give `labels`.")
        classes = tf.constant(labels, tf.int32) if model.conditional else None

        def gather(indices: tf.Tensor) -> Batch:
            x = to_unit(tf.gather(data, indices))
            if classes is None:
                return x
            return x, tf.one_hot(tf.gather(classes, indices), model.network.inputs[1].shape[-1])

        def train(batches: tf.Tensor, weights: tf.Tensor, epochs: tf.Tensor) -> tf.Tensor:
            # Several steps in one call: calling into TensorFlow costs a millisecond, a fifth of a small network's step.
            steps = tf.shape(batches)[0]

            def train_one(number: tf.Tensor, rows: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
                for column, variable in enumerate(model.term_weights):
                    variable.assign(weights[number, column])  # ty: ignore[not-subscriptable]
                model.epochs.assign(epochs[number])  # ty: ignore[not-subscriptable]
                values = model.step(gather(batches[number]))  # ty: ignore[not-subscriptable]
                row = tf.reduce_mean(tf.stack([values[name] for name in self.series]), axis=1)
                return tf.add(number, 1), rows.write(number, row)

            start = (tf.constant(0), tf.TensorArray(tf.float32, steps))
            return tf.while_loop(lambda number, _: number < steps, train_one, start)[1].stack()

        def evaluate(indices: tf.Tensor) -> tf.Tensor:
            values = model.terms(gather(indices), training=False)
            return tf.stack([tf.reduce_sum(values[name]) for name in self.series])

        row, times = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32)
        rows = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, len(model.term_weights)], tf.float32)
        # AutoGraph would translate all that these call, Keras too: four tenths of the time of tracing.
        self.train_function = tf.function(train, input_signature=[*rows, times], autograph=False)
        self.evaluate_function = tf.function(evaluate, input_signature=[row], autograph=False)

    def train(self, indices: np.ndarray) -> np.ndarray:
        """Train a step on the images at `indices`, (batch,) int32. Return batch means of `series`, (len(series),)."""
        weights = np.array([[float(variable.numpy()) for variable in self.model.term_weights]], np.float32)
        return self.train_many(indices[None], weights, np.array([float(self.model.epochs.numpy())]))[0]

    def train_many(self, batches: np.ndarray, weights: np.ndarray, epochs: np.ndarray | None = None) -> np.ndarray:
        """Train a step per row of `batches`, (steps, batch) int32, with its row of `weights`, (steps, terms) float32.

        `epochs` (steps,) is how long the training has lasted at each; without it, no time passes. Returns the batch
        means of `series` for each step, (steps, len(series)). The last weights stay in force.
        """
        if epochs is None:
            epochs = np.full(len(batches), float(self.model.epochs.numpy()))
        return self.train_function(batches, weights, epochs.astype(np.float32)).numpy()

    def evaluate(
        self, indices: np.ndarray, batch_size: int = 1000, between: Callable[[], None] = lambda: None
    ) -> np.ndarray:
        """Return exact means of `series` over the images at `indices`, without training: (len(series),).

        `between` is called before every batch.
        """
        sums = np.zeros(len(self.series))
        for start in range(0, len(indices), batch_size):
            between()
            sums += self.evaluate_function(indices[start : start + batch_size]).numpy()
        return sums / len(indices)


def epoch_batches(indices: np.ndarray, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return the shuffled batches of one epoch, equal for equal seed and epoch. The last one may be short."""
    order = np.random.default_rng((seed, epoch)).permutation(indices).astype(np.int32)
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def batches_of_steps(images: int, batch_size: int, seed: int, steps: int) -> list[np.ndarray]:
    """Return the indices of as many batches as there are steps, epoch after epoch."""
    epochs = (epoch_batches(np.arange(images), batch_size, seed, epoch) for epoch in count())
    return list(islice(chain.from_iterable(epochs), steps))
