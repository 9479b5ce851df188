"""Units where a loss is shown: over its curves and in the line about a model."""

import numpy as np
import pytest

from explorer.app_pages.parts.facts import model_facts
from explorer.figures.loss_curves import loss_curves
from explorer.runs.records import Curves
from explorer.runs.results import (
    bounds_in_words,
    estimates_in_words,
    likelihood_in_short,
    loss_in_words,
    results_in_words,
)
from explorer.trainer.guard import RUNAWAY_FACTOR, LossGuard
from models.spec.catalogue import TERMS
from models.spec.experiment import Experiment
from models.spec.sentences import in_sentence

NATS, GREYS = "nats per image", "grey levels² per pixel"


def panel_titles(**choices: str) -> list[str]:
    experiment = Experiment.parse(choices)
    series = [name for total in experiment.variant_info.learners for name in (*experiment.terms_of(total), total)]
    training = {name: np.ones(3) for name in ("step", "epoch", *series)}
    figure = loss_curves(Curves(training, {}), experiment, [], log=False)
    return [annotation["text"] for annotation in figure["layout"]["annotations"]]


@pytest.mark.parametrize(
    ("pixel_model", "units"),
    [
        ("bernoulli", (NATS, NATS, NATS)),
        ("gaussian", (NATS, NATS, NATS)),
        ("unscaled", (f"{GREYS} + {NATS}", GREYS, NATS)),
    ],
)
def test_each_panel_says_the_unit_of_what_it_shows(pixel_model, units):
    names = ("Total", "Reconstruction", "KL")
    expected = [f"<b>{name}</b>  {unit}" for name, unit in zip(names, units, strict=True)]
    assert [title.replace("<br>", "  ") for title in panel_titles(pixel_model=pixel_model)] == expected


def test_several_learners_have_totals_of_their_own_and_a_lone_term_no_second_panel():
    titles = [title.partition("</b>")[0].removeprefix("<b>") for title in panel_titles(variant="gan")]
    assert titles == [
        "Fooling the discriminator",
        "Discriminator: total",
        "Discriminator on images",
        "Discriminator on samples",
        "Code regression",
    ]


def facts(variant: str, pixel_model: str, floor: float | None = 0.0) -> list[str]:
    experiment = Experiment.parse({"variant": variant, "pixel_model": pixel_model})
    known = {} if floor is None else {"floor": {"test": floor}}
    return loss_in_words(experiment, {"test": dict.fromkeys(experiment.terms, 3.0) | {"loss": 0.0}, **known})


def test_the_negative_elbo_is_said_only_where_the_terms_make_one():
    assert facts("vae", "bernoulli") == [f"test negative ELBO 6.0 {NATS}"]
    assert facts("beta_vae", "gaussian", -4.0) == [
        f"test negative ELBO 6.0 {NATS}: 10.0 above -4.0, the value of a perfect reconstruction"
    ]
    assert facts("vae", "unscaled") == [f"test reconstruction 3.0 {GREYS}", f"test KL 3.0 {NATS}"]
    assert facts("ae", "unscaled") == [f"test reconstruction 3.0 {GREYS}"]
    assert facts("denoising_ae", "bernoulli") == [f"test reconstruction 3.0 {NATS}"]
    assert facts("gan", "bernoulli")[0] == f"test fooling the discriminator 3.0 {NATS}"


def test_grey_pixels_make_no_negative_elbo_and_their_floor_is_told_apart():
    floor = "above 2.0, the floor of grey pixels"
    assert facts("vae", "bernoulli", 2.0) == [f"test reconstruction + KL 6.0 {NATS}: 4.0 {floor}"]
    assert facts("ae", "bernoulli", 2.0) == [f"test reconstruction 3.0 {NATS}: 1.0 {floor}"]
    assert facts("vae", "bernoulli", None) == [f"test reconstruction + KL 6.0 {NATS}"]  # a run of before


