"""The twin models: one trains on the decoder's linear output, one shares every layer and adds the link for looking."""

from collections.abc import Iterable
from dataclasses import dataclass

import keras
from keras import layers

from models import catalogue, tensors
from models.experiment import Experiment
from models.networks import NETWORKS, ImageShape, Sampling
from models.pixels import PIXEL_MODELS, rescaling


@dataclass(frozen=True)
class Twins:
    """Five views of one set of variables.

    encoder: images in 0..1 -> {z_mean, z, and z_log_var where the variant is stochastic}, (batch, latent) each. It
        begins by bringing them to the range of the pixel model, so that everybody else's images are in 0..1.
    decoder: codes (batch, latent) -> linear output (batch, height, width, channels).
    training: images -> the encoder's tensors and the linear output; a VAE's z is sampled, a denoising AE's x is noisy.
    inference: images -> {z_mean, reconstruction}; no noise, the link added.
    generator: codes -> images in 0..1.
    """

    encoder: keras.Model
    decoder: keras.Model
    training: keras.Model
    inference: keras.Model
    generator: keras.Model

    @property
    def parameters(self) -> int:
        """Trainable weights of encoder and decoder."""
        return self.encoder.count_params() + self.decoder.count_params()


def build_twins(experiment: Experiment, image_shape: ImageShape) -> Twins:
    """The twins of an experiment on images (height, width, channels), freshly initialised."""
    network = NETWORKS[experiment.network]
    image = keras.Input(image_shape, name="image")
    pixels = catalogue.PIXEL_MODELS[experiment.pixel_model]
    features = network.encode(_through(rescaling(pixels.scale), image))
    encoder = keras.Model(image, _heads(features, experiment), name="encoder")
    code = keras.Input((experiment.latent_dim,), name="code")
    decoder = keras.Model(code, network.decode(code, image_shape), name="decoder")
    link = PIXEL_MODELS[experiment.pixel_model].link(pixels.scale)

    seen = image
    if experiment.info.uses_corruption:
        seen = layers.GaussianNoise(experiment.corruption, seed=experiment.seed)(image)
    encoded = encoder(seen)
    training = keras.Model(image, {**encoded, pixels.output: decoder(encoded[tensors.Z])}, name="training")
    z_mean = encoder(image)[tensors.Z_MEAN]
    shown = _through(link, decoder(z_mean))
    inference = keras.Model(image, {tensors.Z_MEAN: z_mean, tensors.RECONSTRUCTION: shown}, name="inference")
    generator = keras.Model(code, _through(link, decoder(code)), name="generator")
    return Twins(encoder, decoder, training, inference, generator)


def _through(chain: Iterable[layers.Layer], tensor: keras.KerasTensor) -> keras.KerasTensor:
    for layer in chain:
        tensor = layer(tensor)
    return tensor


def _heads(features, experiment: Experiment) -> dict[str, keras.KerasTensor]:
    z_mean = layers.Dense(experiment.latent_dim, name=tensors.Z_MEAN)(features)
    if not experiment.info.stochastic:
        return {tensors.Z_MEAN: z_mean, tensors.Z: z_mean}
    z_log_var = layers.Dense(experiment.latent_dim, name=tensors.Z_LOG_VAR)(features)
    z = Sampling(experiment.seed, name="sampling")(z_mean, z_log_var)
    return {tensors.Z_MEAN: z_mean, tensors.Z_LOG_VAR: z_log_var, tensors.Z: z}
