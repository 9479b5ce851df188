"""compute_loss: the loss is the model's own, the rest of the step is Keras's."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("compute_loss")
class VAE(keras.Model):
    """A functional model (images -> named tensors) with a loss of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kl_weight = self.add_weight(shape=(), initializer="ones", trainable=False)
        self.reconstruction = keras.metrics.Mean(name="reconstruction")
        self.kl = keras.metrics.Mean(name="kl")

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        mean, log_var = y_pred["z_mean"], y_pred["z_log_var"]
        nats = ops.binary_crossentropy(x, y_pred["logits"], from_logits=True)
        reconstruction = ops.sum(nats, axis=(1, 2, 3))
        kl = 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)
        # Given vectors, not their means: so a short last batch counts right.
        self.reconstruction.update_state(reconstruction)
        self.kl.update_state(kl)
        return ops.mean(reconstruction + self.kl_weight * kl)


def wire(encoder, decoder, optimizer, kl_weight=1.0):
    image = keras.Input(encoder.input_shape[1:])
    code = encoder(image)
    model = VAE(image, {**code, "logits": decoder(code["z"])})
    model.kl_weight.assign(kl_weight)
    model.compile(optimizer, jit_compile=False)
    return model


def targets(_images):
    """Return None: the loss reads the images from x."""
