"""The estimate of log p(x) against the closed form of probabilistic PCA, and against plain arithmetic."""

import math
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from scipy.stats import multivariate_normal

from models.likelihood import DRAWS, IMAGES, estimate_likelihood, has_likelihood, importance_weights
from models.program import build
from models.spec.catalogue import VARIANTS
from models.spec.experiment import Experiment
from tests.support.helpers import some_images

SHAPE, SIGMA = (3, 2, 1), 0.3
LOADINGS = np.array([[0.9, 0.1, 0.0, -0.4, 0.3, 0.2], [0.1, -0.9, 0.5, 0.0, 0.0, 0.0]])  # (latent, pixels), orthogonal
MEAN = np.linspace(0.2, 0.7, 6)
GIVEN = Experiment.parse({"variant": "vae", "pixel_model": "gaussian", "pixel_sigma": SIGMA, "latent_dim": 2})


def pca(moved: float = 0.0, wider: float = 1.0) -> Any:
    """The networks of p(x|z) = N(z W + mean, σ² I); its posterior is Gaussian with independent dimensions.

    The encoder gives the exact posterior, moved and made wider if that is wanted.
    """
    precision = (LOADINGS @ LOADINGS.T) + SIGMA**2 * np.eye(2)
    assert abs(precision[0, 1]) < 1e-12
    inverse = np.linalg.inv(precision)
    image, code = keras.Input(SHAPE), keras.Input((2,))
    flat = layers.Flatten()(image)
    z_mean, z_log_var, linear = layers.Dense(2), layers.Dense(2), layers.Dense(6)
    encoder = keras.Model(image, {"z_mean": z_mean(flat), "z_log_var": z_log_var(flat)})
    decoder = keras.Model(code, layers.Reshape(SHAPE)(linear(code)))
    read = LOADINGS.T @ inverse
    z_mean.set_weights([read, moved - MEAN @ read])
    z_log_var.set_weights([np.zeros((6, 2)), np.log(wider**2 * SIGMA**2 * np.diag(inverse))])
    linear.set_weights([LOADINGS, MEAN])
    plain = SimpleNamespace(inputs=lambda images, _labels: images, with_class=lambda codes, _labels: codes)
    return SimpleNamespace(encoder=encoder, decoder=decoder, **vars(plain))


def exact(images: np.ndarray) -> np.ndarray:
    covariance = LOADINGS.T @ LOADINGS + SIGMA**2 * np.eye(6)
    return multivariate_normal(MEAN, covariance).logpdf(images.reshape(-1, 6) / 255)


def estimate(twins: Any, images: np.ndarray, samples: int):
    weigh = importance_weights(twins, GIVEN)
    return estimate_likelihood(weigh, images, np.zeros(len(images), int), samples)


def test_with_the_exact_posterior_every_single_code_gives_log_p():
    images = some_images(IMAGES + 7, SHAPE)
    found = estimate(pca(), images, 1)
    known = exact(images)
    assert (found.samples, found.images) == (1, len(images))
    assert found.value == pytest.approx(known.mean(), abs=2e-4)
    assert found.error == pytest.approx(known.std(ddof=1) / math.sqrt(len(images)), rel=1e-4)


def test_with_another_posterior_it_is_below_log_p_and_tightens_with_the_number_of_codes():
    images = some_images(40, SHAPE, seed=1)
    twins, known = pca(moved=0.4, wider=1.5), exact(images).mean()
    bounds = [estimate(twins, images, samples).value for samples in (1, 5, 50, 1000)]
    assert bounds == sorted(bounds)
    assert bounds[0] < known - 0.4
    assert bounds[-1] == pytest.approx(known, abs=0.03)


def test_one_code_for_each_image_is_the_elbo():
    images = some_images(400, SHAPE, seed=2)
    moved, wider = 0.2, 1.3
    found = estimate(pca(moved, wider), images, 1)
    # ELBO = log p(x) - KL(q || p(z|x)), both Gaussian with independent dimensions.
    variances = SIGMA**2 / np.diag(LOADINGS @ LOADINGS.T + SIGMA**2 * np.eye(2))
    gap = 0.5 * (wider**2 - 1 - math.log(wider**2) + moved**2 / variances).sum()
    assert found.value == pytest.approx(exact(images).mean() - gap, abs=0.15)


def test_the_logarithm_of_a_mean_of_tiny_weights_is_exact():
    rng = np.random.default_rng(0)
    logs = rng.normal(-40_000, 3, (DRAWS + 5, 2)).astype(np.float32)

    def weigh(images, _labels, draws, seed):
        return logs[seed : seed + draws, : len(images)]

    found = estimate_likelihood(weigh, some_images(2, SHAPE), np.zeros(2, int), len(logs))
    top = logs.max(axis=0).astype(np.float64)
    each = top + np.log(np.exp(logs.astype(np.float64) - top).mean(axis=0))
    assert found.value == pytest.approx(each.mean(), abs=1e-9)


def test_it_ends_with_the_images_it_has_when_it_is_enough_and_never_inside_of_one():
    asked = []

    def weigh(images, _labels, draws, _seed):
        asked.append((len(images), draws))
        return np.zeros((draws, len(images)), np.float32)

    images = some_images(IMAGES + 3, SHAPE)
    labels = np.zeros(len(images), int)
    found = estimate_likelihood(weigh, images, labels, DRAWS + 1, enough=lambda: True)
    assert (found.value, found.error) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert found.images == IMAGES
    assert asked == [(IMAGES, DRAWS), (IMAGES, 1)]
    with pytest.raises(KeyboardInterrupt):
        estimate_likelihood(weigh, images, labels, 1, between=_interrupt)


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_a_conditional_model_is_given_the_class():
    experiment = Experiment.parse({"variant": "conditional_vae", "network": "dense", "latent_dim": 2})
    twins = build(experiment, (8, 8, 1), 3).twins
    weigh, images = importance_weights(twins, experiment), some_images(4, (8, 8, 1))
    first, same, other = (weigh(images, np.full(4, label), 2, 0) for label in (0, 0, 2))
    np.testing.assert_array_equal(first, same)
    assert first.shape == (2, 4)
    assert (first != other).any()
    assert (first != weigh(images, np.zeros(4, int), 2, 1)).all()


def test_only_models_with_known_densities_have_one():
    has = {name for name in VARIANTS if has_likelihood(Experiment.parse({"variant": name}))}
    assert has == {
        "vae", "conditional_vae", "beta_vae", "free_bits_vae", "capacity_vae", "beta_tcvae", "factor_vae", "info_vae",
    }  # fmt: skip
    assert not has_likelihood(Experiment.parse({"pixel_model": "unscaled"}))
