"""Times training steps, in a process of its own: `python -m benchmarks.variants_child`.

A line of standard input is {"experiment", "rounds"}; the answer is {"whole", "networks"}, seconds a step, one a round.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np
from keras import ops

from models.objective import LossTerm, Objective
from models.program import Program, build
from models.spec import tensors as t
from models.spec.catalogue.flow import DENSITIES, TENSORS
from models.spec.experiment import Experiment
from models.training import TrainingLoop, TrainingModel

SHAPE, CLASSES, IMAGES = (28, 28, 1), 10, 2048
STEPS = 16  # a call, as the trainer makes them
CALLS = 4  # a round


def _plain(needs: tuple[str, ...]) -> Callable:
    """The mean of every tensor, so that a gradient comes to each and costs next to nothing."""

    def value(x, tensors):
        means = [ops.mean(tensors[need]) for need in needs if need in tensors and len(tensors[need].shape)]
        return ops.broadcast_to(sum(means), (ops.shape(x)[0],))

    return value


def networks_alone(program: Program) -> TrainingModel:
    """Return the same model with terms that only read what the networks give."""
    training, learners = program.twins.training, []
    for learner in program.model.learners:
        asked = [need for term in learner.objective.terms for need in term.needs]
        needs = tuple(dict.fromkeys(tensor for need in asked for tensor in _of(need)))
        objective = Objective([LossTerm("plain", _plain(needs), 1.0, needs)], name=f"{learner.objective.name}_plain")
        learners.append(replace(learner, objective=objective))
    read = {need for learner in learners for term in learner.objective.terms for need in term.needs}
    tensors = {name: tensor for name, tensor in training.output.items() if name in read}
    return TrainingModel(keras.Model(training.inputs, tensors), learners)


def _of(need: str) -> tuple[str, ...]:
    """The tensors of networks that are read for it: densities belong to the loss, though they are a layer."""
    if need == t.X:
        return ()
    info = TENSORS[need]
    return info.sources if info.through == DENSITIES else (need,)


def measure(experiment: Experiment, rounds: int) -> dict[str, list[float]]:
    images = np.random.default_rng(0).integers(0, 256, (IMAGES, *SHAPE), dtype=np.uint8)
    labels = np.arange(IMAGES) % CLASSES
    batches = np.random.default_rng(1).integers(0, IMAGES, (STEPS, experiment.batch_size)).astype(np.int32)
    loops = {
        "whole": TrainingLoop(build(experiment, SHAPE, CLASSES).model, images, labels),
        "networks": TrainingLoop(networks_alone(build(experiment, SHAPE, CLASSES)), images, labels),
    }
    weights = {name: np.ones((STEPS, len(loop.model.term_weights)), np.float32) for name, loop in loops.items()}
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    for number in range(rounds + 1):
        for name, loop in loops.items():
            began = time.perf_counter()
            for _ in range(CALLS):
                loop.train_many(batches, weights[name])
            if number:  # the first round compiles
                seconds[name].append((time.perf_counter() - began) / (CALLS * STEPS))
    return seconds


if __name__ == "__main__":
    for line in sys.stdin:
        given = json.loads(line)
        print(json.dumps(measure(Experiment.parse(given["experiment"]), given["rounds"])), flush=True)
