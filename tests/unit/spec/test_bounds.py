"""Bounds of own terms: an interval holds every value, and a term without a lower bound is found."""

import numpy as np
import pytest

from models.spec.experiment import Experiment
from models.spec.formula.bounds import lower_bound

VAE = Experiment(variant="vae")


@pytest.mark.parametrize(
    "formula",
    ["-sum(square(z))", "mean(z)", "-sum(abs(z))", "sum(log(square(z)))", "-sum(exp(z_log_var))", "sum(z**3)",
     "sum(z * z_mean)", "sum(1 / z)"],
)  # fmt: skip
def test_a_term_that_can_fall_without_end_has_no_lower_bound(formula):
    assert lower_bound(VAE.parse_formula(formula)) == -np.inf


@pytest.mark.parametrize(
    "formula",
    ["sum(square(z))", "-sum(tanh(z))", "sum(abs(z)) - 5", "-sum(log(sigmoid(z)))", "-sum(square(x - reconstruction))",
     "-sum(clip(square(z), 0, 4))", "sum(z**2)", "sum(1 / (1 + square(z)))", "sum(maximum(-square(z), -4))",
     "sum(softplus(z))", "-sum(cos(z))", "sum(exp(z) * relu(z))"],
)  # fmt: skip
def test_a_term_that_ends_somewhere_has_a_lower_bound(formula):
    assert np.isfinite(lower_bound(VAE.parse_formula(formula)))


def test_the_bound_is_below_every_value_of_a_formula_of_pixels():
    x = np.random.default_rng(0).uniform(size=(50, 28 * 28))
    bound = lower_bound(VAE.parse_formula("mean(square(x) - x)"))
    assert bound <= (x**2 - x).mean(axis=1).min()
