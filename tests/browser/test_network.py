"""The browser's forward pass is Keras': the same images, in a real Chromium, from the bytes that the server sends."""

import numpy as np
import pytest
from keras import layers
from playwright.sync_api import Page

from models.checkpoints import assign_weights, weights_of
from models.pixels import Clip
from models.spec.catalogue import PIXEL_MODELS
from models.twins import Twins
from tests.support.network_page import NetworkPage, chain_twins, lively_twins, some_codes, with_random_weights

pytestmark = pytest.mark.browser
GREY, COLOUR = (28, 28, 1), (64, 64, 3)
# Pixels that are binarised have the decoder and the link of those that are not.
LINKS = [name for name, info in PIXEL_MODELS.items() if not info.binarise]
CASES = [(network, pixels, GREY) for network in ("dense", "conv", "question") for pixels in LINKS]
CASES += [
    ("conv", "bernoulli", COLOUR),
    ("conv", "gaussian", COLOUR),
    ("conv", "unscaled", COLOUR),
    ("question", "bernoulli", (17, 14, 1)),
]


def _lively_twins(network: str, pixel_model: str, shape: tuple[int, int, int]) -> Twins:
    """Twins whose images use all of 0..1, also where white is not 1."""
    twins = lively_twins(network, pixel_model, shape)
    weights = weights_of(twins)
    for name in list(weights)[-2:]:  # behind the last layer's weights, nothing but shapes change
        weights[name] = weights[name] * PIXEL_MODELS[pixel_model].scale
    assign_weights(twins, weights)
    return twins


@pytest.mark.parametrize(("network", "pixel_model", "shape"), CASES)
def test_every_network_gives_the_images_of_keras(
    page: Page, network_page: NetworkPage, record_property, network, pixel_model, shape
):
    twins = _lively_twins(network, pixel_model, shape)
    codes = some_codes(67, 16)  # more than are run at once
    expected = twins.generator(codes).numpy()
    low, high = np.percentile(expected, [10, 90])
    assert low < 0.15, "the images must use all of 0..1, or the test shows nothing"
    assert high > 0.85
    floats, pixels = network_page.run(page, twins, codes)
    largest = float(np.abs(floats - expected).max())
    record_property("largest_difference", largest)
    print(f"{network} {pixel_model} {shape}: {largest:.1e}")  # noqa: T201 -- seen with -s
    assert largest <= 1 / 255
    assert np.abs(pixels.astype(int) - (255 * expected).round().astype(int)).max() <= 1


@pytest.mark.parametrize("latent", [1, 2, 100, 512])
def test_any_number_of_dimensions_and_of_codes(page: Page, network_page: NetworkPage, latent):
    twins = lively_twins("dense", "bernoulli", GREY, latent)
    for count in (1, 67):
        codes = some_codes(count, latent)
        floats, _ = network_page.run(page, twins, codes)
        np.testing.assert_allclose(floats, twins.generator(codes), atol=1e-4)


def _valid(x):
    x = layers.Reshape((5, 4, 2))(layers.Dense(40, "tanh")(x))
    x = layers.Conv2DTranspose(3, (2, 3), strides=(3, 2), padding="valid", use_bias=False)(x)  # gaps between kernels
    x = layers.LeakyReLU(0.1)(x)
    return layers.Conv2D(9, (4, 2), strides=(2, 1), activation="sigmoid")(x)


def _same(x):
    x = layers.Reshape((6, 5, 2))(layers.Dense(60, "leaky_relu", use_bias=False)(x))
    x = layers.Conv2D(4, (3, 4), strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(5, 2, strides=(3, 1), padding="same")(x)
    return layers.Dense(11)(layers.ReLU()(x))  # on the last axis


def _shapes(x):
    x = layers.Reshape((6, 4, 3))(layers.Dense(72)(x))
    x = layers.UpSampling2D((2, 3))(x)
    x = layers.Cropping2D(((1, 2), (0, 5)))(x)
    x = layers.Rescaling(0.5, offset=0.25)(layers.Resizing(5, 16)(x))  # shorter one way, longer the other
    return layers.Reshape((10, 8, 3))(layers.Flatten()(x))


@pytest.mark.parametrize("decode", [_valid, _same, _shapes])
@pytest.mark.parametrize("link", [layers.Activation("sigmoid"), Clip()], ids=["sigmoid", "clip"])
def test_every_layer_as_keras_may_be_told_to_use_it(page: Page, network_page: NetworkPage, decode, link):
    twins = with_random_weights(chain_twins(3, decode, type(link).from_config(link.get_config())))
    codes = 2 * some_codes(40, 3)
    expected = twins.generator(codes).numpy()
    assert expected.std() > 0.05
    floats, _ = network_page.run(page, twins, codes)
    np.testing.assert_allclose(floats, expected, atol=1e-5)
