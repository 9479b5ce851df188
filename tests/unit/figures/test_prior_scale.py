"""A map of codes that carry nothing: it has the scale of the prior, and says so."""

import numpy as np
import pytest

from explorer.figures.latent import (
    ALL_INACTIVE,
    Points,
    at_prior_scale,
    dimension_plane,
    principal_plane,
    single_dimension,
)
from explorer.figures.shown import Plane
from explorer.library.models import Codes


def _codes(scale: float, latent: int = 3) -> Codes:
    mean = scale * np.random.default_rng(0).normal(size=(200, latent))
    return Codes(mean, np.zeros_like(mean))


def _principal(codes: np.ndarray) -> Plane:
    return principal_plane(Points("probe", codes, np.zeros(len(codes), np.int64), len(codes), "images"), codes)


@pytest.mark.parametrize("plane_of", [_principal, lambda codes: dimension_plane(codes, 0, 2)])
def test_axes_of_inactive_codes_reach_two_standard_deviations_of_the_prior(plane_of):
    codes = _codes(0.02)
    plane = at_prior_scale(plane_of(codes.mean), codes, prior=True)
    assert plane.note == ALL_INACTIVE
    assert "variance" not in "".join(plane.titles)
    assert plane.ranges is not None
    assert all(low <= -2 and high >= 2 for low, high in plane.ranges)


def test_one_dimension_has_the_scale_of_the_prior_and_its_classes():
    codes = _codes(0.02, latent=1)
    plane = at_prior_scale(single_dimension(codes.mean, np.arange(200) % 10), codes, prior=True)
    assert plane.ranges is not None
    (low, high), (below, above) = plane.ranges
    assert max(low, -high) <= -2
    assert (below, above) == pytest.approx((-0.5, 9.5), abs=0.5)


def test_axes_of_codes_that_carry_something_or_have_no_prior_stay():
    for scale, prior in ((1.0, True), (0.02, False)):
        plane = _principal(_codes(scale).mean)
        assert at_prior_scale(plane, _codes(scale), prior) is plane
