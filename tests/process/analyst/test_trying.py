"""What is said of a formula before anything is trained: its values, and whether somebody can learn from it."""

import numpy as np
import pytest

from explorer.analyst.answers.try_term import IMAGES, try_term
from explorer.analyst.errors import AnalystError
from explorer.app_pages.setup.own_terms import answer_to
from explorer.datasets.loading import load_images
from explorer.runs import memory
from models.spec.experiment import Experiment


def tried(formula: str, **settings) -> dict:
    return try_term(Experiment.parse(settings).model_dump(), formula)


def said(formula: str, **settings) -> str:
    return answer_to(Experiment.parse(settings), tried(formula, **settings)).sentence


def test_values_are_those_of_the_first_images():
    images = load_images("digits").images[:IMAGES].astype(np.float64) / 255
    sums = (images**2).sum(axis=(1, 2, 3))
    found = tried("sum(square(x))")
    assert [found[part] for part in ("mean", "low", "high")] == pytest.approx([sums.mean(), sums.min(), sums.max()])
    assert (found["finite"], found["images"]) == (IMAGES, IMAGES)


def test_what_does_not_fit_into_memory_is_not_tried(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 10**10)
    with pytest.raises(
        AnalystError, match=r"^This training needs about \d+ GB of memory, most of it for pairwise terms"
    ):
        tried("sum(z)", variant="vq_vae", latent_dim=512, codewords=512, codebook_size=4096)


@pytest.mark.parametrize(
    ("variant", "formula"),
    [
        ("vae", "mean(square(z))"),
        ("conditional_vae", "sum(square(x - sigmoid(logits)))"),
        ("vq_vae", "sum(square(codeword))"),
        ("gan", "softplus(-score_on_sample)"),
        ("wgan_gp", "sum(square(x - reconstruction))"),
        ("aae", "softplus(-score_on_code)"),
    ],
)
def test_a_gradient_comes_through_whatever_lies_between(variant, formula):
    assert (tried(formula, variant=variant)["gradient"] or 0) > 0


@pytest.mark.parametrize(
    ("variant", "formula", "whom"),
    [
        ("vae", "sum(square(x))", "encoder and decoder"),
        ("gan", "sum(square(z_mean))", "decoder"),  # the encoder is moved by another learner
        ("aae", "sum(square(z_prior))", "encoder and decoder"),
    ],
)
def test_a_formula_that_moves_nothing_is_said_to_be_watched_only(variant, formula, whom):
    assert said(formula, variant=variant).endswith(
        f"No gradient reaches the {whom}: the term is plotted, but does not change the training."
    )


@pytest.mark.parametrize("formula", ["sum(sqrt(abs(z - z_mean)))", "sqrt(sum(square(z_mean - z_mean)))"])
def test_a_value_without_a_slope_is_told_before_it_ends_a_run(formula):
    found = tried(formula, variant="ae")
    assert (found["mean"], found["finite"], found["gradient"]) == (0, IMAGES, None)
    answer = answer_to(Experiment.parse({"variant": "ae"}), found)
    assert answer.sentence.startswith("The value is finite, but the gradient is not")
    assert answer.place == (0, len(formula))


def test_what_is_no_number_is_counted():
    answer = answer_to(Experiment(), tried("1 / sum(0 * z)"))
    assert answer.sentence.startswith(f"The value is not finite for {IMAGES} of the first {IMAGES} images.")


@pytest.mark.parametrize(("variant", "formula"), [("vae", "mean(square(z))"), ("vq_vae", "sum(square(codeword))")])
def test_what_a_trial_leaves_out_does_not_change_it(variant, formula):
    others = {
        "pixel_sigma": 1.0, "free_nats": 2.0, "capacity": 3.0, "sparsity": 0.2, "batch_size": 32, "epochs": 3,
        "learning_rate": 0.1, "optimizer": "sgd", "validation_fraction": 0.3,
    }  # fmt: skip
    whole = Experiment.parse({"variant": variant, "seed": 3, **others})
    part = whole.reduced("tensors")
    assert part != whole
    assert try_term(whole.model_dump(), formula) == try_term(part.model_dump(), formula)
