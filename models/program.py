"""A variant = twins + a list of terms + a list of learners."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras

from models.architectures import ImageShape
from models.given_data import check_binary
from models.learner import Learner
from models.losses import term
from models.objective import Objective
from models.spec.catalogue import ONCE, PIXEL_MODELS
from models.spec.experiment import Experiment
from models.spec.schedules import RATE_SCHEDULES
from models.spec.term_settings import weights_at
from models.training import TrainingModel
from models.twins import Twins, build_twins

OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adam_gan": lambda learning_rate: keras.optimizers.Adam(learning_rate, beta_1=0.5),
    "adamw": keras.optimizers.AdamW,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": lambda learning_rate: keras.optimizers.SGD(learning_rate, momentum=0.9, nesterov=True),
}


@dataclass(frozen=True)
class Program:
    """A built experiment: the twins to display with, the model to train with.

    `twins` are Keras models, whose images are floats in 0..1. `model` is a Keras model too, and knows `fit`.
    """

    experiment: Experiment
    twins: Twins
    model: TrainingModel

    def fit(self, images: Any, labels: Any = None, **options: Any) -> keras.callbacks.History:
        """Train on images (n, height, width, channels), uint8 in 0..255 or floats in 0..1, as `model.fit` does.

        Epochs, batch size and the share of validation, which is the last of the images, are the experiment's unless
        they are among the options. A conditional model needs `labels`: the classes (n,), or one-hot (n, classes).
        Raises DataError, in a sentence, for other data, such as grey images where pixels are black and white.
        A second call goes on where the first one ended.
        """
        if PIXEL_MODELS[self.experiment.pixel_model].binarise == ONCE and hasattr(images, "shape"):
            self.model.data_check.check(images, labels)
            check_binary(images)
        given: dict[str, Any] = {"epochs": self.experiment.epochs}
        if hasattr(images, "shape") or isinstance(images, list | tuple):  # what comes in batches has its own
            given["batch_size"] = self.experiment.batch_size
            if "validation_data" not in options:
                given["validation_split"] = self.experiment.validation_fraction
        return self.model.fit(images, labels, **{**given, **options})

    def set_weight(self, name: str, weight: float) -> None:
        """Set the weight of a term from the next step on, without a retrace. Raises KeyError for an unknown term."""
        self.model.weight_of(name).assign(weight)

    def set_moving(self, totals: Collection[str]) -> None:
        """Update the networks of these learners, and freeze those of all others, from the next step on."""
        for objective, moving in zip(self.model.objectives, self.model.moving, strict=True):
            moving.assign(objective.name in totals)

    def set_learning_rate(self, rate: float) -> None:
        """Set the learning rate from the next step on; its schedule goes on from there."""
        self.model.rate.assign(rate)
        for learner in self.model.learners:
            learner.optimizer.learning_rate.assign(rate)


def build(experiment: Experiment, image_shape: ImageShape = (28, 28, 1), classes: int = 0) -> Program:
    """Build the networks, terms and learners of an experiment on images (height, width, channels), seeded by its seed.

    `classes` is the number of classes of the data. Raises ValueError if a conditional model has none, and
    ExperimentError for images that are too small for the network.
    """
    if experiment.variant_info.conditional and classes < 1:
        raise ValueError(
            f"The variant {experiment.variant} is conditioned on the class, but classes was {classes}; allowed are "
            "whole numbers from 1. Give the number of classes of the data."
        )
    keras.utils.set_random_seed(experiment.seed)
    twins = build_twins(experiment, image_shape, classes)
    learners = [
        Learner(
            Objective([term(name, experiment) for name in experiment.terms_of(total)], name=total),
            [twins.networks[name] for name in learner.moves],
            OPTIMIZERS[experiment.optimizer](learning_rate=experiment.learning_rate),
            learner.every,
        )
        for total, learner in experiment.variant_info.learners.items()
    ]
    scheduled = {name: setting for name, setting in experiment.terms.items() if setting.schedule != "constant"}
    return Program(
        experiment,
        twins,
        TrainingModel(twins.training, learners, partial(weights_at, scheduled), _rate_factor(experiment)),
    )


def _rate_factor(experiment: Experiment) -> Callable[[Any], Any] | None:
    """Return the schedule of the learning rate as a function of tensors: epochs that have passed to a factor."""
    factor, epochs = RATE_SCHEDULES[experiment.rate_schedule].factor, float(experiment.epochs)
    return factor and (lambda passed: factor(keras.ops.minimum(1.0, passed / epochs), keras.ops.cos))
