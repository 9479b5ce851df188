"""A program in one file: safetensors, which holds numbers and no code.

Kept are the experiment, all weights, and what a training goes on with: optimizers, schedules, sources of noise. Not
kept are an optimizer that was given to `compile`, of which Keras makes code by name, and callbacks.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import keras
import numpy as np
from pydantic import BaseModel, Field, Json, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as as_bytes

from models.checkpoints import assign, assign_weights, weights_of
from models.program import OPTIMIZERS, Program, build
from models.spec.errors import CheckpointError
from models.spec.experiment import Experiment
from models.spec.network_sizes import twin_sizes
from models.spec.stored import as_written_now

FLOAT = 4  # bytes of a weight
_Size = Annotated[int, Field(ge=1, le=100_000)]


class _Kept(BaseModel):
    """The head of a file, each value as text."""

    hourglass: Literal["1"]  # the format
    experiment: Json[dict[str, Any]]
    image_shape: Json[tuple[_Size, _Size, _Size]]
    classes: Json[Annotated[int, Field(ge=0, le=100_000)]]
    optimizers: Json[bool]


def save(program: Program, path: str | Path) -> None:
    """Write a program into a file, such as `vae.safetensors`; one that is there is replaced as a whole."""
    path, optimizers = Path(path), _has_its_own_optimizers(program)
    shape = [*program.twins.encoder.inputs[0].shape[1:]]
    head = {
        "hourglass": "1",
        "experiment": program.experiment.model_dump_json(),
        "image_shape": str(shape),
        "classes": str(program.twins.classes),
        "optimizers": str(optimizers).lower(),
    }
    state = {name: np.asarray(variable.numpy()) for name, variable in _state(program, optimizers).items()}
    temporary = path.with_name(f".{path.name}.half")
    temporary.write_bytes(as_bytes({**weights_of(program.twins), **state}, head))
    temporary.replace(path)


def load(path: str | Path) -> Program:
    """Read a program from a file that `save` wrote. Its `fit` goes on where it ended.

    Raises CheckpointError, in a sentence, for a file that is missing, damaged, or of something else.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            kept = _Kept.model_validate(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no mapping)
        experiment = Experiment.parse(as_written_now(kept.experiment))
    except (OSError, SafetensorError, ValidationError, ValueError) as error:
        why = "it has not the head that models.save writes" if isinstance(error, ValidationError) else error
        raise CheckpointError(f"{path} cannot be read ({why}). Choose a file that models.save wrote.") from error
    _check_claim(path, experiment, kept, arrays)
    program = build(experiment, kept.image_shape, kept.classes)
    assign_weights(program.twins, arrays)
    assign(_state(program, kept.optimizers), arrays)
    return program


def _check_claim(path: str | Path, experiment: Experiment, kept: _Kept, arrays: Mapping[str, np.ndarray]) -> None:
    """Raise CheckpointError for a head that claims larger networks than the file holds: they are not built first."""
    needed = FLOAT * twin_sizes(experiment, kept.image_shape, kept.classes, 1).parameters
    if (found := sum(array.nbytes for array in arrays.values())) < needed:
        raise CheckpointError(f"{path} has {found:,} bytes; its networks need {needed:,}. Choose another file.")


def _state(program: Program, optimizers: bool) -> dict[str, keras.Variable]:
    """Return by name what changes in a training besides the weights."""
    model = program.model
    noise = [variable for variable in program.twins.training.variables if variable.dtype != "float32"]
    parts: dict[str, list[Any]] = {
        "time": [model.epochs, model.steps, *([model.rate] if program.experiment.rate_schedule != "constant" else [])],
        "moving": model.moving,
        "weight": model.term_weights,
        "noise": noise,
    }
    if optimizers:
        parts |= {f"optimizer/{learner.objective.name}": learner.optimizer.variables for learner in model.learners}
    return {f"state/{part}/{number}": each for part, found in parts.items() for number, each in enumerate(found)}


def _has_its_own_optimizers(program: Program) -> bool:
    """Return whether the optimizers are the experiment's, none that was given to `compile`."""
    usual = OPTIMIZERS[program.experiment.optimizer](learning_rate=program.experiment.learning_rate)
    return all(_settings(learner.optimizer) == _settings(usual) for learner in program.model.learners)


def _settings(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    """Return what an optimizer is told apart by; its learning rate is one of its variables."""
    return {**optimizer.get_config(), "learning_rate": 0, "name": type(optimizer).__name__}
