"""Variants trained on real images, and measures of what one has learnt: none of them is a term of its own loss.

`benchmarks/claims.py` has what each variant must reach, for every data set alike.
"""

from dataclasses import dataclass
from functools import lru_cache

import keras
import numpy as np

from explorer.datasets.loading import Images, load_images
from models.program import Program, build
from models.spec import tensors as t
from models.spec.experiment import Experiment
from models.training import TrainingLoop, epoch_batches

LATENT = 8
SAMPLES = 300
TESTED = 1000  # images at most: the distance from the prior takes the square of it
NOISE = 0.3  # of a noisy image's pixels
REFERENCES = 600  # real images to which a drawn one may come near
JUDGED = 12_000  # images that the judge learns from, at least


@dataclass(frozen=True)
class Plan:
    """On which data the variants are trained, and for how long: steps are of 128 images, 330 of digits."""

    dataset: str
    epochs: int


DIGITS = Plan("digits", epochs=30)
MNIST = Plan("mnist", epochs=3)


@dataclass(frozen=True)
class Trained:
    plan: Plan
    program: Program

    @property
    def experiment(self) -> Experiment:
        return self.program.experiment

    @property
    def data(self) -> Images:
        return loaded(self.plan.dataset)

    def beside(self, variant: str) -> "Trained":
        """Another variant that was trained alike, to compare with."""
        return trained(self.plan, variant, latent_dim=self.experiment.latent_dim)


@lru_cache
def loaded(dataset: str) -> Images:
    return load_images(dataset)


