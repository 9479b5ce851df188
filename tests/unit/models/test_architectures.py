"""Networks of every kind: the tensors they give, in their shapes, and the pixels that each pixel model expects."""

from itertools import product

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.architectures import NETWORKS
from models.pairing_runs import build
from models.spec import catalogue
from models.spec import tensors as t
from models.spec.experiment import Experiment, ExperimentError
from models.spec.image_size import check_image_size
from models.spec.pairings import Pairing
from tests.support.programs import SMALL, images, program

SHAPES = [
    *(((28, 28, 1), pixels, variant) for pixels, variant in product(catalogue.PIXEL_MODELS, ("ae", "vae"))),
    ((64, 64, 3), "bernoulli", "vae"),
    ((30, 26, 1), "gaussian", "vae"),
    ((27, 31, 3), "bernoulli", "ae"),
]


@pytest.mark.parametrize("network", catalogue.NETWORKS)
@pytest.mark.parametrize(("shape", "pixels", "variant"), SHAPES, ids=str)
def test_every_network_gives_the_named_tensors_in_their_shapes(network, shape, pixels, variant):
    made = program(shape, network=network, pixel_model=pixels, variant=variant, latent_dim=5)
    x = images(3, shape)
    tensors = made.twins.training(x)
    stochastic = catalogue.VARIANTS[variant].stochastic
    codes = {t.Z, t.Z_MEAN} | ({t.Z_LOG_VAR} if stochastic else set())
    linear = catalogue.PIXEL_MODELS[pixels].output
    assert {name: tuple(value.shape) for name, value in tensors.items()} == {
        **dict.fromkeys(codes, (3, 5)),
        linear: (3, *shape),
        **({t.X: (3, *shape)} if catalogue.PIXEL_MODELS[pixels].binarise == catalogue.EACH_STEP else {}),
    }
    assert set(made.twins.encoder.output) == codes
    looked = made.twins.inference(x)
    assert set(looked) == {t.Z_MEAN, t.RECONSTRUCTION}
    shown = looked[t.RECONSTRUCTION].numpy()
    assert shown.shape == (3, *shape)
    assert 0 <= shown.min() <= shown.max() <= 1
    values = made.model.objectives[0](x, tensors)
    assert {name: tuple(value.shape) for name, value in values.items()} == dict.fromkeys(made.model.series, (3,))
    assert made.model.series == (*catalogue.VARIANTS[variant].weights, "loss")
    assert made.twins.parameters == sum(int(np.prod(v.shape)) for v in made.model.learners[0].variables)


@pytest.mark.parametrize("pixels", catalogue.PIXEL_MODELS)
def test_the_link_is_the_one_that_the_loss_assumes(pixels):
    twins = program(pixel_model=pixels, latent_dim=2).twins
    codes = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32) * 5
    linear = twins.decoder(codes).numpy()
    links = {
        "logits": 1 / (1 + np.exp(-linear.astype(np.float64))),
        "pixel_mean": np.clip(linear, 0, 1),
        "grey_levels": np.clip(linear / 255, 0, 1),
    }
    expected = links[catalogue.PIXEL_MODELS[pixels].output]
    np.testing.assert_allclose(twins.generator(codes), expected, atol=1e-6)


def test_unscaled_pixels_are_in_0_to_255_inside_the_networks_alone():
    made = program(variant="denoising_ae", pixel_model="unscaled")
    plain = program(variant="denoising_ae", pixel_model="gaussian")
    x = images(4)
    np.testing.assert_allclose(made.twins.encoder(x)["z"], plain.twins.encoder(255 * x)["z"], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(  # the noise is on images in 0..1 under every pixel model
        made.twins.training(x, training=True)["z"],
        255 * plain.twins.training(x, training=True)["z"].numpy(),
        rtol=1e-3,
        atol=0.05,
    )
    assert made.twins.parameters == plain.twins.parameters
    white = {"grey_levels": tf.fill((2, *SMALL), 250.0)}
    values = made.model.objectives[0](tf.ones((2, *SMALL)), white)
    np.testing.assert_allclose(values["reconstruction"], [25, 25])


def test_the_convolutional_network_of_before_is_still_built():
    twins = program((28, 28, 1), network="conv_small").twins
    assert (twins.encoder.count_params(), twins.decoder.count_params()) == (55_828, 56_593)
    assert twins.parameters == 112_421


def test_the_network_of_the_question_has_its_numbers_of_weights():
    twins = program((28, 28, 1), network="question", variant="ae", latent_dim=100).twins
    assert (twins.encoder.count_params(), twins.decoder.count_params()) == (392_100, 165_473)
    assert twins.parameters == 557_573


@pytest.mark.parametrize("latent_dim", [1, 512])
@pytest.mark.parametrize("network", catalogue.NETWORKS)
def test_the_smallest_and_the_largest_code_build(network, latent_dim):
    twins = program((28, 28, 1), network=network, latent_dim=latent_dim).twins
    assert twins.generator(np.zeros((2, latent_dim), np.float32)).shape == (2, 28, 28, 1)


SIZES = sorted({pair for side in range(1, 13) for pair in ((side, side), (side, 31), (31, side), (side, 13 - side))})


@pytest.mark.parametrize("name", catalogue.NETWORKS)
def test_a_network_builds_on_images_of_any_size_or_says_the_least_one(name):
    network, least = (
        NETWORKS[name].sized(Experiment.parse({"network": name}).sizes),
        catalogue.NETWORKS[name].least_side,
    )
    for height, width in [(height, width) for height, width in SIZES if min(height, width) >= least]:
        check_image_size(name, (height, width, 1))
        image, code = keras.Input((height, width, 1)), keras.Input((2,))
        assert len(network.encode(image).shape) == 2
        assert network.decode(code, (height, width, 1)).shape == (None, height, width, 1)
        assert all(len(layer.shape) == 2 for layer in network.critic(image, 0.3))
    for height, width in SIZES:
        if min(height, width) < least:
            with pytest.raises(ExperimentError, match=rf"were {height} x {width} pixels; .* {name} takes .*Choose"):
                program((height, width, 1), network=name)


@pytest.mark.parametrize("name", [name for name, info in catalogue.NETWORKS.items() if info.least_side > 1])
def test_the_least_size_is_the_least(name):
    side = catalogue.NETWORKS[name].least_side
    assert program((side, side, 1), network=name, variant="gan").twins.decoder.output_shape == (None, side, side, 1)
    with pytest.raises(ValueError, match="zero or negative"):
        NETWORKS[name].decode(keras.Input((2,)), (side - 1, side - 1, 1))


def test_the_lab_says_the_least_size_too():
    with pytest.raises(ExperimentError, match="were 8 x 8 pixels; the network question takes at least 10 x 10"):
        build(Pairing(), "question", 2, 1e-3, 0, (8, 8, 1))
