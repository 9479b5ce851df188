"""The twin models: one trains on the decoder's linear output, one shares every layer and adds the link to pixels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import keras
from keras import layers

from models.architectures import NETWORKS, ImageShape, Tensor
from models.critics import CRITIC_OUTPUTS, CRITICS
from models.layers import Binarize, Densities, Prior, Quantizer, Sampling
from models.pixels import PIXEL_MODELS
from models.spec import catalogue
from models.spec import tensors as t
from models.spec.experiment import Experiment
from models.spec.image_size import check_image_size


@dataclass(frozen=True)
class Twins:
    """Views of one set of variables.

    encoder: images in 0..1 -> {z_mean, z, and what else the variant's code has}, (batch, latent) each. It begins by
        bringing them to the range of the pixel model, so that everybody else's images are in 0..1.
    decoder: codes (batch, latent) -> linear output (batch, height, width, channels).
    training: images -> every tensor that the terms read; a VAE's z is sampled, a denoising AE's x is noisy.
    inference: images -> {z_mean, reconstruction}; no noise, the link added.
    generator: codes -> images in 0..1.
    critic: images or codes -> {critic: logits (batch,), features (batch, n)}; None where the variant has none.

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
        """The networks that learners move and snapshots hold, by name."""
        critic = {} if self.critic is None else {catalogue.CRITIC: self.critic}
        return {catalogue.ENCODER: self.encoder, catalogue.DECODER: self.decoder, **critic}

    @property
    def parameters(self) -> int:
        """Trainable weights of encoder and decoder."""
        return self.encoder.count_params() + self.decoder.count_params()

    @property
    def classes(self) -> int:
        """The number of classes of a conditional model; 0 for any other."""
        return self.encoder.inputs[1].shape[-1] if len(self.encoder.inputs) > 1 else 0

    def inputs(self, images: Any, labels: Any) -> Any:
        """Return what networks of images are given: images in 0..1, and of a conditional model also their classes.

        `labels` (n,) are class numbers; a conditional network takes them one-hot, (n, classes).
        """
        if not self.classes:
            return images
        return [keras.ops.convert_to_tensor(images), keras.ops.one_hot(labels, self.classes)]

    def with_class(self, codes: Any, labels: Any) -> Any:
        """Return codes (n, latent) as the decoder takes them: of a conditional model with the classes behind them."""
        if not self.classes:
            return codes
        return keras.ops.concatenate([codes, keras.ops.one_hot(labels, self.classes)], axis=-1)


def build_twins(experiment: Experiment, image_shape: ImageShape, classes: int = 0) -> Twins:
    """Build the twins of an experiment on images (height, width, channels), freshly initialised.

    A conditional one also gets the class of each image, one of `classes`. Raises ExperimentError for images that are
    too small for its network.
    """
    check_image_size(experiment.network, image_shape)
    network = NETWORKS[experiment.network].sized(experiment.sizes)
    pixels = catalogue.PIXEL_MODELS[experiment.pixel_model]
    conditional, judged = experiment.variant_info.conditional, experiment.variant_info.critic
    image = keras.Input(image_shape, name="image")
    label = keras.Input((classes,), name="label") if conditional else None
    features = network.encode(image if pixels.scale == 1 else layers.Rescaling(pixels.scale)(image))
    heads = HEADS[experiment.variant_info.code](_with_class(features, label), experiment)
    inputs = _with_input(image, label)
    encoder = keras.Model(inputs, heads, name="encoder")
    code = keras.Input((experiment.latent_dim + classes if conditional else experiment.latent_dim,), name="code")
    decoder = keras.Model(code, network.decode(code, image_shape), name="decoder")
    critic = CRITICS[judged](network, experiment, image_shape) if judged is not None else None

    # What the training sees; where images are binarised already, such as those that are held out, it is the image.
    seen = Binarize(experiment.seed)(image) if pixels.binarise == catalogue.EACH_STEP else image
    parts = _Parts(seen, label, encoder, decoder, PIXEL_MODELS[experiment.pixel_model].link)
    codes = parts.encode(seen)
    tensors = _of_images(parts, codes, experiment) if experiment.encodes else {}
    if t.Z_PRIOR in experiment.tensors:
        tensors |= _of_the_prior(parts, experiment)
    if judged is not None:
        tensors |= CRITIC_OUTPUTS[judged](critic, seen, tensors, experiment)
    if seen is not image:
        tensors[t.X] = seen
    if label is not None and t.LABEL in experiment.tensors:
        tensors[t.LABEL] = label
    training = keras.Model(inputs, tensors, name="training")
    shown = parts.encode(image)[t.Z_MEAN] if seen is not image else codes[t.Z_MEAN]
    inference = keras.Model(inputs, {t.Z_MEAN: shown, t.RECONSTRUCTION: parts.show(shown)}, name="inference")
    generator = keras.Model(code, parts.link(decoder(code)), name="generator")
    return Twins(encoder, decoder, training, inference, generator, critic)


@dataclass(frozen=True)
class _Parts:
    """Encoder, decoder and link, with the inputs of the training network: its images and, or None, their classes."""

    image: Tensor
    label: Tensor | None
    encoder: keras.Model
    decoder: keras.Model
    link: Callable[[Tensor], Tensor]

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        return self.encoder(_with_input(image, self.label))

    def decode(self, code: Tensor) -> Tensor:
        """Return the linear output."""
        return self.decoder(_with_class(code, self.label))

    def show(self, code: Tensor) -> Tensor:
        """Return pixels in 0..1."""
        return self.link(self.decode(code))


def _with_input(image: Tensor, label: Tensor | None) -> Tensor | list[Tensor]:
    """Return what the encoder is called with: the images and, of a conditional model, their classes."""
    return image if label is None else [image, label]


def _with_class(tensor: Tensor, label: Tensor | None) -> Tensor:
    """Return a tensor (batch, n), of a conditional model with the classes behind it."""
    return tensor if label is None else layers.Concatenate()([tensor, label])


def _of_images(parts: _Parts, codes: dict[str, Tensor], experiment: Experiment) -> dict[str, Tensor]:
    """Return the codes of images and, where a term reads it, what they decode to."""
    if experiment.variant_info.uses_corruption:
        codes = parts.encode(layers.GaussianNoise(experiment.corruption, seed=experiment.seed)(parts.image))
    tensors, output = dict(codes), catalogue.PIXEL_MODELS[experiment.pixel_model].output
    if experiment.decodes:
        tensors[output] = parts.decode(tensors[t.Z])
    if t.RECONSTRUCTION in experiment.tensors:
        tensors[t.RECONSTRUCTION] = parts.link(tensors[output])
    if t.LOG_AGGREGATE in experiment.tensors:
        densities = Densities()(tensors[t.Z], tensors[t.Z_MEAN], tensors[t.Z_LOG_VAR])
        tensors |= dict(zip(t.DENSITIES, densities, strict=True))
    return tensors


def _of_the_prior(parts: _Parts, experiment: Experiment) -> dict[str, Tensor]:
    """Return a draw from the prior for each image and, where a term reads it, what it decodes to."""
    tensors = {t.Z_PRIOR: Prior(experiment.latent_dim, experiment.seed + 1)(parts.image)}
    if t.SAMPLE in experiment.tensors:
        tensors[t.SAMPLE] = parts.show(tensors[t.Z_PRIOR])
    if t.SAMPLE_CODE in experiment.tensors:
        tensors[t.SAMPLE_CODE] = parts.encode(tensors[t.SAMPLE])[t.Z_MEAN]
    return tensors


def _plain_head(features: Tensor, experiment: Experiment) -> dict[str, Tensor]:
    z_mean = layers.Dense(experiment.latent_dim, name=t.Z_MEAN)(features)
    return {t.Z_MEAN: z_mean, t.Z: z_mean}


def _sigmoid_head(features: Tensor, experiment: Experiment) -> dict[str, Tensor]:
    z_mean = layers.Dense(experiment.latent_dim, activation="sigmoid", name=t.Z_MEAN)(features)
    return {t.Z_MEAN: z_mean, t.Z: z_mean}


def _gaussian_head(features: Tensor, experiment: Experiment) -> dict[str, Tensor]:
    z_mean = layers.Dense(experiment.latent_dim, name=t.Z_MEAN)(features)
    z_log_var = layers.Dense(experiment.latent_dim, name=t.Z_LOG_VAR)(features)
    z = Sampling(experiment.seed, name="sampling")(z_mean, z_log_var)
    return {t.Z_MEAN: z_mean, t.Z_LOG_VAR: z_log_var, t.Z: z}


def _quantized_head(features: Tensor, experiment: Experiment) -> dict[str, Tensor]:
    z_encoded = layers.Dense(experiment.latent_dim, name=t.Z_ENCODED)(features)
    z, codeword = Quantizer(experiment.codebook_size, experiment.codewords, name="quantizer")(z_encoded)
    return {t.Z_MEAN: z, t.Z: z, t.Z_ENCODED: z_encoded, t.CODEWORD: codeword}


# What an encoder ends in, under the catalogue's names.
HEADS: Mapping[str, Callable[..., dict[str, Tensor]]] = MappingProxyType(
    {"plain": _plain_head, "sigmoid": _sigmoid_head, "gaussian": _gaussian_head, "quantized": _quantized_head}
)