def test_the_least_reconstruction_is_said_below_the_curves_where_it_is_not_0():
    floor = {"floor": {"validation": 45.53, "test": 1.0}}
    said = f"Least reconstruction of the validation images: 45.5 {NATS}, the floor of grey pixels."
    assert bounds_in_words(Experiment.parse({}), floor) == said
    assert bounds_in_words(Experiment.parse({}), {"floor": {"validation": 0.0}}) == ""
    assert bounds_in_words(Experiment.parse({}), {}) == ""


def test_the_bias_of_a_batchs_total_correlation_is_said_with_the_batchs_size():
    said = bounds_in_words(Experiment.parse({"variant": "beta_tcvae", "batch_size": 128}), {})
    assert said.startswith("Total correlation is biased upwards: a batch of 128 shows at most 4.9 nats of ")
    assert "13.1 nats in a batch of 128" in TERMS["total_correlation"].note
    assert TERMS["total_correlation"].plain_unit == NATS


LIKELIHOOD = {"value": -98.62, "error": 1.04, "samples": 50, "images": 500}
CORRELATION = {"value": 10.84, "error": 0.08, "codes": 1000, "posteriors": 10_000}


def test_estimates_say_how_they_were_made_and_what_they_are_of():
    made = "(K = 50 importance samples, 500 test images; on average a lower bound, which tightens with K)"
    grey, own = {"floor": {"test": 45.5}}, {"log_likelihood": LIKELIHOOD}
    said = estimates_in_words(Experiment.parse({}), {**grey, **own})
    assert said == [f"log p(x) of grey pixels read as probabilities −98.6 ± 1.0 {NATS} {made}"]
    binary = {"floor": {"test": 0.0}, **own}
    (said,) = estimates_in_words(Experiment.parse({"variant": "conditional_vae"}), binary)
    assert said == f"log p(x | class) −98.6 ± 1.0 {NATS} {made}"
    told = results_in_words(Experiment.parse({}), {**grey, **own})
    assert told[-1].startswith("Grey pixels are read as probabilities: ")
    assert not results_in_words(Experiment.parse({"pixel_model": "bernoulli_fixed"}), {**binary, **own})[-1].startswith(
        "G"
    )
    assert likelihood_in_short(Experiment.parse({}), own) == ["log p(x) bound −98.6 ± 1.0 nats (K = 50)"]
    assert likelihood_in_short(Experiment.parse({}), {}) == []
    (said,) = estimates_in_words(Experiment.parse({}), {"total_correlation": CORRELATION})
    assert said.startswith("total correlation 10.84 ± 0.08 nats from 10,000 posteriors (biased upwards")
    assert estimates_in_words(Experiment.parse({}), {}) == []  # a run of before


def test_a_plain_unit_leaves_out_what_is_said_of_one_terms_values():
    information, slope = TERMS["mutual_information"], TERMS["gradient_penalty"]
    assert (information.unit, information.plain_unit) == (f"{NATS}, at most ln(batch)", NATS)
    assert slope.unit == slope.plain_unit == "squared slope"


@pytest.mark.parametrize(
    ("variant", "opponent"), [("vae", ""), ("gan", " without the discriminator"), ("wgan_gp", " without the critic")]
)
def test_the_parameters_of_a_model_are_not_its_critics_and_that_is_said(variant, opponent, monkeypatch):
    said: list[tuple[str, str]] = []
    monkeypatch.setattr("streamlit.caption", lambda words, help: said.append((words, help)))
    model_facts(Experiment.parse({"variant": variant, "network": "conv"}), {"parameters": 1234})
    model_facts(Experiment.parse({"variant": variant}), {"parameters": 1234}, size=7_000_000)
    assert said[0] == (f"1,234 parameters{opponent}", "conv network, width 16, depth 2, dense layers 1")
    assert said[1] == (f"1,234 parameters{opponent} · 7.0 MB on disk", "dense network")


def test_a_title_in_a_sentence_keeps_its_abbreviation():
    assert [in_sentence(title) for title in ("Reconstruction", "KL", "L1 of the code", "")] == [
        "reconstruction", "KL", "L1 of the code", "",
    ]  # fmt: skip


