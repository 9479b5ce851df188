"""The last step in words: totals before and after it, and the terms that moved them."""

import math

import numpy as np
import pytest

from explorer.components.live.step_change import MOST_TERMS, amount, last_step, signed
from models.spec.experiment import Experiment


def steps(**columns: tuple[float, float]) -> dict[str, np.ndarray]:
    return {name: np.array(values) for name, values in {"step": (1240.0, 1241.0), **columns}.items()}


def test_a_step_says_what_it_changed():
    newest = steps(
        loss=(152.3, 151.9), reconstruction=(148.1, 147.8), kl=(4.2, 4.1),
        weighted_reconstruction=(148.1, 147.8), weighted_kl=(4.2, 4.1), weight_reconstruction=(1, 1), weight_kl=(1, 1),
    )  # fmt: skip
    said = last_step(newest, Experiment.parse({"variant": "vae"}))
    assert said == "Step 1,241, on its batch: loss 152.3 → 151.9 (reconstruction −0.3, KL −0.1)."


def test_terms_are_told_with_their_weight_so_that_their_changes_add_up():
    newest = steps(
        loss=(160.0, 152.0), reconstruction=(140.0, 142.0), kl=(5.0, 2.5),
        weighted_reconstruction=(140.0, 142.0), weighted_kl=(20.0, 10.0), weight_reconstruction=(1, 1),
        weight_kl=(4, 4),
    )  # fmt: skip
    assert "(reconstruction +2.0, 4 × KL −10.0)" in last_step(newest, Experiment.parse({"variant": "vae"}))


def test_the_largest_of_many_terms_are_told_and_the_others_counted():
    own = {f"own_{i}": {"weight": 1.0, "formula": "sum(square(z))"} for i in range(8)}
    experiment = Experiment.parse({"variant": "vae", "terms": own})
    columns = {name: (0.0, float(place)) for place, name in enumerate(experiment.terms)}
    said = last_step(steps(loss=(0.0, 45.0), **columns), experiment)
    assert said.count("+") == MOST_TERMS
    assert said.endswith(" +9.0, 6 more).")


def test_opponents_have_a_total_each():
    experiment = Experiment.parse({"variant": "gan"})
    totals = list(experiment.variant_info.learners)
    assert last_step(steps(**dict.fromkeys(totals, (1.0, 0.5))), experiment).count(" loss 1 → 0.5") == len(totals)


def test_before_the_second_step_nothing_is_compared():
    experiment = Experiment.parse({"variant": "vae"})
    assert last_step({}, experiment) == ""
    assert last_step({"step": np.array([1.0]), "loss": np.array([3.0])}, experiment) == "Step 1."


@pytest.mark.parametrize(
    ("value", "words"),
    [(151.94, "151.9"), (0.12344, "0.1234"), (12345.6, "12,346"), (-3e9, "−3e+09"), (math.nan, "not finite")],
)
def test_an_amount_has_about_four_digits(value, words):
    assert amount(value) == words


@pytest.mark.parametrize(
    ("value", "total", "words"),
    [
        (-0.3, 150.0, "−0.3"),
        (4e-5, 150.0, "±0"),
        (-0.0, 150.0, "±0"),
        (0.0042, 0.65, "+0.0042"),
        (12.0, 0.0, "+12.0"),
        (math.inf, 1.0, "not finite"),
        (1.0, math.nan, "+1.0"),
    ],
)
def test_a_change_has_its_sign_and_the_places_of_its_total(value, total, words):
    assert signed(value, total) == words
