"""Dict outputs: one loss for each output, added up by `compile`."""

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable("dict_outputs")
def reconstruction(images, logits):
    """Return nats per image, (batch,): cross-entropy summed over the pixels."""
    nats = ops.binary_crossentropy(images, logits, from_logits=True)
    return ops.sum(nats, axis=(1, 2, 3))


@keras.saving.register_keras_serializable("dict_outputs")
def kl(_dummy, gaussian):
    """Return the KL of mean and log variance, joined: a loss is given one output."""
    mean, log_var = ops.split(gaussian, 2, axis=-1)
    return 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)


def wire(encoder, decoder, optimizer, kl_weight=1.0):
    image = keras.Input(encoder.input_shape[1:])
    code = encoder(image)
    gaussian = layers.Concatenate()([code["z_mean"], code["z_log_var"]])
    model = keras.Model(image, {"reconstruction": decoder(code["z"]), "kl": gaussian})
    model.compile(
        optimizer,
        loss={"reconstruction": reconstruction, "kl": kl},
        loss_weights={"reconstruction": 1.0, "kl": kl_weight},
        jit_compile=False,
    )
    return model


def targets(images):
    """Return a target for each output: the KL gets zeros that it ignores."""
    return {"reconstruction": images, "kl": np.zeros((len(images), 1), "float32")}
