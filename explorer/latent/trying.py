"""What a term of one's own comes to on real images, inside the analyst, before anything is trained."""

import json
from typing import Any

import numpy as np
import tensorflow as tf

from explorer.latent.encoding import loaded
from models.experiment import Experiment
from models.losses import term
from models.variants import build

IMAGES = 128
NAME = "tried"


def try_term(given: dict[str, Any], formula: str) -> dict[str, float]:
    """The term's mean, low and high over the first images, by networks that are not trained yet.

    Also how many of the images gave a finite number, and how long the formula is. Raises ExperimentError for a formula
    that cannot be parsed, DatasetError where the data set cannot be had.
    """
    experiment = _with_term(given, formula)
    x, named = _batch(json.dumps(given), frozenset(experiment.term(NAME).needs), formula)
    values = np.asarray(term(NAME, experiment).function(x, named), np.float64)
    finite = values[np.isfinite(values)]
    shown = finite if len(finite) else np.zeros(1)
    return {
        "mean": float(shown.mean()), "low": float(shown.min()), "high": float(shown.max()),
        "finite": len(finite), "images": len(values), "length": len(formula),
    }  # fmt: skip


def _with_term(given: dict[str, Any], formula: str) -> Experiment:
    return Experiment.parse({**given, "terms": {**given["terms"], NAME: {"formula": formula}}})


_kept: dict[tuple[str, frozenset[str]], tuple[Any, Any]] = {}


def _batch(given: str, needs: frozenset[str], formula: str) -> tuple[Any, Any]:
    """The first images and all named tensors that the formula needs. Kept while only the formula changes."""
    if (given, needs) not in _kept:
        _kept.clear()
        experiment = _with_term(json.loads(given), formula)
        data = loaded(experiment.dataset)
        program = build(experiment, data.images.shape[1:], data.classes)
        x = tf.constant(data.images[:IMAGES].astype(np.float32) / 255.0)
        _kept[given, needs] = (x, program.twins.training(program.told(x, data.labels[:IMAGES]), training=True))
    return _kept[given, needs]
