"""The total correlation: how far the estimate of a batch is above the truth, and what many posteriors give."""

import math

import numpy as np
import pytest

from models.layers import Densities
from models.total_correlation import total_correlation

BATCH, LATENT, SIGMA = 128, 8, 0.1


def posteriors(count: int, latent: int, sigma: float, rho: float = 0.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Means and log variances (count, latent) whose mixture is a normal with unit variances.

    Neighbouring pairs of dimensions are correlated by `rho`.
    """
    cov = np.eye(latent)
    for pair in range(0, latent - 1, 2):
        cov[pair, pair + 1] = cov[pair + 1, pair] = rho
    draws = np.random.default_rng(seed).multivariate_normal(np.zeros(latent), cov - sigma**2 * np.eye(latent), count)
    return draws.astype(np.float32), np.full((count, latent), 2 * math.log(sigma), np.float32)


def in_batches(mean: np.ndarray, log_var: np.ndarray) -> tuple[float, float, float]:
    """What a training shows of the three parts of the KL, averaged over batches."""
    rng, parts = np.random.default_rng(1), []
    for start in range(0, len(mean), BATCH):
        m, v = mean[start : start + BATCH], log_var[start : start + BATCH]
        z = (m + np.exp(v / 2) * rng.normal(size=m.shape)).astype(np.float32)
        posterior, aggregate, marginals, prior = (each.numpy() for each in Densities()(z, m, v))
        parts.append([(a - b).mean() for a, b in ((posterior, aggregate), (aggregate, marginals), (marginals, prior))])
    information, correlation, dimensions = np.mean(parts, axis=0)
    return float(information), float(correlation), float(dimensions)


def test_a_batch_of_128_shows_13_nats_where_the_truth_is_0():
    information, correlation, dimensions = in_batches(*posteriors(40 * BATCH, LATENT, SIGMA))
    assert correlation == pytest.approx(13.1, abs=0.15)
    # The reason: the three parts add up to the KL, and index-code information is at most ln(batch).
    kl = -LATENT * math.log(SIGMA)  # of the mean over the posteriors, a standard normal
    assert information + correlation + dimensions == pytest.approx(kl, abs=0.3)
    assert information <= math.log(BATCH) + 1e-4
    assert correlation >= kl - dimensions - math.log(BATCH) - 0.3


def test_many_posteriors_bring_it_down_but_not_to_0():
    mean, log_var = posteriors(10_000, LATENT, SIGMA)
    few, many = (total_correlation(mean[:count], log_var[:count], 500).value for count in (BATCH, 10_000))
    kl = -LATENT * math.log(SIGMA)
    assert few == pytest.approx(13.1, abs=1.0)
    assert many == pytest.approx(kl - math.log(10_000), abs=0.6)


@pytest.mark.parametrize("rho", [0.0, 0.9])
def test_wide_posteriors_give_the_total_correlation_of_the_normal_that_they_make_up(rho):
    sigma = 0.5 if rho < 0.7 else 0.3
    found = total_correlation(*posteriors(3000, 2, sigma, rho), codes=1000)
    assert found.value == pytest.approx(-0.5 * math.log(1 - rho**2), abs=4 * found.error + 0.02)
    assert (found.codes, found.posteriors) == (1000, 3000)


def test_it_ends_when_it_is_enough_and_is_the_same_for_the_same_seed():
    mean, log_var = posteriors(1000, 200, 0.5)
    one = total_correlation(mean, log_var, 100, enough=lambda: True)
    assert 1 < one.codes < 100
    first, second = (total_correlation(mean, log_var, 10, seed=3) for _ in range(2))
    assert first == second
    assert first != total_correlation(mean, log_var, 10, seed=4)
