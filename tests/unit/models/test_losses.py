"""Every loss term against its closed form, an independent computation in float64, and the gradient it must have."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.losses import TERMS, gaussian_kl, term
from models.pixels import PIXEL_MODELS, Clip, bernoulli_nll, gaussian_nll, grey_level_error
from models.spec import catalogue
from models.spec.experiment import Experiment

FEW = settings(max_examples=40, deadline=None)


def finite(low: float, high: float, shape: tuple[int, ...]):
    return arrays(np.float32, shape, elements=st.floats(low, high, width=32))


def kl(mean, log_var) -> np.ndarray:
    return gaussian_kl(tf.constant(mean, tf.float32), tf.constant(log_var, tf.float32)).numpy()


def test_kl_of_the_prior_itself_is_zero():
    assert kl(np.zeros((3, 100)), np.zeros((3, 100))).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("mean", "log_var", "nats"),
    [
        ([2.0], [0.0], 2.0),  # half the squared mean
        ([0.0], [np.log(4.0)], 0.5 * (4 - 1 - np.log(4))),
        ([1.0, -1.0, 0.0], [0.0, np.log(0.25), 0.0], 0.5 + 0.5 * (0.25 + 1 - 1 + np.log(4))),
        ([0.0], [-50.0], 0.5 * 49),  # a posterior that is almost a point
    ],
)
def test_kl_of_known_posteriors_is_summed_over_dimensions(mean, log_var, nats):
    np.testing.assert_allclose(kl([mean], [log_var]), [nats], rtol=1e-6)


@given(finite(-5, 5, (4, 7)), finite(-10, 5, (4, 7)))
@FEW
def test_kl_is_what_float64_says_and_never_negative(mean, log_var):
    m, v = mean.astype(np.float64), log_var.astype(np.float64)
    expected = 0.5 * (np.exp(v) + m**2 - 1 - v).sum(axis=1)
    np.testing.assert_allclose(kl(mean, log_var), expected, rtol=1e-5, atol=1e-5)
    assert (kl(mean, log_var) >= -1e-5).all()


@pytest.mark.parametrize(
    ("logit", "target", "nats"),
    [(90, 1, 0), (-90, 0, 0), (90, 0, 90), (-90, 1, 90), (0, 0.25, np.log(2)), (-90, 0.5, 45)],
)
def test_bernoulli_is_right_far_from_zero(logit, target, nats):
    x, logits = tf.fill((1, 1, 1, 1), float(target)), tf.fill((1, 1, 1, 1), float(logit))
    np.testing.assert_allclose(bernoulli_nll(x, logits).numpy(), [nats], rtol=1e-6, atol=1e-30)


@given(finite(0, 1, (2, 3, 4, 3)), finite(-60, 60, (2, 3, 4, 3)))
@FEW
def test_bernoulli_is_what_float64_says(x, logits):
    t, l = x.astype(np.float64), logits.astype(np.float64)  # noqa: E741 (a logit)
    expected = (np.logaddexp(0, l) - t * l).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(bernoulli_nll(tf.constant(x), tf.constant(logits)), expected, rtol=1e-5, atol=1e-4)


@given(finite(0, 1, (2, 3, 4, 3)), finite(-2, 3, (2, 3, 4, 3)), st.floats(0.01, 10))
@FEW
def test_gaussian_is_the_negative_log_density(x, mean, sigma):
    density = np.exp(-0.5 * ((x.astype(np.float64) - mean) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    with np.errstate(divide="ignore"):
        expected = -np.log(density).sum(axis=(1, 2, 3))
    found = gaussian_nll(tf.constant(x), tf.constant(mean), sigma).numpy()
    kept = np.isfinite(expected)  # where the density itself is no double any more, the logarithm still is
    np.testing.assert_allclose(found[kept], expected[kept], rtol=1e-4, atol=1e-3)
    assert np.isfinite(found).all()


@given(finite(0, 255, (2, 3, 4, 3)), finite(-300, 600, (2, 3, 4, 3)))
@FEW
def test_the_questions_loss_is_the_plain_mean_of_squares(x, output):
    expected = ((x.astype(np.float64) - output) ** 2).mean(axis=(1, 2, 3))
    found = grey_level_error(tf.constant(x / np.float32(255)), tf.constant(output))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("pixel_model", catalogue.PIXEL_MODELS)
def test_a_perfect_picture_has_the_least_loss_in_the_range_that_the_pixel_model_says(pixel_model):
    """A grey image is best at the linear output whose link shows that grey, and the loss falls towards it."""
    made = term("reconstruction", Experiment.parse({"variant": "ae", "pixel_model": pixel_model}))
    info, grey = catalogue.PIXEL_MODELS[pixel_model], 0.75
    outputs = np.linspace(-4, 4, 801) if info.output == "logits" else np.linspace(-1, 2, 601) * info.scale
    outputs = tf.reshape(tf.constant(outputs, tf.float32), (-1, 1, 1, 1))
    losses = np.asarray(made.function(tf.fill(outputs.shape, grey), {info.output: outputs}))
    shown = PIXEL_MODELS[pixel_model].link(outputs)
    assert np.asarray(shown).ravel()[losses.argmin()] == pytest.approx(grey, abs=0.01)


@pytest.mark.parametrize("nll", [bernoulli_nll, lambda x, output: gaussian_nll(x, output, 0.25)])
def test_every_channel_and_pixel_counts_in_full(nll):
    rng = np.random.default_rng(0)
    x, output = rng.random((5, 4, 6, 3), np.float32), rng.normal(size=(5, 4, 6, 3)).astype(np.float32)
    apart = [nll(tf.constant(x[..., c : c + 1]), tf.constant(output[..., c : c + 1])).numpy() for c in range(3)]
    together = nll(tf.constant(x), tf.constant(output)).numpy()
    assert together.shape == (5,)
    np.testing.assert_allclose(together, sum(apart), rtol=1e-5)
    np.testing.assert_allclose(nll(tf.constant(x[:1]), tf.constant(output[:1])), together[:1], rtol=1e-6)


def gradient(loss, logit: float) -> float:
    """Of `loss(target, logit)` at target 1, by the logit."""
    value = tf.fill((1, 1, 1, 1), logit)
    with tf.GradientTape() as tape:
        tape.watch(value)
        total = tf.reduce_sum(loss(tf.ones((1, 1, 1, 1)), value))
    return float(tf.reduce_sum(tape.gradient(total, value)))


def probabilities(x, logits):
    return keras.losses.binary_crossentropy(x, tf.sigmoid(logits))


def resized(x, logits):
    shown = keras.ops.image.resize(keras.ops.sigmoid(logits), (1, 1), interpolation="bilinear")
    return keras.losses.binary_crossentropy(x, shown)


def test_a_wrong_pixel_at_a_logit_of_minus_30_still_learns():
    assert gradient(bernoulli_nll, -30.0) == pytest.approx(-1, abs=1e-6)
    assert gradient(tf.function(bernoulli_nll), -30.0) == pytest.approx(-1, abs=1e-6)


@pytest.mark.parametrize("wiring", [probabilities, resized, tf.function(resized)])
def test_the_wirings_that_the_pixel_model_rules_out_do_not_learn_there(wiring):
    assert gradient(wiring, -30.0) == 0


@pytest.mark.parametrize(("sigma", "expected"), [(1.0, -1.5), (0.5, -6.0)])
def test_the_gaussian_gradient_is_the_error_over_the_variance(sigma, expected):
    assert gradient(lambda x, mean: gaussian_nll(x, mean, sigma), -0.5) == pytest.approx(expected)


@given(finite(-3, 4, (2, 2, 2, 1)))
@FEW
def test_the_gaussian_link_is_a_clip(mean):
    # TensorFlow takes numbers below float32's normal range for 0.
    np.testing.assert_allclose(Clip()(tf.constant(mean)).numpy(), np.clip(mean, 0, 1), rtol=0, atol=1e-37)


@pytest.mark.parametrize("pixel_model", catalogue.PIXEL_MODELS)
@pytest.mark.parametrize("name", TERMS)
def test_a_term_reads_just_what_the_catalogue_says_and_gives_a_vector(name, pixel_model):
    variant = next(v for v, info in catalogue.VARIANTS.items() if name in info.weights)
    experiment = Experiment.parse({"variant": variant, "pixel_model": pixel_model, "terms": {name: 3.0}})
    made = term(name, experiment)
    image = np.random.default_rng(0).random((5, 4, 4, 1), np.float32)
    shapes = {"code": (5, 2), "value": (5,), "features": (5, 7), "number": ()}
    of_kind = {"image": image, **{kind: np.full(shape, 0.5, np.float32) for kind, shape in shapes.items()}}
    assert made.needs == catalogue.term_info(name, pixel_model).needs
    kinds = {need: catalogue.TENSORS[need].kind for need in made.needs}
    given_tensors = {need: tf.constant(of_kind[kind]) for need, kind in kinds.items()}  # a KeyError if it reads another
    assert made.function(tf.constant(image), given_tensors).shape == (5,)
    assert made.weight == 3.0
