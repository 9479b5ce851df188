"""Every term of the catalogue against its formula in float64 NumPy, written down independently."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.layers import CriticSlope, Densities, Quantizer, Shuffle
from models.losses import term
from models.spec import catalogue, tensors
from models.spec.experiment import Experiment

COUNT, LATENT = 6, 3


def named(seed: int = 0) -> dict[str, np.ndarray]:
    """Values for every named tensor, float32."""
    rng = np.random.default_rng(seed)
    shapes = {"image": (COUNT, 4, 4, 1), "code": (COUNT, LATENT), "value": (COUNT,), "features": (COUNT, 5)}
    shapes |= {"classes": (COUNT, 2), "number": ()}
    made = {name: np.asarray(rng.normal(size=shapes[info.kind])) for name, info in catalogue.TENSORS.items()}
    made = {**made, tensors.X: rng.random(shapes["image"]), tensors.EPOCHS: np.array(3.0)}
    return {name: value.astype(np.float32) for name, value in made.items()}


def value_of(name: str, given: dict[str, np.ndarray], **settings) -> np.ndarray:
    variant = next(v for v, info in catalogue.VARIANTS.items() if name in info.weights)
    made = term(name, Experiment.parse({"variant": variant, "latent_dim": 4, **settings}))
    fed = {need: tf.constant(given[need]) for need in made.needs}
    return np.asarray(made.function(tf.constant(given[tensors.X]), fed))


def softplus(x):
    return np.log1p(np.exp(x))


def kls(t):
    return 0.5 * (np.exp(t["z_log_var"]) + t["z_mean"] ** 2 - 1 - t["z_log_var"])


def same(value) -> np.ndarray:
    """One number for the batch."""
    return np.full(COUNT, value)


def density(z: float, mean: float, log_var: float) -> float:
    return math.exp(-((z - mean) ** 2) / (2 * math.exp(log_var))) / math.sqrt(2 * math.pi * math.exp(log_var))


def mixtures(t) -> tuple[np.ndarray, np.ndarray]:
    """log q(z) and Σ log q(z_j) of each code, the posteriors' mean over the batch, one density after the other."""
    joint, marginals = np.zeros(COUNT), np.zeros(COUNT)
    for i in range(COUNT):
        each = np.array(
            [
                [density(t["z"][i, j], t["z_mean"][k, j], t["z_log_var"][k, j]) for j in range(LATENT)]
                for k in range(COUNT)
            ]
        )
        joint[i] = math.log(each.prod(axis=1).mean())
        marginals[i] = np.log(each.mean(axis=0)).sum()
    return joint, marginals


def log_posterior(t) -> np.ndarray:
    own = [
        [math.log(density(*each)) for each in zip(*row, strict=True)]
        for row in zip(t["z"], t["z_mean"], t["z_log_var"], strict=True)
    ]
    return np.sum(own, axis=1)


def log_prior(t) -> np.ndarray:
    return np.sum(-0.5 * (t["z"] ** 2 + math.log(2 * math.pi)), axis=1)


def kernel(a, b) -> float:
    return 2 * LATENT / (2 * LATENT + float(((a - b) ** 2).sum()))


def mmd(t) -> float:
    z, prior, pairs = t["z"], t["z_prior"], COUNT * (COUNT - 1)
    within = sum(kernel(s[i], s[j]) for s in (z, prior) for i in range(COUNT) for j in range(COUNT) if i != j)
    return within / pairs - 2 * sum(kernel(a, b) for a in z for b in prior) / COUNT**2


def sparsity(t, share: float) -> float:
    mean = np.clip(t["z"].mean(axis=0), 1e-6, 1 - 1e-6)
    return float((share * np.log(share / mean) + (1 - share) * np.log((1 - share) / (1 - mean))).sum())