def test_a_loss_that_begins_at_thousands_runs_away_at_a_thousand_times_that():
    guard = LossGuard(("reconstruction", "loss"), ("loss",))
    begin = 7262.0
    for step, loss in enumerate((begin, 2 * begin, 0.99 * RUNAWAY_FACTOR * begin), start=1):
        assert guard.check(step, np.array([loss, loss]), 1e-4) is None
    beyond = np.array([1.01 * RUNAWAY_FACTOR * begin] * 2)
    said = [guard.check(step, beyond, 1e-4) for step in (4, 5, 6)]
    assert said[:2] == [None, None]
    assert said[2] is not None
    assert said[2].startswith("The loss diverged: 7.33e+06 at step 6")


def test_the_limit_of_a_loss_is_taken_anew_after_a_change_of_a_weight_by_hand():
    guard = LossGuard(("kl", "loss"), ("loss",))
    assert guard.check(1, np.array([5.0, 200.0]), 1e-3, {"kl": 1.0}) is None
    guard.renew()
    heavy = [np.array([kl, 1e6 * kl]) for kl in (5.0, 4.0, 3.0, 2.0)]
    assert [guard.check(step, values, 1e-3, {"kl": 1e6}) for step, values in enumerate(heavy, 2)] == [None] * 4
    beyond = np.array([6000.0, 6e9])
    said = [guard.check(step, beyond, 1e-3, {"kl": 1e6}) or "" for step in (6, 7, 8)]
    assert said[-1].startswith("The loss diverged: 6e+09 at step 8")


def test_the_limit_of_a_loss_rises_with_the_weight_that_a_schedule_raises():
    guard = LossGuard(("kl", "loss"), ("loss",))
    for step, weight in enumerate(np.linspace(0.0, 1e6, 20), 1):
        assert (
            guard.check(step, np.array([5.0, 200.0 + 5 * weight]), 1e-3, {"reconstruction": 0.0, "kl": weight}) is None
        )


def test_a_score_has_no_limit_but_must_be_finite():
    experiment = Experiment.parse({"variant": "wgan_gp"})
    series = ("raises_score", "loss", "score_real", "critic_loss", "encoder_loss")
    guard = LossGuard.of(experiment, series)
    assert guard.totals == ("encoder_loss",)
    first, later = np.ones(5), np.array([-1e9, -1e9, 1e9, 1e9, 1.0])
    assert [guard.check(step, values, 1e-4) for step, values in enumerate((first, *[later] * 5))] == [None] * 6
    later[3] = np.inf
    assert "total of the critic inf" in (guard.check(7, later, 1e-4) or "")
    assert LossGuard.of(Experiment.parse({"variant": "gan"}), series).totals == ("loss", "critic_loss", "encoder_loss")


def test_the_message_of_a_run_that_failed_calls_terms_by_their_titles():
    experiment = Experiment.parse(
        {"variant": "vae", "terms": {"code_size": {"formula": "mean(square(z))"}, "kl": {"weight": 1.0}}}
    )
    guard = LossGuard.of(experiment, ("reconstruction", "kl", "code_size", "loss"))
    said = guard.check(3, np.array([20.0, np.inf, 1.0, np.inf]), 1e-3) or ""
    assert said.startswith("The loss is not finite at step 3 (reconstruction 20, KL inf, code size 1, total inf).")
    assert "Check code size too" in said
    held_out = guard.check_held_out("validation", {"kl": np.inf, "loss": np.inf}, 1.0)
    assert "(KL inf, total inf)" in held_out
    guard.check(1, np.ones(4), 1e-3)
    far = [guard.check(step, np.array([1.0, 1.0, 1.0, 1e9]), 1e-3) or "" for step in range(2, 5)]
    assert far[-1].startswith("The total diverged: 1e+09 at step 4")


def test_a_run_on_grey_levels_that_goes_wrong_is_told_the_likely_remedy():
    values = np.array([np.nan, np.nan])
    series = ("reconstruction", "loss")
    told = [LossGuard(series, ("loss",), white).check(1, values, 1e-4) for white in (1.0, 255.0)]
    assert told[0] is not None
    assert "pixel model" not in told[0]
    assert (
        told[1]
        == told[0] + " The pixels go up to 255 here: a pixel model whose pixels are in 0..1 is the likely remedy."
    )
