"""Models that exported scripts train with. Scripts copy these classes as they stand, so they use nothing of ours.

Each is a functional model, made of inputs and named tensors. `compile` is given the loss: `terms` is a function
(batch, tensors) -> {name: (batch,)}, and every term has a weight.
"""

import keras
import tensorflow as tf
from keras import ops


class Autoencoder(keras.Model):
    """Minimises the weighted sum of its terms, and reports each of them under `fit` and `evaluate`."""

    def compile(self, optimizer, terms, term_weights, **kwargs):
        super().compile(optimizer, **kwargs)
        self.terms, self.term_weights = terms, term_weights
        self.trackers = {name: keras.metrics.Mean(name=name) for name in term_weights}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        values = self.terms(x, y_pred)
        for name, value in values.items():
            self.trackers[name].update_state(value)  # the (batch,) vector, so that a short last batch counts right
        return ops.mean(sum(self.term_weights[name] * value for name, value in values.items()))


class Learners(keras.Model):
    """Several learners: each lowers its total, a weighted sum of terms, by moving its networks with its optimizer.

    `optimizers` is {total: optimizer}, `term_weights` {total: {term: weight}}, and `moves` {total: networks}.
    """

    def compile(self, optimizers, terms, term_weights, moves, **kwargs):
        super().compile(**kwargs)
        self.optimizers, self.terms, self.term_weights, self.moves = optimizers, terms, term_weights, moves
        names = [name for total, weights in term_weights.items() for name in (*weights, total)]
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}
        for total, optimizer in optimizers.items():
            optimizer.build(self.variables_of(total))

    def variables_of(self, total):
        return [variable for network in self.moves[total] for variable in network.trainable_variables]

    @property
    def metrics(self):
        return list(self.trackers.values())

    def values(self, batch, training):
        """Return every term and every total: {name: (batch,)}."""
        terms = self.terms(batch, self(batch, training=training))
        totals = {
            total: sum(weight * terms[name] for name, weight in weights.items())
            for total, weights in self.term_weights.items()
        }
        return {**terms, **totals}

    def train_step(self, data):
        batch, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape(persistent=True) as tape:
            values = self.values(batch, training=True)
            losses = {total: ops.mean(values[total]) for total in self.moves}
        # All gradients are taken before anything moves: no learner uses a network that has just changed.
        gradients = {total: tape.gradient(loss, self.variables_of(total)) for total, loss in losses.items()}
        for total, gradient in gradients.items():
            self.move(total, gradient)
        return self.track(values)

    def move(self, total, gradient):
        self.optimizers[total].apply(gradient, self.variables_of(total))

    def test_step(self, data):
        batch, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.track(self.values(batch, training=False))

    def track(self, values):
        for name, value in values.items():
            self.trackers[name].update_state(value)  # the (batch,) vector, so that a short last batch counts right
        return self.get_metrics_result()


class PacedLearners(Learners):
    """Learners of which those in `every`, {total: steps}, move only once in so many steps."""

    def compile(self, optimizers, terms, term_weights, moves, every=None, **kwargs):
        super().compile(optimizers, terms, term_weights, moves, **kwargs)
        self.every, self.steps = every or {}, keras.Variable(0, trainable=False, dtype="int32", name="steps")

    def train_step(self, data):
        self.steps.assign_add(1)
        return super().train_step(data)

    def move(self, total, gradient):
        def apply():
            self.optimizers[total].apply(gradient, self.variables_of(total))
            return True

        tf.cond(self.steps.value % self.every.get(total, 1) == 0, apply, lambda: False)
