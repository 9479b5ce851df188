"""The twin models: one trains on the decoder's linear output, one shares every layer and adds the link for looking."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import keras
from keras import layers

from models.critics import CRITICS, JUDGEMENTS
from models.layers import Densities, Prior, Quantizer, Sampling
from models.networks import NETWORKS, ImageShape
from models.pixels import PIXEL_MODELS, rescaling
from models.spec import catalogue, tensors
from models.spec.experiment import Experiment


@dataclass(frozen=True)
class Twins:
    """Views of one set of variables.

    encoder: images in 0..1 -> {z_mean, z, and what else the variant's code has}, (batch, latent) each. It begins by
        bringing them to the range of the pixel model, so that everybody else's images are in 0..1.
    decoder: codes (batch, latent) -> linear output (batch, height, width, channels).
    training: images -> every tensor that the terms read; a VAE's z is sampled, a denoising AE's x is noisy.
    inference: images -> {z_mean, reconstruction}; no noise, the link added.
    generator: codes -> images in 0..1.
    critic: what the variant has it judge -> {critic: logits (batch,), features (batch, n)}; None where there is none.

    A conditional model takes [images, classes] wherever images are said, with the classes one-hot, (batch, classes).
    A conditional decoder takes them behind the code, (batch, latent + classes), so that it stays a chain of layers.
    """

    encoder: keras.Model
    decoder: keras.Model
    training: keras.Model
    inference: keras.Model
    generator: keras.Model
    critic: keras.Model | None = None

    @property
    def networks(self) -> dict[str, keras.Model]:
        """What learners move and snapshots hold, by name."""
        critic = {} if self.critic is None else {catalogue.CRITIC: self.critic}
        return {catalogue.ENCODER: self.encoder, catalogue.DECODER: self.decoder, **critic}

    @property
    def parameters(self) -> int:
        """Trainable weights of encoder and decoder."""
        return self.encoder.count_params() + self.decoder.count_params()

    @property
    def classes(self) -> int:
        """How many classes a conditional model is told; 0 for any other."""
        return self.encoder.inputs[1].shape[-1] if len(self.encoder.inputs) > 1 else 0

    def told(self, images: Any, labels: Any) -> Any:
        """What networks of images are fed: images in 0..1, and of a conditional model also their classes.

        `labels` (n,) are class numbers; a conditional network takes them one-hot, (n, classes).
        """
        if not self.classes:
            return images
        return [keras.ops.convert_to_tensor(images), keras.ops.one_hot(labels, self.classes)]

    def coded(self, codes: Any, labels: Any) -> Any:
        """Codes (n, latent) as the decoder takes them: of a conditional model with the classes behind them."""
        if not self.classes:
            return codes
        return keras.ops.concatenate([codes, keras.ops.one_hot(labels, self.classes)], axis=-1)


def build_twins(experiment: Experiment, image_shape: ImageShape, classes: int = 0) -> Twins:
    """The twins of an experiment on images (height, width, channels), freshly initialised.

    A conditional one is told which of `classes` each image is of.
    """
    network, conditional = NETWORKS[experiment.network], experiment.variant_info.conditional
    pixels = catalogue.PIXEL_MODELS[experiment.pixel_model]
    image = keras.Input(image_shape, name="image")
    label = keras.Input((classes,), name="label") if conditional else None
    given = [image, label] if conditional else image
    features = network.encode(_through(rescaling(pixels.scale), image))
    told = layers.Concatenate()([features, label]) if conditional else features
    encoder = keras.Model(given, HEADS[experiment.variant_info.code](told, experiment), name="encoder")
    code = keras.Input((experiment.latent_dim + classes if conditional else experiment.latent_dim,), name="code")
    decoder = keras.Model(code, network.decode(code, image_shape), name="decoder")
    link = PIXEL_MODELS[experiment.pixel_model].link(pixels.scale)
    judged = experiment.variant_info.critic
    critic = CRITICS[judged](network, experiment, image_shape) if judged is not None else None

    named = {}
    if experiment.encodes:
        named = _of_images(image, label, encoder, decoder, link, experiment)
    if tensors.Z_PRIOR in experiment.tensors:
        named = {**named, **_of_the_prior(image, label, encoder, decoder, link, experiment)}
    if judged is not None:
        named = {**named, **JUDGEMENTS[judged](critic, image, named, experiment)}
    if tensors.LABEL in experiment.tensors:
        named = {**named, tensors.LABEL: label}
    training = keras.Model(given, named, name="training")
    z_mean = encoder(given)[tensors.Z_MEAN]
    shown = _through(link, decoder(layers.Concatenate()([z_mean, label]) if conditional else z_mean))
    inference = keras.Model(given, {tensors.Z_MEAN: z_mean, tensors.RECONSTRUCTION: shown}, name="inference")
    generator = keras.Model(code, _through(link, decoder(code)), name="generator")
    return Twins(encoder, decoder, training, inference, generator, critic)


def _of_images(image, label, encoder, decoder, link, experiment: Experiment) -> dict[str, keras.KerasTensor]:
    """The codes of images and, where a term reads it, what they decode to."""
    seen = image
    if experiment.variant_info.uses_corruption:
        seen = layers.GaussianNoise(experiment.corruption, seed=experiment.seed)(image)
    conditional, output = experiment.variant_info.conditional, catalogue.PIXEL_MODELS[experiment.pixel_model].output
    named = dict(encoder([seen, label] if conditional else seen))
    if experiment.decodes:
        named[output] = decoder(layers.Concatenate()([named[tensors.Z], label]) if conditional else named[tensors.Z])
    if tensors.RECONSTRUCTION in experiment.tensors:
        named[tensors.RECONSTRUCTION] = _through(link, named[output])
    if tensors.LOG_AGGREGATE in experiment.tensors:
        densities = Densities()(named[tensors.Z], named[tensors.Z_MEAN], named[tensors.Z_LOG_VAR])
        named[tensors.LOG_POSTERIOR], named[tensors.LOG_AGGREGATE] = densities[0], densities[1]
        named[tensors.LOG_MARGINALS], named[tensors.LOG_PRIOR] = densities[2], densities[3]
    return named


def _of_the_prior(image, label, encoder, decoder, link, experiment: Experiment) -> dict[str, keras.KerasTensor]:
    """As many draws from the prior as there are images and, where a term reads it, what they decode to."""
    conditional = experiment.variant_info.conditional
    z_prior = Prior(experiment.latent_dim, experiment.seed + 1)(image)
    named = {tensors.Z_PRIOR: z_prior}
    if tensors.SAMPLE in experiment.tensors:
        drawn = decoder(layers.Concatenate()([z_prior, label]) if conditional else z_prior)
        named[tensors.SAMPLE] = _through(link, drawn)
    if tensors.SAMPLE_CODE in experiment.tensors:
        found = encoder([named[tensors.SAMPLE], label] if conditional else named[tensors.SAMPLE])
        named[tensors.SAMPLE_CODE] = found[tensors.Z_MEAN]
    return named


def _through(chain: Iterable[layers.Layer], tensor: keras.KerasTensor) -> keras.KerasTensor:
    for layer in chain:
        tensor = layer(tensor)
    return tensor


def _plain_head(features, experiment: Experiment) -> dict[str, keras.KerasTensor]:
    z_mean = layers.Dense(experiment.latent_dim, name=tensors.Z_MEAN)(features)
    return {tensors.Z_MEAN: z_mean, tensors.Z: z_mean}


def _sigmoid_head(features, experiment: Experiment) -> dict[str, keras.KerasTensor]:
    z_mean = layers.Dense(experiment.latent_dim, activation="sigmoid", name=tensors.Z_MEAN)(features)
    return {tensors.Z_MEAN: z_mean, tensors.Z: z_mean}


def _gaussian_head(features, experiment: Experiment) -> dict[str, keras.KerasTensor]:
    z_mean = layers.Dense(experiment.latent_dim, name=tensors.Z_MEAN)(features)
    z_log_var = layers.Dense(experiment.latent_dim, name=tensors.Z_LOG_VAR)(features)
    z = Sampling(experiment.seed, name="sampling")(z_mean, z_log_var)
    return {tensors.Z_MEAN: z_mean, tensors.Z_LOG_VAR: z_log_var, tensors.Z: z}


def _quantized_head(features, experiment: Experiment) -> dict[str, keras.KerasTensor]:
    z_encoded = layers.Dense(experiment.latent_dim, name=tensors.Z_ENCODED)(features)
    z, codeword = Quantizer(experiment.codebook_size, experiment.codewords, name="quantizer")(z_encoded)
    return {tensors.Z_MEAN: z, tensors.Z: z, tensors.Z_ENCODED: z_encoded, tensors.CODEWORD: codeword}


# What an encoder ends in, under the catalogue's names.
HEADS: Mapping[str, Callable[..., dict[str, keras.KerasTensor]]] = MappingProxyType(
    {"plain": _plain_head, "sigmoid": _sigmoid_head, "gaussian": _gaussian_head, "quantized": _quantized_head}
)
