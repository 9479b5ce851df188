"""What trains in every script: terms, learners and the model. Never imported, as `program.py`, whose part it is."""

from dataclasses import dataclass
from functools import partial

import keras
import tensorflow as tf

from explorer.datasets.catalogue import dataset_info
from explorer.export.traits import Traits
from models import losses
from models.own_terms import term_function
from models.spec.experiment import Experiment
from models.spec.schedules import SCHEDULES

# These three stand for the experiment that is exported.
experiment = Experiment()
info = dataset_info(experiment.dataset)
traits = Traits(experiment)

# Every term takes the images in 0..1 and the named tensors of the training model, and gives a value for each image.
TERMS = {
    name: losses.TERMS[name](experiment)
    if setting.formula is None
    else term_function(experiment.parse_formula(setting.formula))
    for name, setting in experiment.terms.items()
}
WEIGHTS = {name: setting.weight for name, setting in experiment.terms.items()}


def weights_at(epochs: float) -> dict[str, float]:
    """The weight of each term after that many epochs."""
    return {
        name: setting.weight
        if setting.schedule == "constant"
        else setting.weight * SCHEDULES[setting.schedule].factor(epochs, setting.schedule_epochs)
        for name, setting in experiment.terms.items()
    }


@dataclass(frozen=True)
class Learner:
    """Lowers its total, the weighted sum of some of TERMS, by moving some networks with an optimizer of its own."""

    total: str
    terms: tuple[str, ...]
    moves: list[keras.Model]
    optimizer: keras.optimizers.Optimizer
    every: int = 1  # it moves at every so many steps

    @property
    def variables(self) -> list[keras.Variable]:
        return [variable for network in self.moves for variable in network.trainable_variables]

    def move(self, gradients: list[tf.Tensor]) -> int:
        self.optimizer.apply(gradients, self.variables)
        return 0  # tf.cond asks for something of both its branches


class TrainingModel(keras.Model):
    if traits.several:
        """Trains `network` (images -> named tensors): every learner on its own total. Reports all terms and totals."""
    else:
        """Trains `network` (images -> named tensors) on the weighted sum of TERMS, and reports each of them."""

    def __init__(self, network: keras.Model, learners: list[Learner]):
        super().__init__()
        self.network = network
        if traits.several:
            self.learners = learners
            names = (*TERMS, *(learner.total for learner in learners))
            self.trackers = {name: keras.metrics.Mean(name=name) for name in names}
            for learner in learners:
                learner.optimizer.build(learner.variables)
        else:
            self.trackers = {name: keras.metrics.Mean(name=name) for name in (*TERMS, "loss")}
        if traits.scheduled:  # variables, so that a weight can move without a new graph
            self.term_weights = {name: keras.Variable(w, trainable=False) for name, w in weights_at(0.0).items()}
        if traits.timed:
            self.epochs = keras.Variable(0.0, trainable=False)  # of training so far, for terms that ask
        if traits.resting:
            self.steps = keras.Variable(0, trainable=False, dtype="int32")  # for learners that rest at some of them

    @property
    def metrics(self):
        return list(self.trackers.values())

    def build(self, input_shape):
        """Nothing to build: `network` is functional and has its weights."""

    def call(self, x, training=False):
        return self.network(x, training=training)

    def values(self, x, training: bool) -> dict:
        if traits.several:
            """Every term and, under its own name, every learner's total: (batch,) each."""
        else:
            """Every term and, as "loss", their weighted sum: (batch,) each."""
        images = x[0] if experiment.variant_info.conditional else x
        named = self(x, training=training)
        if traits.timed:
            named = {**named, "epochs": self.epochs.value}
        values = {name: term(images, named) for name, term in TERMS.items()}
        weights = self.term_weights if traits.scheduled else WEIGHTS
        if traits.several:
            for learner in self.learners:
                values[learner.total] = tf.add_n([weights[name] * values[name] for name in learner.terms])
            return values
        return {**values, "loss": tf.add_n([weights[name] * value for name, value in values.items()])}

    def train_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        if traits.several:
            with tf.GradientTape(persistent=True) as tape:
                values = self.values(x, training=True)
                losses = [tf.reduce_mean(values[learner.total]) for learner in self.learners]
            # All gradients are taken before anything moves: nobody learns from a network that has just changed.
            gradients = [
                tape.gradient(loss, learner.variables) for loss, learner in zip(losses, self.learners, strict=True)
            ]
            if traits.resting:
                self.steps.assign_add(1)
            for learner, gradient in zip(self.learners, gradients, strict=True):
                if traits.resting:
                    tf.cond(self.steps.value % learner.every == 0, partial(learner.move, gradient), lambda: 0)
                else:
                    learner.optimizer.apply(gradient, learner.variables)
            return self.track(values)
        with tf.GradientTape() as tape:
            values = self.values(x, training=True)
            loss = tf.reduce_mean(values["loss"])
        variables = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return self.track(values)

    def test_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.track(self.values(x, training=False))

    def track(self, values: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        for name, value in values.items():
            self.trackers[name].update_state(value)  # the (batch,) vector: a short batch counts as what it is
        return {name: tracker.result() for name, tracker in self.trackers.items()}


def set_epochs(model: TrainingModel, epochs: float) -> None:
    """How long the training has lasted: it counts from the next step on."""
    if traits.timed:
        model.epochs.assign(epochs)
    if traits.scheduled:
        for name, weight in weights_at(epochs).items():
            model.term_weights[name].assign(weight)
