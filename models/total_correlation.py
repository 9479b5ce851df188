"""The total correlation of a model's codes from many posteriors, where a training step has those of its batch alone.

The estimate is too high, as that of a batch is: log q(z) is the mean over N posteriors, the code's own among them, so
the index-code mutual information comes out at ln N at most, and the rest of the KL counts as total correlation.
Chen et al. 2018, section 4.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from models.layers import log_normal

NUMBERS = 4_000_000  # that a tensor of codes x posteriors x dimensions has at most, or as many as for one code


class Correlation(NamedTuple):
    """Nats, the standard error of that mean over `codes`, and how many posteriors q(z) was the mean of."""

    value: float
    error: float
    codes: int
    posteriors: int


def total_correlation(
    mean: np.ndarray,
    log_var: np.ndarray,
    codes: int,
    seed: int = 0,
    between: Callable[[], None] = lambda: None,
    enough: Callable[[], bool] = lambda: False,
) -> Correlation:
    """Return log q(z) - Σ log q(z_j), averaged over a code from each of the first `codes` posteriors.

    `mean` and `log_var` (n, latent) are the posteriors, in no order. `between` is called before each piece of the
    work. Where `enough` becomes true, the mean is over the codes so far.
    """
    count = min(codes, len(mean))
    noise = tf.random.stateless_normal((count, mean.shape[1]), [seed, 1]).numpy()
    drawn = (mean[:count] + np.exp(0.5 * log_var[:count]) * noise).astype(np.float32)
    rows = tf.TensorSpec([None, mean.shape[1]], tf.float32)
    graph = tf.function(_correlations, autograph=False, input_signature=[rows] * 3)
    at_once = max(1, NUMBERS // mean.size)
    values: list[np.ndarray] = []
    for start in range(0, count, at_once):
        between()
        values.append(graph(drawn[start : start + at_once], mean, log_var).numpy())
        if enough():
            break
    each = np.concatenate(values).astype(np.float64)
    error = each.std(ddof=1) / math.sqrt(len(each)) if len(each) > 1 else math.nan
    return Correlation(float(each.mean()), float(error), len(each), len(mean))


def _correlations(z: Any, mean: Any, log_var: Any) -> tf.Tensor:
    """Return log q(z) - Σ log q(z_j) of codes (codes, latent) under the mean of posteriors (n, latent): (codes,)."""
    under_each = log_normal(z[:, None], mean[None], log_var[None])  # (codes, n, latent)
    count = tf.math.log(tf.cast(tf.shape(mean)[0], tf.float32))
    joint = tf.reduce_logsumexp(tf.reduce_sum(under_each, axis=-1), axis=1) - count
    return joint - tf.reduce_sum(tf.reduce_logsumexp(under_each, axis=1) - count, axis=-1)