EXPECTED = {
    "kl": lambda t: kls(t).sum(axis=1),
    "l1": lambda t: np.abs(t["z"]).sum(axis=1),
    "sparsity": lambda t: same(sparsity(t, 0.05)),
    "free_bits": lambda t: same(np.maximum(0.5, kls(t).mean(axis=0)).sum()),
    "capacity": lambda t: same(abs(25 * 3 / 10 - kls(t).sum(axis=1).mean())),
    "mutual_information": lambda t: t["log_posterior"] - t["log_aggregate"],
    "total_correlation": lambda t: t["log_aggregate"] - t["log_marginals"],
    "dimension_kl": lambda t: t["log_marginals"] - t["log_prior"],
    "mmd": lambda t: same(mmd(t)),
    "codebook": lambda t: ((t["z_encoded"] - t["codeword"]) ** 2).sum(axis=1),
    "commitment": lambda t: ((t["z_encoded"] - t["codeword"]) ** 2).sum(axis=1),
    "fools_critic": lambda t: softplus(-t["score_on_sample"]),
    "critic_real": lambda t: softplus(-t["score_on_x"]),
    "critic_fake": lambda t: softplus(t["score_on_sample"]),
    "raises_score": lambda t: -t["score_on_sample"],
    "score_real": lambda t: -t["score_on_x"],
    "score_fake": lambda t: t["score_on_sample"],
    "gradient_penalty": lambda t: (t["score_slope"] - 1) ** 2,
    "code_fools_critic": lambda t: softplus(-t["score_on_code"]),
    "critic_prior": lambda t: softplus(-t["score_on_prior"]),
    "critic_code": lambda t: softplus(t["score_on_code"]),
    "feature_reconstruction": lambda t: 0.5 * ((t["features_on_x"] - t["features_on_reconstruction"]) ** 2).sum(axis=1),
    "density_ratio": lambda t: t["score_on_code"],
    "critic_joint": lambda t: softplus(-t["score_on_code"]),
    "critic_shuffled": lambda t: softplus(t["score_on_shuffled"]),
    "code_regression": lambda t: 0.5 * ((t["z_prior"] - t["sample_code"]) ** 2).sum(axis=1),
}  # the reconstruction is the pixel models', whose tests are with them


@pytest.mark.parametrize("name", catalogue.TERMS)
def test_a_term_is_its_formula(name):
    if catalogue.TERMS[name].of_pixels:
        return
    given = named()
    if name == "sparsity":  # of activations in 0..1
        given[tensors.Z] = np.random.default_rng(1).random((COUNT, LATENT), np.float32)
    expected = EXPECTED[name]({key: value.astype(np.float64) for key, value in given.items()})
    np.testing.assert_allclose(value_of(name, given), expected, rtol=2e-5, atol=2e-5)


def test_densities_are_those_of_every_code_under_every_posterior_of_the_batch():
    given = named()
    found = Densities()(*(given[name] for name in (tensors.Z, *tensors.POSTERIOR)))
    wide = {key: value.astype(np.float64) for key, value in given.items()}
    for value, expected in zip(found, (log_posterior(wide), *mixtures(wide), log_prior(wide)), strict=True):
        np.testing.assert_allclose(value, expected, rtol=2e-5, atol=2e-5)