def unit(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 255


def trained(plan: Plan, variant: str, longer: int = 1, latent_dim: int = LATENT, **settings) -> Trained:
    """Trained once in a process, for `longer` times the plan's epochs."""
    return _trained(plan, variant, longer, latent_dim=latent_dim, **settings)


@lru_cache
def _trained(plan: Plan, variant: str, longer: int, **settings) -> Trained:
    """Whole epochs in one call into TensorFlow each, the short last batch left out."""
    data, epochs = loaded(plan.dataset), plan.epochs * longer
    common = {"learning_rate": 2e-3, "capacity_epochs": epochs / 3}
    experiment = Experiment.parse({"variant": variant, **common, **settings})
    program = build(experiment, data.images.shape[1:], len(data.class_names))
    loop, size = TrainingLoop(program.model, data.images, data.labels), experiment.batch_size
    steps = len(data.images) // size
    weights = np.array([float(weight.numpy()) for weight in program.model.term_weights], np.float32)
    for epoch in range(epochs):
        batches = epoch_batches(np.arange(len(data.images)), size, experiment.seed, epoch)[:steps]
        loop.train_many(np.stack(batches), np.tile(weights, (steps, 1)), epoch + np.arange(steps) / steps)
    return Trained(plan, program)


def tested(data: Images) -> tuple[np.ndarray, np.ndarray]:
    """Test images in 0..1 from all over the file, and their classes."""
    every = -(-len(data.test_images) // TESTED)
    return unit(data.test_images[::every]), data.test_labels[::every]


def encoded(model: Trained) -> dict[str, np.ndarray]:
    """Return what the encoder gives for the test images."""
    twins = model.program.twins
    tensors = twins.encoder(twins.inputs(*tested(model.data)))
    return {name: np.asarray(value, np.float64) for name, value in tensors.items()}


def error(model: Trained, noise: float = 0.0) -> float:
    """Of the reconstructions of the test images, noisy or not, as a share of the mean image's error."""
    clean, labels = tested(model.data)
    shown = clean + np.random.default_rng(4).normal(0, noise, clean.shape).astype(np.float32)
    twins = model.program.twins
    found = twins.inference(twins.inputs(shown, labels))[t.RECONSTRUCTION].numpy()
    return float(np.mean((found - clean) ** 2) / np.mean((clean - clean.mean(axis=0)) ** 2))


def kls(model: Trained) -> np.ndarray:
    """KL of each dimension, mean over the test images."""
    tensors = encoded(model)
    mean, log_var = tensors[t.Z_MEAN], tensors[t.Z_LOG_VAR]
    return (0.5 * (np.exp(log_var) + mean**2 - 1 - log_var)).mean(axis=0)


def distance_from_prior(model: Trained) -> float:
    """Squared MMD of the test images' codes from a standard normal, with a Gaussian kernel as wide as the space."""
    z = encoded(model)[t.Z]
    prior = np.random.default_rng(1).normal(size=(SAMPLES, z.shape[1]))

    def kernel(a, b):
        squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * a @ b.T
        return np.exp(-squares / (2 * z.shape[1]))

    def within(a):
        return (kernel(a, a).sum() - len(a)) / (len(a) * (len(a) - 1))

    return float(within(z) + within(prior) - 2 * kernel(z, prior).mean())


def dependence(model: Trained) -> float:
    """Total correlation of the codes as if they were Gaussian, in nats."""
    return float(-0.5 * np.linalg.slogdet(np.corrcoef(encoded(model)[t.Z].T))[1])


def crowding(model: Trained) -> float:
    """Hoyer's sparsity of each code, 0 where all dimensions are alike and 1 where one is used alone."""
    z = encoded(model)[t.Z]
    ratio = np.abs(z).sum(axis=1) / np.sqrt((z**2).sum(axis=1))
    return float(((np.sqrt(z.shape[1]) - ratio) / (np.sqrt(z.shape[1]) - 1)).mean())


def codebook_used(model: Trained) -> float:
    """Share of the codebook that some test image is given."""
    layer = model.program.twins.encoder.get_layer("quantizer")
    parts = encoded(model)[t.Z_ENCODED].astype(np.float32).reshape(-1, layer.codebook.shape[1])
    return len(np.unique(layer.nearest(parts))) / layer.size


def drawn(model: Trained) -> tuple[np.ndarray, np.ndarray]:
    """Images from the prior, and the classes that a conditional model was asked for."""
    codes = np.random.default_rng(2).normal(size=(SAMPLES, model.experiment.latent_dim)).astype(np.float32)
    labels = np.arange(SAMPLES) % len(model.data.class_names)
    twins = model.program.twins
    return twins.generator(twins.with_class(codes, labels)).numpy(), labels


def distance_from_images(model: Trained) -> float:
    """Mean error from each drawn image to the nearest real one, as a share of that of noise.

    The noise has the real pixels, each from another place of another image.
    """
    pixels = unit(model.data.images).ravel()
    noise = np.random.default_rng(3).choice(pixels, (SAMPLES, *model.data.images.shape[1:]))
    return _nearest(drawn(model)[0], model.data) / _nearest(noise, model.data)


def _nearest(images: np.ndarray, data: Images) -> float:
    real, flat = unit(data.images[:REFERENCES]).reshape(REFERENCES, -1), images.reshape(len(images), -1)
    squares = (flat**2).sum(1)[:, None] + (real**2).sum(1)[None] - 2 * flat @ real.T
    return float(squares.min(axis=1).mean())


def variety(model: Trained) -> float:
    """Spread of the drawn images' pixels, as a share of the real ones'."""
    return float(drawn(model)[0].std(axis=0).mean() / unit(model.data.images).std(axis=0).mean())


@lru_cache
def judge(dataset: str) -> tuple[keras.Model, float]:
    """A classifier that learnt from the real images alone, and the share of the test images that it gets right."""
    data = loaded(dataset)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.layers.Flatten(), keras.layers.Dense(128, "relu"), keras.layers.Dense(len(data.class_names))]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    epochs = -(-JUDGED // len(data.images))
    model.fit(unit(data.images), data.labels, batch_size=64, epochs=epochs, verbose=0)
    return model, model.evaluate(*tested(data), verbose=0)[1]


def drawn_as_asked(model: Trained) -> float:
    """Share of the drawn images that the judge takes for the class that was asked for."""
    images, asked = drawn(model)
    return float((judge(model.plan.dataset)[0].predict(images, verbose=0).argmax(axis=1) == asked).mean())
