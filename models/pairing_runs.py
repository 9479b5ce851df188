"""A pairing on a network, as one training model with its insides laid open: what the loss lab runs."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from models.architectures import NETWORKS, ImageShape
from models.objective import LossTerm, Objective, Tensors, TermFunction
from models.spec import catalogue
from models.spec import tensors as t
from models.spec.image_size import check_image_size
from models.spec.pairing_measurement import Measurement
from models.spec.pairings import DATA_RANGES, Pairing
from models.training import Learner, TrainingModel

OUTPUT = "output"  # (batch, height, width, channels): p, what the loss and the link are given
LOSS = "loss"
_SIZES = {"width": 16, "depth": 2, "hidden": 1}  # of the network: the lab compares rules, several at once

# (targets, p) -> a value for each pixel.
LOSSES: Mapping[str, Callable] = MappingProxyType(
    {
        "mse": lambda x, p: ops.square(x - p),
        "mae": lambda x, p: ops.abs(x - p),
        "bce_logits": lambda x, p: ops.binary_crossentropy(x, p, from_logits=True),
        "bce": lambda x, p: ops.binary_crossentropy(x, p, from_logits=False),
    }
)


def build(
    pairing: Pairing, network: str, latent_dim: int, learning_rate: float, seed: int, shape: ImageShape
) -> TrainingModel:
    """Build a plain autoencoder on images (height, width, channels) in 0..1. It scales them to the data range.

    The same seed gives the same first weights whatever the pairing. Raises ExperimentError for images that are too
    small for the network.
    """
    check_image_size(network, shape)
    keras.utils.set_random_seed(seed)
    image = keras.Input(shape, name="image")
    sized = NETWORKS[network].sized({name: _SIZES[name] for name in catalogue.NETWORKS[network].settings})
    encode, decode = sized.encode, sized.decode
    encoder = keras.Model(image, layers.Dense(latent_dim, name=t.Z)(encode(DATA_RANGES[pairing.data].put(image))))
    decoder = _decoder(decode, pairing.last, latent_dim, shape)
    term = LossTerm(LOSS, _term(pairing), 1.0, (OUTPUT,))
    optimizer = keras.optimizers.Adam(learning_rate)
    learner = Learner(Objective([term], name="total"), (encoder, decoder), optimizer)
    return TrainingModel(keras.Model(image, decoder(encoder(image))), (learner,))


def _decoder(decode: Callable, last: str, latent_dim: int, shape: ImageShape) -> keras.Model:
    code = keras.Input((latent_dim,), name="code")
    logits = []

    def tapped(x: keras.KerasTensor) -> keras.KerasTensor:
        logits.append(x)
        return x if last == "linear" else layers.Activation(last)(x)

    output = decode(code, shape, tapped)
    return keras.Model(code, {t.LOGITS: logits[0], OUTPUT: output}, name="decoder")


def _term(pairing: Pairing) -> TermFunction:
    """Return the loss as people write it, a mean over pixels: (x in 0..1, tensors) -> (batch,)."""
    loss, data = LOSSES[pairing.loss], DATA_RANGES[pairing.data]

    def term(x: keras.KerasTensor, tensors: Tensors) -> keras.KerasTensor:
        return ops.mean(loss(data.put(x), tensors[OUTPUT]), axis=(1, 2, 3))

    return term


class Inspector:
    """Measures what a batch of images gives inside a model of `build`."""

    def __init__(self, model: TrainingModel):
        def inspect(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
            with tf.GradientTape() as tape:
                tensors = model(images, training=False)
                losses = model.objectives[0](images, tensors)[LOSS]
                total = tf.cast(tf.size(images[0]), tf.float32) * tf.reduce_sum(losses)  # ty: ignore[not-subscriptable]
            gradient = tape.gradient(total, tensors[t.LOGITS])
            return tf.reduce_mean(losses), tensors[t.LOGITS], tensors[OUTPUT], gradient

        self._inspect = tf.function(
            inspect, autograph=False, input_signature=[tf.TensorSpec(model.network.input_shape, tf.float32)]
        )

    def inspect(self, images: np.ndarray) -> Measurement:
        """Return what `images` (n, height, width, channels) in 0..1 give inside the model."""
        loss, logits, outputs, gradient = (value.numpy() for value in self._inspect(images.astype(np.float32)))
        return Measurement(float(loss), logits, outputs, gradient)
