"""The verdict on a run, from histories that are made up: each fault is told, and nothing healthy is accused."""

import re
from dataclasses import replace

import numpy as np
import pytest

from explorer.diagnosis.findings import BAD, GOOD, NOTE
from explorer.diagnosis.runs import verdict
from tests.support.verdict_helpers import EPOCHS, falls, ran, said, still, title

HEALTHY = {"reconstruction": falls, "kl": still(8.0)}


def test_a_run_that_has_learnt_and_stands_still_is_healthy():
    for variant, curves in (("vae", HEALTHY), ("ae", {"reconstruction": falls})):
        (finding,) = said(ran(curves, variant=variant))
        assert (finding.level, finding.verdict) == (GOOD, "Healthy")
        assert finding.sentence.startswith("Reconstruction 67% of the way from the mean image to a perfect one.")


def test_a_code_that_carries_nothing_is_a_collapse_and_the_heavy_weight_is_named():
    found = ran({"reconstruction": lambda s: falls(s, 200.0), "kl": still(0.0)}, variance=1e-4, terms={"kl": 50.0})
    (finding,) = said(found)
    assert (finding.level, finding.verdict) == (BAD, "Posterior collapse")
    assert "all 4 dimensions are inactive" in finding.sentence
    assert finding.remedy == "Lower the weight of “KL” (now 50), for example to 1."


def test_a_collapse_at_large_steps_blames_the_learning_rate():
    found = ran({"reconstruction": lambda s: falls(s, 200.0), "kl": still(0.0)}, variance=1e-4, learning_rate=0.1)
    assert said(found)[0].remedy == "Lower the learning rate (now 0.1), for example to 0.001."


def test_a_plain_code_collapses_where_all_reconstructions_are_one_image():
    curves = {"reconstruction": lambda s: falls(s, 200.0), "l1": still(0.0)}
    found = ran(curves, variant="sparse_ae", spread=0.01, terms={"l1": 1000.0})
    assert title(found) == "Collapsed"
    assert "“L1 of the code” (now 1000), for example to 1" in said(found)[0].remedy


def test_one_image_for_all_is_a_collapse_though_a_heavy_penalty_still_falls():
    curves = {"reconstruction": lambda s: falls(s, 200.0), "l1": lambda s: 0.2 - 0.1 * s}
    found = ran(curves, variant="sparse_ae", spread=0.01, terms={"l1": 1000.0}, noise=0.001)
    assert -found.objective.trend.change > 0.05 * found.scale
    assert title(found) == "Collapsed"


def test_no_collapse_is_told_while_the_loss_still_falls_or_a_capacity_still_rises():
    assert title(ran({"reconstruction": lambda s: 300 - 100 * s, "kl": still(0.0)}, variance=1e-4)) == "Still improving"
    curves = {"reconstruction": lambda s: falls(s, 200.0), "capacity": still(0.0)}
    found = ran(curves, variance=1e-4, variant="capacity_vae", capacity_epochs=2.0 * EPOCHS)
    assert title(found) == "Schedule unfinished"


def test_the_last_loss_is_told_of_the_curve_that_the_trend_is_of():
    found = ran({"reconstruction": lambda s: 300 - 100 * s, "kl": still(8.0)})
    assert re.match("Validation loss fell by .* to 207", said(found)[0].sentence)
    once = replace(found.objective, checks=found.objective.checks[-1:], validation=np.array([250.0]))
    assert re.match("Training loss fell by .* to 21", said(replace(found, objective=once))[0].sentence)


def test_inactive_dimensions_are_a_note_beside_the_verdict():
    first, beside = said(ran(HEALTHY, inactive=1))
    assert (first.verdict, beside.level, beside.verdict) == ("Healthy", NOTE, "1 of 4 dimensions inactive")


def test_a_validation_that_rises_while_training_falls_is_over_fitting_with_the_best_epoch():
    rises = {"reconstruction": lambda s: falls(s) - 10 * s + 100 * np.maximum(s - 0.5, 0)}
    found = ran({"reconstruction": lambda s: falls(s) - 20 * s, "kl": still(8.0)}, rises)
    finding = said(found)[0]
    assert (finding.level, finding.verdict) == (BAD, "Over-fitted")
    best = int(re.findall(r"Train for (\d+) epochs, or with more images", finding.remedy)[0])
    assert abs(best - EPOCHS / 2) <= 2
    both = ran({"reconstruction": lambda s: falls(s) + 80 * np.maximum(s - 0.5, 0), "kl": still(8.0)})
    assert title(both) != "Over-fitted"
    noisy = ran({"reconstruction": lambda s: falls(s) - 20 * s, "kl": still(8.0)}, noise=20.0)
    assert title(noisy) != "Over-fitted"


