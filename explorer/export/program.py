"""What every script does. Never imported: `script.py` reads it as text and specialises it for one experiment.

Keep names of the experiment out of f-strings: Python 3.11 cannot say where they stand in them.
"""
# ruff: noqa: T201 (a script prints)

import keras
import numpy as np

from explorer.datasets.loading import LOADERS, split
from explorer.export.program_model import Learner, TrainingModel, experiment, info, set_epochs, traits
from models.program import OPTIMIZERS
from models.training import epoch_batches
from models.twins import Twins, build_twins


def build() -> tuple[Twins, TrainingModel]:
    """The twins and the model that trains them, freshly initialised."""
    keras.utils.set_random_seed(experiment.seed)
    if experiment.variant_info.conditional:
        twins = build_twins(experiment, info.image_shape, info.classes)
    else:
        twins = build_twins(experiment, info.image_shape)
    if traits.several:
        learners = [
            Learner(
                total,
                experiment.terms_of(total),
                [getattr(twins, name) for name in learner.moves],
                OPTIMIZERS[experiment.optimizer](learning_rate=experiment.learning_rate),
                every=learner.every,
            )
            for total, learner in experiment.variant_info.learners.items()
        ]
        model = TrainingModel(twins.training, learners)
        model.compile(jit_compile=False)  # the learners have the optimizers; XLA gains nothing for networks this small
    else:
        model = TrainingModel(twins.training)  # ty: ignore[missing-argument]
        optimizer = OPTIMIZERS[experiment.optimizer](learning_rate=experiment.learning_rate)
        model.compile(optimizer, jit_compile=False)  # XLA gains nothing for networks this small
    return twins, model


def load_images() -> tuple[np.ndarray, ...]:
    if experiment.variant_info.conditional:
        """Images to train and validate on with their labels, and the same for the test.

        Images are uint8 (n, height, width, channels), labels (n,) whole numbers from 0.
        """
    else:
        """Images to train and validate on, and images for the test: uint8 (n, height, width, channels) each."""
    if experiment.dataset in ("mnist", "fashion_mnist"):
        if experiment.variant_info.conditional:
            (images, labels), (test_images, test_labels) = getattr(keras.datasets, experiment.dataset).load_data()
            return images[..., np.newaxis], labels, test_images[..., np.newaxis], test_labels
        (images, _), (test_images, _) = getattr(keras.datasets, experiment.dataset).load_data()
        return images[..., np.newaxis], test_images[..., np.newaxis]
    loaded = LOADERS[experiment.dataset](info)
    if experiment.variant_info.conditional:
        return loaded.images, loaded.labels, loaded.test_images, loaded.test_labels
    return loaded.images, loaded.test_images


def scaled(images: np.ndarray) -> np.ndarray:
    """Images uint8 as float32 in 0..1."""
    return images.astype(np.float32) / 255.0


def told(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    """Images uint8 as float32 in 0..1 and, one-hot, their classes."""
    return [scaled(images), keras.utils.to_categorical(labels, info.classes)]


def train(model: TrainingModel, images: np.ndarray, labels: np.ndarray) -> None:
    """Every epoch on batches in a new order, then a look at the images that were kept back."""
    training, validation = split(len(images), experiment.validation_fraction, experiment.seed)
    for epoch in range(experiment.epochs):
        batches = epoch_batches(training, experiment.batch_size, experiment.seed, epoch)
        model.reset_metrics()
        if traits.scheduled or traits.timed:
            for number, indices in enumerate(batches):
                set_epochs(model, epoch + number / len(batches))
                model.train_on_batch(
                    told(images[indices], labels[indices])
                    if experiment.variant_info.conditional
                    else scaled(images[indices])
                )
        else:
            for indices in batches:
                model.train_on_batch(
                    told(images[indices], labels[indices])
                    if experiment.variant_info.conditional
                    else scaled(images[indices])
                )
        report(f"epoch {epoch + 1}", model.get_metrics_result())
        report(
            "  validation",
            evaluate(
                model,
                images[validation],
                labels[validation] if experiment.variant_info.conditional else traits.no_labels,
            )
        )  # fmt: skip


def evaluate(model: TrainingModel, images: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    if traits.several:
        """The mean of every term and of every total over the images."""
    else:
        """The mean of every term, and their weighted sum, over the images."""
    if traits.of_batch:
        # Some terms are one number for a whole batch, and mean another for a batch of another size.
        return model.evaluate(
            told(images, labels) if experiment.variant_info.conditional else scaled(images),
            batch_size=experiment.batch_size, verbose=0, return_dict=True
        )  # fmt: skip
    return model.evaluate(
        told(images, labels) if experiment.variant_info.conditional else scaled(images),
        batch_size=1000, verbose=0, return_dict=True
    )  # fmt: skip


def report(title: str, means: dict[str, float]) -> None:
    print(f"{title:<14}" + "  ".join(f"{name} {float(value):.2f}" for name, value in means.items()))


def save_pictures(path: str, rows: list[np.ndarray]) -> None:
    """Rows of images in 0..1, (n, height, width, channels) each, as one picture."""
    sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in rows])
    keras.utils.save_img(path, np.rint(255 * sheet), scale=False)


def main() -> None:
    """Train, and save the weights and a picture: test images and, below each, its reconstruction."""
    if experiment.variant_info.conditional:
        images, labels, test_images, test_labels = load_images()
    else:
        images, test_images = load_images()
        labels, test_labels = traits.no_labels, traits.no_labels
    twins, model = build()
    print(f"{twins.parameters:,} parameters")
    train(model, images, labels)
    report("test", evaluate(model, test_images, test_labels))
    twins.encoder.save_weights("encoder.weights.h5")
    twins.decoder.save_weights("decoder.weights.h5")
    if experiment.variant_info.critic is not None:
        twins.critic.save_weights("critic.weights.h5")  # ty: ignore[missing-union-attribute]
    shown = scaled(test_images[:16])
    seen = told(test_images[:16], test_labels[:16]) if experiment.variant_info.conditional else shown
    rows = [shown, twins.inference.predict(seen, verbose=0)["reconstruction"]]
    if experiment.variant_info.prior:  # the last row comes from the prior
        codes = np.random.default_rng(experiment.seed).normal(size=(len(shown), experiment.latent_dim))
        if experiment.variant_info.conditional:  # of each class in turn
            classes = keras.utils.to_categorical(np.arange(len(shown)) % info.classes, info.classes)
            rows.append(twins.generator.predict(np.concatenate([codes, classes], axis=1), verbose=0))
        else:
            rows.append(twins.generator.predict(codes, verbose=0))
    save_pictures("reconstructions.png", rows)
