"""Every variant learns what it is for, on real digits, measured by something that is no term of its own."""

from collections.abc import Callable
from functools import lru_cache

import keras
import numpy as np
import pytest

from explorer.datasets.loading import Images, load_images
from models import tensors
from models.catalogue import VARIANTS
from models.experiment import Experiment
from models.training import TrainingLoop
from models.variants import Program, build

LATENT = 8
SAMPLES = 300


@lru_cache
def digits() -> Images:
    return load_images("digits")


def unit(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 255


@lru_cache
def trained(variant: str, epochs: int = 30, **settings) -> Program:
    """Whole epochs in one call into TensorFlow each, the short last batch left out."""
    data = digits()
    experiment = Experiment.parse({"variant": variant, "latent_dim": LATENT, "learning_rate": 2e-3, **settings})
    program = build(experiment, data.images.shape[1:], len(data.class_names))
    loop, rng = TrainingLoop(program.model, data.images, data.labels), np.random.default_rng(0)
    steps = len(data.images) // experiment.batch_size
    weights = np.array([float(weight.numpy()) for weight in program.model.term_weights], np.float32)
    for epoch in range(epochs):
        order = rng.permutation(len(data.images))[: steps * experiment.batch_size].astype(np.int32)
        passed = epoch + np.arange(steps) / steps
        loop.train_many(order.reshape(steps, -1), np.tile(weights, (steps, 1)), passed)
    return program


def encoded(program: Program) -> dict[str, np.ndarray]:
    data = digits()
    named = program.twins.encoder(program.told(unit(data.test_images), data.test_labels))
    return {name: np.asarray(value, np.float64) for name, value in named.items()}


def error(program: Program, images: np.ndarray | None = None) -> float:
    """Of the reconstructions of the test images (or of these in their place), as a share of the mean image's error."""
    data, clean = digits(), unit(digits().test_images)
    shown = program.twins.inference(program.told(clean if images is None else images, data.test_labels))
    mean = np.mean((clean - clean.mean(axis=0)) ** 2)
    return float(np.mean((shown[tensors.RECONSTRUCTION].numpy() - clean) ** 2) / mean)


def kls(program: Program) -> np.ndarray:
    """KL of each dimension, mean over the test images."""
    named = encoded(program)
    mean, log_var = named[tensors.Z_MEAN], named[tensors.Z_LOG_VAR]
    return (0.5 * (np.exp(log_var) + mean**2 - 1 - log_var)).mean(axis=0)


def distance_from_prior(program: Program) -> float:
    """Squared MMD of the test images' codes from a standard normal, with a Gaussian kernel as wide as the space."""
    z, prior = encoded(program)[tensors.Z], np.random.default_rng(1).normal(size=(SAMPLES, LATENT))

    def kernel(a, b):
        return np.exp(-((a[:, None] - b[None]) ** 2).sum(axis=-1) / (2 * LATENT))

    count, drawn = len(z), len(prior)
    within = (kernel(z, z).sum() - count) / (count * (count - 1)) + (kernel(prior, prior).sum() - drawn) / (
        drawn * (drawn - 1)
    )
    return float(within - 2 * kernel(z, prior).mean())


def dependence(program: Program) -> float:
    """Total correlation of the codes as if they were Gaussian, in nats."""
    return float(-0.5 * np.linalg.slogdet(np.corrcoef(encoded(program)[tensors.Z].T))[1])


def crowding(z: np.ndarray) -> float:
    """Hoyer's sparsity of each code, 0 where all dimensions are alike and 1 where one is used alone."""
    ratio = np.abs(z).sum(axis=1) / np.sqrt((z**2).sum(axis=1))
    return float(((np.sqrt(z.shape[1]) - ratio) / (np.sqrt(z.shape[1]) - 1)).mean())


def drawn(program: Program) -> tuple[np.ndarray, np.ndarray]:
    """Images from the prior, and the classes that a conditional model was asked for."""
    codes = np.random.default_rng(2).normal(size=(SAMPLES, LATENT)).astype(np.float32)
    labels = np.arange(SAMPLES) % 10
    return program.twins.generator(program.coded(codes, labels)).numpy(), labels


def nearest(images: np.ndarray) -> float:
    """Mean squared error from each image to the nearest of the training images."""
    real = unit(digits().images[:600]).reshape(600, -1)
    flat = images.reshape(len(images), -1)
    squares = (flat**2).sum(1)[:, None] + (real**2).sum(1)[None] - 2 * flat @ real.T
    return float((squares.min(axis=1) / real.shape[1]).mean())


def noise() -> np.ndarray:
    """Images of the real pixels, each pixel from another place of another image."""
    pixels = unit(digits().images).ravel()
    return np.random.default_rng(3).choice(pixels, (SAMPLES, *digits().images.shape[1:]))


def draws_better_than_noise(program: Program) -> None:
    images, _ = drawn(program)
    assert nearest(images) < 0.5 * nearest(noise())
    real = unit(digits().images).std(axis=0).mean()
    assert images.std(axis=0).mean() > 0.3 * real, "the samples are nearly all the same"


def draws_the_digit_that_was_asked_for(program: Program) -> None:
    data = digits()
    keras.utils.set_random_seed(0)
    judge = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(128, "relu"), keras.layers.Dense(10)])
    judge.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    judge.fit(unit(data.images), data.labels, batch_size=64, epochs=8, verbose=0)
    assert judge.evaluate(unit(data.test_images), data.test_labels, verbose=0)[1] > 0.93
    images, asked = drawn(program)
    assert (judge.predict(images, verbose=0).argmax(axis=1) == asked).mean() >= 0.8


