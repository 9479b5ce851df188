"""add_loss: a layer adds the KL to whatever loss the model is compiled with."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("add_loss")
class KLRegularizer(layers.Layer):
    """Passes z on unchanged, and adds the KL of the Gaussian that it was drawn from."""

    def __init__(self, kl_weight=1.0, **kwargs):
        super().__init__(**kwargs)
        start = keras.initializers.Constant(kl_weight)
        self.kl_weight = self.add_weight(shape=(), initializer=start, trainable=False)

    def call(self, z, mean, log_var):
        kl = 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)
        self.add_loss(self.kl_weight * ops.mean(kl))
        return z


@keras.saving.register_keras_serializable("add_loss")
def reconstruction(images, logits):
    """Return nats per image, (batch,): cross-entropy summed over the pixels."""
    nats = ops.binary_crossentropy(images, logits, from_logits=True)
    return ops.sum(nats, axis=(1, 2, 3))


def wire(encoder, decoder, optimizer, kl_weight=1.0):
    image = keras.Input(encoder.input_shape[1:])
    code = encoder(image)
    regularize = KLRegularizer(kl_weight, name="kl")
    z = regularize(code["z"], code["z_mean"], code["z_log_var"])
    model = keras.Model(image, decoder(z))
    model.compile(optimizer, loss=reconstruction, jit_compile=False)
    return model


def targets(images):
    """Return the images themselves: the KL needs no target here."""
    return images
