"""One concatenated output, split again inside the loss: the accepted answer's way."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("concatenated")
class SplitLoss(keras.losses.Loss):
    """Cuts by position: pixels, mean, log variance. Nothing checks the order."""

    def __init__(self, pixels, latent, kl_weight=1.0, **kwargs):
        super().__init__(**kwargs)
        self.pixels, self.latent = pixels, latent
        self.kl_weight = keras.Variable(kl_weight, trainable=False)

    def call(self, y_true, y_pred):
        cuts = [self.pixels, self.pixels + self.latent]
        logits, mean, log_var = ops.split(y_pred, cuts, axis=-1)
        nats = ops.binary_crossentropy(y_true, logits, from_logits=True)
        reconstruction = ops.sum(nats, axis=-1)
        kl = 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)
        return reconstruction + self.kl_weight * kl

    def get_config(self):
        return {
            **super().get_config(),
            "pixels": self.pixels,
            "latent": self.latent,
            "kl_weight": float(self.kl_weight),
        }


def wire(encoder, decoder, optimizer, kl_weight=1.0):
    image = keras.Input(encoder.input_shape[1:])
    code = encoder(image)
    logits = layers.Flatten()(decoder(code["z"]))
    everything = layers.Concatenate()([logits, code["z_mean"], code["z_log_var"]])
    model = keras.Model(image, everything)
    loss = SplitLoss(logits.shape[-1], code["z_mean"].shape[-1], kl_weight)
    model.compile(optimizer, loss=loss, jit_compile=False)
    return model


def targets(images):
    """Return the images flat, like the part of the output they are compared with."""
    return images.reshape(len(images), -1)
