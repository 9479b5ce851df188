"""The networks of the pairing lab laid open: first weights, last layers, and the gradient that reaches the logits."""

import numpy as np
import pytest

from models.architectures import NETWORKS
from models.pairing_runs import OUTPUT, Inspector, build
from models.spec.pairings import pairing_of, sigmoid
from tests.support.helpers import some_images

SHAPE = (28, 28, 1)


def _model(word: str, network: str = "dense", seed: int = 0):
    return build(pairing_of(word), network, 4, 1e-3, seed, SHAPE)


def _images(count: int = 6) -> np.ndarray:
    return some_images(count) / np.float32(255)


def test_same_seed_same_first_weights_whatever_the_pairing():
    one, other = (_model(letter, "question").network.get_weights() for letter in "AI")
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert not np.array_equal(_model("A", "question", seed=1).network.get_weights()[0], one[0])


# On the dense network every logit is one pixel's, and the loss is a mean over pixels: its gradient has a closed form.
@pytest.mark.parametrize(
    ("word", "gradient"),
    [
        ("0..1~linear~mse~p", lambda x, t: 2 * (t - x)),
        ("0..255~linear~mse~p", lambda x, t: 2 * (t - 255 * x)),
        ("-1..1~linear~mae~p", lambda x, t: np.sign(t - (2 * x - 1))),
        ("0..1~linear~bce_logits~p", lambda x, t: sigmoid(t) - x),
        ("0..1~sigmoid~bce~p", lambda x, t: sigmoid(t) - x),
        ("0..1~sigmoid~mse~p", lambda x, t: 2 * (sigmoid(t) - x) * sigmoid(t) * (1 - sigmoid(t))),
        ("0..1~sigmoid~bce_logits~p", lambda x, t: (sigmoid(sigmoid(t)) - x) * sigmoid(t) * (1 - sigmoid(t))),
    ],
)
def test_the_gradient_that_reaches_the_logits(word, gradient):
    images = _images()
    look = Inspector(_model(word)).inspect(images)
    assert look.logits.shape == (6, 784)
    expected = gradient(images.reshape(6, -1), look.logits)
    np.testing.assert_allclose(look.gradient, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("last", ["linear", "sigmoid", "tanh"])
def test_the_last_layer_comes_behind_the_last_weights(network, last):
    """In the question's network the resize follows it, which is what hides the sigmoid from Keras."""
    look = Inspector(_model(f"0..1~{last}~mse~p", network)).inspect(_images())
    assert look.outputs.shape == (6, *SHAPE)
    apply = {"linear": lambda x: x, "sigmoid": sigmoid, "tanh": np.tanh}[last]
    if network == "question":
        assert look.logits.shape == (6, 20, 20, 1)
        ends = apply(look.logits)
        assert ends.min() <= look.outputs.min()
        assert look.outputs.max() <= ends.max()
    else:
        np.testing.assert_allclose(apply(look.logits).reshape(6, -1)[:, 0], look.outputs[:, 0, 0, 0], atol=1e-6)


def test_targets_and_inputs_are_in_the_data_range():
    images = _images()
    model = _model("0..255~linear~mse~p")
    outputs = model(images)[OUTPUT].numpy()
    assert Inspector(model).inspect(images).loss == pytest.approx(np.square(255 * images - outputs).mean(), rel=1e-5)