def uses_half_of_its_codebook(program: Program) -> None:
    layer = program.twins.encoder.get_layer("quantizer")
    parts = encoded(program)[tensors.Z_ENCODED].astype(np.float32).reshape(-1, layer.codebook.shape[1])
    assert len(np.unique(layer.nearest(parts))) >= layer.size / 2
    assert error(program) < 0.8


def removes_noise(program: Program) -> None:
    clean = unit(digits().test_images)
    noisy = clean + np.random.default_rng(4).normal(0, 0.3, clean.shape).astype(np.float32)
    assert error(program, noisy) < 0.6
    assert error(program, noisy) < error(trained("ae"), noisy)


def has_codes_like_the_prior(program: Program) -> None:
    assert distance_from_prior(program) < 0.2 * distance_from_prior(trained("ae"))
    assert error(program) < 0.8


def rebuilds(program: Program) -> None:
    assert error(program) < 0.5


def is_sparse(program: Program) -> None:
    plain = trained("ae", latent_dim=program.experiment.latent_dim)
    assert crowding(encoded(program)[tensors.Z]) > crowding(encoded(plain)[tensors.Z]) + 0.1
    assert error(program) < 0.6


def is_on_for_the_set_share(program: Program) -> None:
    on = encoded(program)[tensors.Z].mean(axis=0)
    assert on.mean() == pytest.approx(0.05, abs=0.015)
    assert on.max() < 0.2
    assert error(program) < 0.9


def says_less(program: Program) -> None:
    assert kls(program).sum() < 0.7 * kls(trained("vae")).sum()


def keeps_every_dimension_alive(program: Program) -> None:
    assert kls(program).min() > 0.8 * program.experiment.free_nats
    assert kls(program).min() > kls(trained("vae")).min()


def holds_its_capacity(program: Program) -> None:
    assert kls(program).sum() == pytest.approx(program.experiment.capacity, abs=1.0)


def has_independent_dimensions(program: Program) -> None:
    assert dependence(program) < 0.7 * dependence(trained("vae"))


Check = Callable[[Program], None]
LEARNS: dict[str, tuple[dict, Check]] = {
    "ae": ({}, rebuilds),
    "denoising_ae": ({}, removes_noise),
    "sparse_ae": ({"latent_dim": 32}, is_sparse),
    "sparse_kl_ae": ({"latent_dim": 32}, is_on_for_the_set_share),
    "vae": ({}, has_codes_like_the_prior),
    "conditional_vae": ({}, draws_the_digit_that_was_asked_for),
    "beta_vae": ({}, says_less),
    "free_bits_vae": ({}, keeps_every_dimension_alive),
    "capacity_vae": ({"capacity": 6.0}, holds_its_capacity),
    "beta_tcvae": ({}, has_independent_dimensions),
    "factor_vae": ({}, has_independent_dimensions),
    "wae": ({}, has_codes_like_the_prior),
    "info_vae": ({}, has_codes_like_the_prior),
    "vq_vae": ({"codewords": 4}, uses_half_of_its_codebook),
    "aae": ({}, has_codes_like_the_prior),
    "vae_gan": ({}, draws_better_than_noise),
    "gan": ({"epochs": 100, "learning_rate": 1e-3}, draws_better_than_noise),
    "wgan_gp": ({}, draws_better_than_noise),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_learns_what_it_is_for(variant):
    settings, check = LEARNS[variant]
    check(trained(variant, **settings))