def test_the_three_parts_of_the_kl_add_up_to_it():
    given = named()
    parts = sum(value_of(name, given) for name in ("mutual_information", "total_correlation", "dimension_kl"))
    np.testing.assert_allclose(parts, given[tensors.LOG_POSTERIOR] - given[tensors.LOG_PRIOR], rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(("epochs", "wanted"), [(0.0, 0.0), (5.0, 12.5), (10.0, 25.0), (99.0, 25.0)])
def test_the_capacity_grows_to_its_full_size(epochs, wanted):
    given = named() | {tensors.EPOCHS: np.array(epochs, np.float32)}
    nats = kls({key: value.astype(np.float64) for key, value in given.items()}).sum(axis=1).mean()
    np.testing.assert_allclose(value_of("capacity", given), same(abs(wanted - nats)), rtol=2e-5)


def test_a_dimension_within_its_free_nats_gets_no_gradient():
    given = {name: tf.Variable(value) for name, value in named().items() if name in tensors.POSTERIOR}
    nats = np.sort(kls({name: np.asarray(value) for name, value in given.items()}).mean(axis=0))
    enough = float(nats[:2].mean())  # for the first of them
    made = term("free_bits", Experiment.parse({"variant": "free_bits_vae", "free_nats": enough}))
    with tf.GradientTape() as tape:
        value = made.function(tf.zeros((COUNT, 4, 4, 1)), given)
    gradient = tape.gradient(value, given[tensors.Z_MEAN]).numpy()
    free = kls({name: np.asarray(value) for name, value in given.items()}).mean(axis=0) < enough
    assert 0 < free.sum() < LATENT
    assert (np.abs(gradient).sum(axis=0) == 0).tolist() == free.tolist()


def test_the_distance_from_the_prior_of_a_batch_of_one_is_a_number():
    one = {name: value[:1] if value.ndim else value for name, value in named().items()}
    assert np.isfinite(value_of("mmd", one)).all()


def test_the_slope_of_a_linear_critic_is_the_norm_of_its_weights():
    image = keras.Input((4, 4, 1))
    logit = keras.layers.Reshape(())(keras.layers.Dense(1)(keras.layers.Flatten()(image)))
    critic = keras.Model(image, {"critic": logit})
    x, sample = (np.random.default_rng(seed).random((5, 4, 4, 1), np.float32) for seed in (0, 1))
    norm = np.linalg.norm(critic.weights[0].numpy().astype(np.float64))
    np.testing.assert_allclose(CriticSlope(critic)(x, sample), np.full(5, norm), rtol=1e-5)


def test_the_slope_teaches_the_critic():
    """The penalty's gradient against a difference quotient: it goes through a gradient."""
    keras.utils.set_random_seed(0)  # by chance alone, a gradient could be too small to compare
    image = keras.Input((2, 2, 1))
    hidden = keras.layers.Dense(4, "tanh")(keras.layers.Flatten()(image))
    critic = keras.Model(image, {"critic": keras.layers.Reshape(())(keras.layers.Dense(1)(hidden))})
    x = np.random.default_rng(0).random((3, 2, 2, 1), np.float32)
    slope = CriticSlope(critic)
    kernel_ = critic.weights[0]

    def penalty():
        return tf.reduce_mean(tf.square(slope(x, x) - 1.0))  # between an image and itself there is no chance

    with tf.GradientTape() as tape:
        value = penalty()
    gradient, before, step = tape.gradient(value, kernel_.value).numpy()[1, 2], kernel_.numpy(), 1e-2
    moved = []
    for sign in (1, -1):
        changed = before.copy()
        changed[1, 2] += sign * step
        kernel_.assign(changed)
        moved.append(float(penalty()))
    assert gradient == pytest.approx((moved[0] - moved[1]) / (2 * step), rel=2e-2)


def test_a_quantized_code_is_made_of_the_nearest_entries_and_its_gradient_passes_straight_through():
    layer = Quantizer(size=7, codewords=2)
    z = tf.Variable(np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32) * 0.05)
    with tf.GradientTape(persistent=True) as tape:
        code, codeword = layer(z)
        through, to_book = tf.reduce_sum(3.0 * code), tf.reduce_sum(codeword)
    book, parts = np.asarray(layer.codebook), np.asarray(z).reshape(10, 3)
    nearest = ((parts[:, None] - book[None]) ** 2).sum(axis=-1).argmin(axis=1)
    np.testing.assert_array_equal(layer.nearest(parts), nearest)
    np.testing.assert_array_equal(codeword, book[nearest].reshape(5, 6))
    np.testing.assert_array_equal(code, codeword)  # exactly: a map shows one spot for one code
    np.testing.assert_array_equal(tape.gradient(through, z), np.full((5, 6), 3.0))
    assert tape.gradient(to_book, z) is None
    counts = np.bincount(nearest, minlength=7)
    np.testing.assert_allclose(
        tf.convert_to_tensor(tape.gradient(to_book, layer.codebook.value)), np.repeat(counts[:, None], 3, axis=1)
    )


def test_shuffled_codes_keep_each_dimensions_values_and_lose_their_company():
    z = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    shuffled = np.asarray(Shuffle(seed=3)(z))
    np.testing.assert_array_equal(np.sort(shuffled, axis=0), np.sort(z, axis=0))
    rows = {tuple(row) for row in z.tolist()}
    assert sum(tuple(row) in rows for row in shuffled.tolist()) < 3
