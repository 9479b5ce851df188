"""The table of an experiment's terms in words: formulas, units, weights, learners and shares."""

from types import SimpleNamespace
from typing import Any

import pytest

from explorer.app_pages.parts.terms import learner_in_words, learner_rows, shares, term_rows
from models.spec.experiment import Experiment


def test_a_row_says_formula_unit_paper_and_weight():
    settings = {"kl": {"weight": 4, "schedule": "warm_up", "schedule_epochs": 10}}
    experiment = Experiment.parse({"variant": "beta_vae", "pixel_model": "unscaled", "terms": settings})
    reconstruction, kl = term_rows(experiment)
    assert reconstruction == {
        "name": "reconstruction", "title": "Reconstruction", "formula": "mean (255 x − grey_levels)²",
        "unit": "grey levels² per pixel", "paper": "The question's code",
        "reads": "x, grey_levels", "weight": "1", "total": "loss",
    }  # fmt: skip
    assert (kl["unit"], kl["weight"]) == ("nats per image", "4 · linear warm-up, 10 epochs")
    assert learner_in_words(experiment, 5e-4) == (
        "One learner minimises the total: Adam at 0.0005 updates encoder and decoder."
    )


def test_several_learners_are_said_one_by_one():
    experiment = Experiment.parse({"variant": "wgan_gp", "optimizer": "adam_gan"})
    assert learner_in_words(experiment, 2e-4) == (
        "Three learners, each with Adam for GANs (β₁ = 0.5) at 0.0002: generator (updates decoder, every 5th step), "
        "critic, encoder."
    )
    assert [row["total"] for row in term_rows(experiment)] == ["loss", *["critic_loss"] * 3, "encoder_loss"]
    critic = learner_rows(experiment)[1]
    assert critic == {
        "total": "critic_loss", "title": "Critic", "unit": "score + squared slope", "moves": ""
    }  # fmt: skip


@pytest.mark.parametrize(("count", "beginning"), [(2, "Two"), (3, "Three"), (4, "4"), (12, "12")])
def test_any_number_of_learners_is_said(count, beginning):
    experiment = Experiment.parse({"variant": "wgan_gp"})
    learners = dict.fromkeys(range(count), experiment.variant_info.learners["loss"])
    many: Any = SimpleNamespace(optimizer="adam", variant_info=SimpleNamespace(learners=learners))
    assert learner_in_words(many, 1e-3).startswith(f"{beginning} learners, each with Adam at 0.001: generator (updates")


def test_shares_are_of_the_sizes_and_unknown_where_there_is_no_size():
    assert shares({"a": 3.0, "b": 1.0}) == {"a": 0.75, "b": 0.25}
    assert shares({"a": -3.0, "b": 1.0}) == {"a": 0.75, "b": 0.25}
    assert shares({"a": 0.0}) == {"a": None}
    assert shares({"a": float("nan"), "b": 1.0}) == {"a": None, "b": None}
