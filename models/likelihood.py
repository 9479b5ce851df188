"""log p(x) of images under a trained model, by importance sampling: Burda et al. 2016, eq. 8.

log p(x) >= E log 1/K Σ p(x|z_k) p(z_k) / q(z_k|x), z_k drawn from the posterior. The bound is the ELBO for K = 1, rises
with K, and is log p(x) itself in the limit.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from keras import ops

from models.layers import log_normal
from models.pixels import PIXEL_MODELS
from models.spec import catalogue
from models.spec import tensors as t
from models.spec.experiment import Experiment
from models.twins import Twins
from models.unit_range import to_unit

_SEEDS = 1 << 31
IMAGES, DRAWS = 50, 20  # at a time: a thousand codes are decoded at once, as many as elsewhere
Weigh = Callable[[np.ndarray, np.ndarray, int, int], np.ndarray]


class Estimate(NamedTuple):
    """Mean over `images` of log p(x), in nats, from `samples` codes each, and the standard error of that mean."""

    value: float
    error: float
    samples: int
    images: int


def gaussian_draws(encoded: Mapping[str, Any], noise: Any) -> tuple[Any, Any]:
    """Return codes z (draws, batch, latent) of a Gaussian posterior and log q(z|x), (draws, batch)."""
    mean, log_var = encoded[t.Z_MEAN], encoded[t.Z_LOG_VAR]
    z = mean + ops.exp(0.5 * log_var) * noise
    return z, ops.sum(log_normal(z, mean, log_var), axis=-1)


# How a code is drawn from the posterior, with its density, by what the encoder ends in. Others have no known density.
POSTERIORS: Mapping[str, Callable[..., tuple[Any, Any]]] = MappingProxyType({"gaussian": gaussian_draws})


def has_likelihood(experiment: Experiment) -> bool:
    """Return whether a model has a posterior and a prior of known density and is trained on log p(x|z)."""
    info = experiment.variant_info
    likelihood = catalogue.PIXEL_MODELS[experiment.pixel_model].is_likelihood
    return info.code in POSTERIORS and info.prior and likelihood and catalogue.RECONSTRUCTION in experiment.terms


def importance_weights(twins: Twins, experiment: Experiment) -> Weigh:
    """Return a function to log p(x|z) + log p(z) - log q(z|x) of codes drawn from the posteriors of images.

    It takes images, uint8 (batch, height, width, channels), their labels (batch,), a number of draws and a seed, and
    returns nats (draws, batch) as float32, the same ones for the same seed.
    """
    draw = POSTERIORS[experiment.variant_info.code]
    settings = experiment.settings_of(catalogue.RECONSTRUCTION)
    nll = partial(PIXEL_MODELS[experiment.pixel_model].reconstruction, **settings)

    def weigh(images: tf.Tensor, labels: tf.Tensor, draws: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        x, batch = to_unit(images), tf.shape(images)[0]
        encoded = twins.encoder(twins.inputs(x, labels), training=False)
        shape = (draws, batch, experiment.latent_dim)
        z, log_posterior = draw(encoded, tf.random.stateless_normal(shape, [experiment.seed, seed]))
        log_prior = ops.sum(log_normal(z, 0.0, ops.zeros_like(z)), axis=-1)
        codes = twins.with_class(tf.reshape(z, (-1, experiment.latent_dim)), tf.tile(labels, [draws]))
        cost = nll(tf.tile(x, [draws, 1, 1, 1]), twins.decoder(codes, training=False))
        return log_prior - log_posterior - tf.reshape(cost, (draws, batch))

    image = tf.TensorSpec([None, *twins.encoder.inputs[0].shape[1:]], tf.uint8)
    number = tf.TensorSpec([], tf.int32)
    signature = [image, tf.TensorSpec([None], tf.int32), number, number]
    graph = tf.function(weigh, input_signature=signature, autograph=False)
    return lambda images, labels, draws, seed: graph(images, labels.astype(np.int32), draws, seed).numpy()


def estimate_likelihood(
    weigh: Weigh,
    images: np.ndarray,
    labels: np.ndarray,
    samples: int,
    between: Callable[[], None] = lambda: None,
    enough: Callable[[], bool] = lambda: False,
) -> Estimate:
    """Return an estimate of the mean log p(x) of images from K = `samples` codes for each.

    `images` are uint8 (n, height, width, channels), `labels` (n,) their classes. `between` is called before every call
    of `weigh`. Where `enough` becomes true after some images, the estimate is that of these, so they should be in no
    order. Sums are taken in double precision, of logarithms.
    """
    values: list[np.ndarray] = []
    for start in range(0, len(images), IMAGES):
        some = slice(start, start + IMAGES)
        total = np.full(len(images[some]), -np.inf)
        for first in range(0, samples, DRAWS):
            between()
            seed = (start * samples + first) % _SEEDS
            logs = weigh(images[some], labels[some], min(DRAWS, samples - first), seed)
            total = np.logaddexp(total, np.logaddexp.reduce(logs.astype(np.float64), axis=0))
        values.append(total - math.log(samples))
        if enough():
            break
    each = np.concatenate(values)
    error = each.std(ddof=1) / math.sqrt(len(each)) if len(each) > 1 else math.nan
    return Estimate(float(each.mean()), float(error), samples, len(each))
