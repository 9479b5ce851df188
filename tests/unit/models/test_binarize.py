"""Pixels that are sampled at each step: what the training network and its terms get, and what all others see."""

import numpy as np
import pytest
import tensorflow as tf

from models.layers import Binarize
from models.pixels import bernoulli_nll
from models.program import build
from models.spec.experiment import Experiment

SHAPE = (6, 5, 1)
GREY = tf.fill((400, *SHAPE), 0.3)


def program(**choices):
    given = {"pixel_model": "bernoulli_dynamic", "latent_dim": 2, **choices}
    return build(Experiment.parse(given), SHAPE, 3)


def test_the_layer_draws_0_and_1_anew_at_each_call_and_leaves_what_is_0_or_1():
    layer = Binarize(0)
    first, second = layer(GREY).numpy(), layer(GREY).numpy()
    assert set(np.unique(first)) == {0, 1}
    assert first.mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / first.size))
    assert (first != second).any()
    np.testing.assert_array_equal(layer(first), first)
    np.testing.assert_array_equal(Binarize(0)(GREY), first)


@pytest.mark.parametrize("variant", ["vae", "denoising_ae", "conditional_vae"])
def test_encoder_and_loss_of_a_step_get_the_same_sampled_images(variant):
    made = program(variant=variant, corruption=0.0)
    batch = made.twins.inputs(GREY, np.zeros(len(GREY), int))
    tensors = made.model(batch, training=True)
    x = tensors["x"].numpy()
    assert set(np.unique(x)) == {0, 1}
    encoded = made.twins.encoder(made.twins.inputs(x, np.zeros(len(GREY), int)))
    np.testing.assert_allclose(tensors["z_mean"], encoded["z_mean"], atol=1e-5)
    found = made.model.terms_of(batch, tensors)["reconstruction"]
    np.testing.assert_allclose(found, bernoulli_nll(x, tensors["logits"]), rtol=1e-5)


def test_what_is_shown_is_of_the_image_as_it_is_given():
    made = program()
    shown = made.twins.inference(GREY)
    np.testing.assert_allclose(shown["z_mean"], made.twins.encoder(GREY)["z_mean"], atol=1e-6)
    np.testing.assert_array_equal(shown["reconstruction"], made.twins.inference(GREY)["reconstruction"])


def test_only_this_pixel_model_changes_the_network():
    assert "x" not in program(pixel_model="bernoulli").model.network.output
    assert "x" not in program(pixel_model="bernoulli_fixed").model.network.output


def test_your_own_terms_read_the_sampled_images_too():
    made = program(terms={"other": {"formula": "sum(x * x - x)"}})  # 0 for each pixel that is 0 or 1
    np.testing.assert_array_equal(made.model.terms(GREY, training=True)["other"], np.zeros(len(GREY)))


def test_a_discriminator_is_given_sampled_images():
    made = program(variant="gan")
    tensors = made.model(GREY, training=False)
    critic = made.twins.critic(tensors["x"], training=False)
    np.testing.assert_allclose(tensors["score_on_x"], critic["critic"], atol=1e-5)
