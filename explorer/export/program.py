"""What every script does. Never imported: `script.py` reads it as text and specialises it for one experiment.

Keep names of the experiment out of f-strings: Python 3.11 cannot say where they stand in them.
"""
# ruff: noqa: T201 (a script prints)

import keras
import numpy as np
import tensorflow as tf

from explorer.datasets.catalogue import dataset_info
from explorer.datasets.loading import LOADERS, split
from models import losses
from models.experiment import Experiment
from models.schedules import SCHEDULES
from models.training import epoch_batches
from models.twins import Twins, build_twins
from models.variants import OPTIMIZERS

# These three stand for the experiment that is exported.
experiment = Experiment()
info = dataset_info(experiment.dataset)
scheduled = any(setting.schedule != "constant" for setting in experiment.terms.values())

# Every term takes the images in 0..1 and the named tensors of the training model, and gives a value for each image.
TERMS = {name: losses.TERMS[name](experiment) for name in experiment.terms}
WEIGHTS = {name: setting.weight for name, setting in experiment.terms.items()}


def weights_at(epochs: float) -> dict[str, float]:
    """The weight of each term after that many epochs."""
    return {
        name: setting.weight
        if setting.schedule == "constant"
        else setting.weight * SCHEDULES[setting.schedule].factor(epochs, setting.schedule_epochs)
        for name, setting in experiment.terms.items()
    }


class TrainingModel(keras.Model):
    """Trains `network` (images -> named tensors) on the weighted sum of TERMS, and reports each of them."""

    def __init__(self, network: keras.Model):
        super().__init__()
        self.network = network
        self.trackers = {name: keras.metrics.Mean(name=name) for name in (*TERMS, "loss")}
        if scheduled:  # variables, so that a weight can move without a new graph
            self.term_weights = {name: keras.Variable(w, trainable=False) for name, w in weights_at(0.0).items()}

    @property
    def metrics(self):
        return list(self.trackers.values())

    def build(self, input_shape):
        """Nothing to build: `network` is functional and has its weights."""

    def call(self, x, training=False):
        return self.network(x, training=training)

    def values(self, x, training: bool) -> dict:
        """Every term and, as "loss", their weighted sum: (batch,) each."""
        named = self(x, training=training)
        values = {name: term(x, named) for name, term in TERMS.items()}
        weights = self.term_weights if scheduled else WEIGHTS
        return {**values, "loss": tf.add_n([weights[name] * value for name, value in values.items()])}

    def train_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            values = self.values(x, training=True)
            loss = tf.reduce_mean(values["loss"])
        variables = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return self.track(values)

    def test_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.track(self.values(x, training=False))

    def track(self, values: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        for name, value in values.items():
            self.trackers[name].update_state(value)  # the (batch,) vector: a short batch counts as what it is
        return {name: tracker.result() for name, tracker in self.trackers.items()}


def set_weights(model: TrainingModel, weights: dict[str, float]) -> None:
    """They count from the next step on."""
    for name, weight in weights.items():
        model.term_weights[name].assign(weight)


def build() -> tuple[Twins, TrainingModel]:
    """The twins and the model that trains them, freshly initialised."""
    keras.utils.set_random_seed(experiment.seed)
    twins = build_twins(experiment, info.image_shape)
    model = TrainingModel(twins.training)
    optimizer = OPTIMIZERS[experiment.optimizer](learning_rate=experiment.learning_rate)
    model.compile(optimizer, jit_compile=False)  # XLA gains nothing for networks this small
    return twins, model


def load_images() -> tuple[np.ndarray, np.ndarray]:
    """Images to train and validate on, and images for the test: uint8 (n, height, width, channels) each."""
    if experiment.dataset in ("mnist", "fashion_mnist"):
        (images, _), (test_images, _) = getattr(keras.datasets, experiment.dataset).load_data()
        return images[..., np.newaxis], test_images[..., np.newaxis]
    loaded = LOADERS[experiment.dataset](info)
    return loaded.images, loaded.test_images


def scaled(images: np.ndarray) -> np.ndarray:
    """Images uint8 as float32 in 0..1."""
    return images.astype(np.float32) / 255.0


def train(model: TrainingModel, images: np.ndarray) -> None:
    """Every epoch on batches in a new order, then a look at the images that were kept back."""
    training, validation = split(len(images), experiment.validation_fraction, experiment.seed)
    for epoch in range(experiment.epochs):
        batches = epoch_batches(training, experiment.batch_size, experiment.seed, epoch)
        model.reset_metrics()
        if scheduled:
            for number, indices in enumerate(batches):
                set_weights(model, weights_at(epoch + number / len(batches)))
                model.train_on_batch(scaled(images[indices]))
        else:
            for indices in batches:
                model.train_on_batch(scaled(images[indices]))
        report(f"epoch {epoch + 1}", model.get_metrics_result())
        report("  validation", evaluate(model, images[validation]))


def evaluate(model: TrainingModel, images: np.ndarray) -> dict[str, float]:
    """The mean of every term, and their weighted sum, over the images."""
    return model.evaluate(scaled(images), batch_size=1000, verbose=0, return_dict=True)


def report(title: str, means: dict[str, float]) -> None:
    print(f"{title:<14}" + "  ".join(f"{name} {float(value):.2f}" for name, value in means.items()))


def save_pictures(path: str, rows: list[np.ndarray]) -> None:
    """Rows of images in 0..1, (n, height, width, channels) each, as one picture."""
    sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in rows])
    keras.utils.save_img(path, np.rint(255 * sheet), scale=False)


def main() -> None:
    """Train, and save the weights and a picture: test images and, below each, its reconstruction."""
    images, test_images = load_images()
    twins, model = build()
    print(f"{twins.parameters:,} parameters")
    train(model, images)
    report("test", evaluate(model, test_images))
    twins.encoder.save_weights("encoder.weights.h5")
    twins.decoder.save_weights("decoder.weights.h5")
    shown = scaled(test_images[:16])
    rows = [shown, twins.inference.predict(shown, verbose=0)["reconstruction"]]
    if experiment.info.stochastic:  # the last row comes from the prior
        codes = np.random.default_rng(experiment.seed).normal(size=(len(shown), experiment.latent_dim))
        rows.append(twins.generator.predict(codes, verbose=0))
    save_pictures("reconstructions.png", rows)
