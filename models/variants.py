"""A variant = twins + a list of terms + a list of learners."""

from dataclasses import dataclass

import keras

from models.experiment import Experiment
from models.losses import term
from models.networks import ImageShape
from models.objective import Objective
from models.training import Learner, TrainingModel
from models.twins import Twins, build_twins

OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": lambda learning_rate: keras.optimizers.SGD(learning_rate, momentum=0.9, nesterov=True),
}


@dataclass(frozen=True)
class Program:
    """What an experiment becomes: the twins to look with, the model to train with."""

    experiment: Experiment
    twins: Twins
    model: TrainingModel

    def set_weight(self, name: str, weight: float) -> None:
        """Takes effect at the next step, without a retrace. Raises KeyError for a term the variant does not have."""
        variables = {key: value for o in self.model.objectives for key, value in o.term_weights.items()}
        variables[name].assign(weight)

    def set_learning_rate(self, rate: float) -> None:
        for learner in self.model.learners:
            learner.optimizer.learning_rate.assign(rate)


def build(experiment: Experiment, image_shape: ImageShape) -> Program:
    """Networks, terms and learners of an experiment on images (height, width, channels), seeded by its seed."""
    keras.utils.set_random_seed(experiment.seed)
    twins = build_twins(experiment, image_shape)
    objective = Objective([term(name, experiment) for name in experiment.terms])
    optimizer = OPTIMIZERS[experiment.optimizer](learning_rate=experiment.learning_rate)
    learner = Learner(objective, (twins.encoder, twins.decoder), optimizer)
    return Program(experiment, twins, TrainingModel(twins.training, (learner,)))
