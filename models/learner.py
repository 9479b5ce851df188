"""Learners: each minimises an objective by moving its networks."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras

from models.objective import Objective


@dataclass(frozen=True)
class Learner:
    """An objective, the networks it moves at every so many steps, and its optimizer."""

    objective: Objective
    networks: Sequence[keras.Model]
    optimizer: keras.optimizers.Optimizer
    every: int = 1

    @property
    def variables(self) -> list[keras.Variable]:
        return [variable for network in self.networks for variable in network.trainable_variables]
