"""train_step: the whole step, written out; any number of terms and optimizers."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("train_step")
class VAE(keras.Model):
    """A functional model (images -> named tensors) with a step of its own."""

    decoder_optimizer = None  # optional, for a decoder with its own; it is not saved

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kl_weight = self.add_weight(shape=(), initializer="ones", trainable=False)
        names = ("reconstruction", "kl", "loss")
        self.trackers = [keras.metrics.Mean(name=name) for name in names]

    def values(self, images, training):
        """Return every term and the total: (batch,) each."""
        tensors = self(images, training=training)
        mean, log_var = tensors["z_mean"], tensors["z_log_var"]
        nats = ops.binary_crossentropy(images, tensors["logits"], from_logits=True)
        reconstruction = ops.sum(nats, axis=(1, 2, 3))
        kl = 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)
        loss = reconstruction + self.kl_weight * kl
        return {"reconstruction": reconstruction, "kl": kl, "loss": loss}

    def learners(self):
        """Return, for each total, its optimizer and the variables that it moves."""
        if self.decoder_optimizer is None:
            return [(self.optimizer, self.trainable_variables)]
        encoder, decoder = self.get_layer("encoder"), self.get_layer("decoder")
        return [
            (self.optimizer, encoder.trainable_variables),
            (self.decoder_optimizer, decoder.trainable_variables),
        ]

    def train_step(self, data):
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            values = self.values(images, training=True)
            loss = ops.mean(values["loss"])
        learners = self.learners()
        gradients = tape.gradient(loss, [variables for _, variables in learners])
        for (optimizer, variables), gradient in zip(learners, gradients, strict=True):
            optimizer.apply(gradient, variables)
        return self.report(values)

    def test_step(self, data):
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.report(self.values(images, training=False))

    def report(self, values):
        # Given vectors, not their means: so a short last batch counts right.
        for tracker in self.trackers:
            tracker.update_state(values[tracker.name])
        return {tracker.name: tracker.result() for tracker in self.trackers}


def wire(encoder, decoder, optimizer, kl_weight=1.0, decoder_optimizer=None):
    image = keras.Input(encoder.input_shape[1:])
    code = encoder(image)
    model = VAE(image, {**code, "logits": decoder(code["z"])})
    model.kl_weight.assign(kl_weight)
    if decoder_optimizer is not None:
        decoder_optimizer.build(decoder.trainable_variables)
        model.decoder_optimizer = decoder_optimizer
    model.compile(optimizer, jit_compile=False)
    return model


def targets(_images):
    """Return None: the step reads the images from x."""
