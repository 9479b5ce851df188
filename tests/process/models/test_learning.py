"""Every variant learns what it is for, on real digits; `python -m benchmarks learning` does the same on real MNIST."""

import pytest

from benchmarks.claims import LEARNS
from benchmarks.learnt import DIGITS, trained
from models.spec.catalogue import VARIANTS


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_learns_what_it_is_for(variant):
    settings, claim = LEARNS[variant]
    figures = claim(trained(DIGITS, variant, **settings))
    assert figures
    assert not [figure.as_row(variant) for figure in figures if figure.holds is not True]
