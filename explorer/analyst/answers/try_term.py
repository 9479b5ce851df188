"""The value of your own term on real images, computed by the analyst before anything is trained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from explorer.analyst.answers import Answer, Report
from explorer.analyst.answers.encode import loaded
from explorer.analyst.errors import AnalystError
from explorer.runs.memory import memory_of
from models.losses import term
from models.program import build
from models.spec.experiment import Experiment
from models.spec.unit_range import to_unit

IMAGES = 128
NAME = "tried"


@dataclass(frozen=True)
class _Batch:
    """The first images and their tensors; `tape` saw how these were made of what the term's learner moves."""

    x: Any
    tensors: Mapping[str, Any]
    tape: tf.GradientTape
    moved: Sequence[Any]


def answer(header: dict[str, Any], _payload: bytes, _report: Report) -> Answer:
    """Try `formula` in `experiment`: see `try_term`."""
    return try_term(header["experiment"], header["formula"]), b""


def try_term(given: dict[str, Any], formula: str) -> dict[str, float | None]:
    """Return the term's mean, minimum and maximum over the first images, from networks that are not trained yet.

    Also how many of the images gave a finite number, how long the formula is, and the norm of the mean's gradient for
    the learner that would minimise it: 0 where nothing can be learned from it, None where it is not finite. Raises
    ExperimentError for a formula that cannot be parsed, DatasetError where the data set cannot be loaded, AnalystError
    where the networks do not fit into memory.
    """
    base = Experiment.parse(given)
    experiment = _with_term(base, formula)
    needs = experiment.term(NAME).needs
    batch = _batch(base, frozenset(needs), formula)
    read = [batch.tensors[name] for name in needs if name in batch.tensors]
    with tf.GradientTape() as tape:
        tape.watch(read)
        terms = term(NAME, experiment).function(batch.x, batch.tensors)
        mean = tf.reduce_mean(terms)
    values = np.asarray(terms, np.float64)
    finite = values[np.isfinite(values)]
    shown = finite if len(finite) else np.zeros(1)
    return {
        "mean": float(shown.mean()), "low": float(shown.min()), "high": float(shown.max()),
        "finite": len(finite), "images": len(values), "length": len(formula),
        "gradient": _norm(batch, read, tape.gradient(mean, read)),
    }  # fmt: skip


def _norm(batch: _Batch, read: Sequence[Any], slopes: Sequence[Any]) -> float | None:
    """Return the norm of the gradient that reaches the learner through the tensors `read`, whose gradients are
    `slopes`."""
    pairs = [(tensor, slope) for tensor, slope in zip(read, slopes, strict=True) if slope is not None]
    if not pairs:
        return 0.0
    made, outputs = zip(*pairs, strict=True)
    found = batch.tape.gradient(made, batch.moved, output_gradients=outputs)
    norm = float(tf.linalg.global_norm([gradient for gradient in found if gradient is not None]))
    return norm if np.isfinite(norm) else None


def _with_term(base: Experiment, formula: str) -> Experiment:
    given = base.model_dump()
    return Experiment.parse({**given, "terms": {**given["terms"], NAME: {"formula": formula}}})


def _check_memory(base: Experiment) -> None:
    """Raise AnalystError where not even a step on so few images fits, as with the distances to a vast codebook."""
    memory = memory_of(base.model_copy(update={"batch_size": min(IMAGES, base.batch_size)}))
    if not memory.fits:
        raise AnalystError(memory.refusal)


_kept: dict[tuple[Experiment, frozenset[str]], _Batch] = {}


def _batch(base: Experiment, needs: frozenset[str], formula: str) -> _Batch:
    """Return the first images and their tensors, kept while only the formula changes."""
    if (base, needs) not in _kept:
        _kept.clear()
        _check_memory(base)
        experiment = _with_term(base, formula)
        data = loaded(experiment)
        program = build(experiment, data.images.shape[1:], data.classes)  # seeded as a training is
        x = tf.constant(to_unit(data.images[:IMAGES]))
        moved = program.model.learners[0].variables
        with tf.GradientTape(persistent=True) as tape:
            tensors = program.model(program.twins.inputs(x, data.labels[:IMAGES]), training=True)
        _kept[base, needs] = _Batch(x, tensors, tape, [variable.value for variable in moved])
    return _kept[base, needs]