@pytest.mark.parametrize(("gap", "verdict"), [(20.0, "Healthy"), (40.0, "Over-fitted")])
def test_a_validation_that_stands_far_above_the_training_is_over_fitting_though_it_does_not_rise(gap, verdict):
    found = ran({"reconstruction": falls, "kl": still(8.0)}, {"reconstruction": lambda s: falls(s) + gap})
    assert title(found) == verdict


def test_no_better_than_the_mean_image_is_under_fitted():
    curves = {"reconstruction": lambda s: falls(s, 199.0), "kl": still(8.0)}
    finding = said(ran(curves))[0]
    assert (finding.level, finding.verdict) == (BAD, "Under-fitted")
    assert "200 for the mean image: no better than the mean image" in finding.sentence
    assert title(ran(curves, baselines=None)) == "Healthy"  # of a run of before the mean image is not known


@pytest.mark.parametrize(("entries", "verdict"), [(2, "Under-fitted"), (32, "Still improving")])
def test_a_codebook_for_two_images_is_too_small_though_the_loss_still_falls(entries, verdict):
    curves = {"reconstruction": lambda s: 240 - 45 * s, "codebook": still(0.1), "commitment": still(0.1)}
    found = ran(curves, variant="vq_vae", codebook_size=entries, codewords=1)
    assert title(found) == verdict


def test_a_loss_that_still_falls_wants_more_epochs_once_it_has_ended():
    curves = {"reconstruction": lambda s: 150 - 50 * s, "kl": still(8.0)}
    ended, trains = said(ran(curves))[0], said(ran(curves, state="training"))[0]
    assert (ended.level, ended.verdict) == (trains.level, trains.verdict) == (NOTE, "Still improving")
    assert float(re.findall(r"loss fell by (\S+) in", ended.sentence)[0]) == pytest.approx(5, rel=0.1)
    assert (ended.remedy, trains.remedy) == (f"Train longer, for example {2 * EPOCHS} epochs.", "")


@pytest.mark.parametrize("steps", [1, 20, 49])
def test_a_very_short_run_is_not_accused(steps):
    (finding,) = said(ran({"reconstruction": still(300.0), "kl": still(0.0)}, steps=steps, variance=1e-4))
    assert (finding.level, finding.verdict) == (NOTE, "Too short to say")
    assert finding.remedy.startswith("Train longer")


def test_an_own_term_that_falls_without_end_is_named_and_the_rate_is_not_blamed():
    mine = {"formula": "-sum(square(z))", "weight": 1.0}
    falling = {**HEALTHY, "mine": lambda s: -np.exp(10 * s)}
    (finding,) = said(ran(falling, terms={"mine": mine}))
    assert (finding.level, finding.verdict) == (BAD, "Unbounded loss")
    assert "“mine” has no lower bound" in finding.remedy
    assert "learning rate of" not in finding.remedy
    assert title(ran({**HEALTHY, "mine": still(-3.0)}, terms={"mine": mine})) == "Healthy"
    bounded = {"formula": "-sum(tanh(z))", "weight": 1.0}
    assert title(ran({**HEALTHY, "mine": still(-4.0)}, terms={"mine": bounded})) == "Healthy"


def test_losses_that_are_not_finite_have_diverged_and_ones_that_rise_are_diverging():
    broken = {**HEALTHY, "reconstruction": lambda s: np.where(s > 0.99, np.nan, falls(s))}
    assert title(ran(broken, state="failed")) == "Diverged"
    rising = {**HEALTHY, "reconstruction": lambda s: falls(s) + 900 * np.maximum(s - 0.5, 0)}
    finding = said(ran(rising, state="training", learning_rate=0.02))[0]
    assert (finding.level, finding.verdict) == (BAD, "Diverging")
    assert "a learning rate of 0.001 (it was 0.02)" in finding.remedy


def test_a_schedule_that_ends_after_the_run_is_said():
    warm = {"weight": 1.0, "schedule": "warm_up", "schedule_epochs": 2.0 * EPOCHS}
    finding = said(ran(HEALTHY, terms={"kl": warm}))[0]
    assert (finding.level, finding.verdict) == (NOTE, "Schedule unfinished")
    assert f"The weight of “KL” rises until epoch {2 * EPOCHS}" in finding.sentence


def test_a_game_without_a_comparison_of_images_has_no_verdict_of_its_own():
    curves = {name: still(0.7) for name in ("fools_critic", "critic_real", "critic_fake", "code_regression")}
    assert verdict(ran(curves, variant="gan", baselines=None)) == []
