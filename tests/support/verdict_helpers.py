"""Histories of runs, made up: curves by formula, and the codes and pictures of their live snapshot."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from explorer.diagnosis.findings import Finding
from explorer.diagnosis.run_measures import RunMeasured, measured
from explorer.diagnosis.runs import verdict
from explorer.runs.layout import WEIGHT_PREFIX
from explorer.runs.records import Curves, Moment, Status, settings_at_first
from models.spec.experiment import Experiment
from tests.support.helpers import quick

EPOCHS, STEPS = 40, 400
BASELINES = {"mean_image": 200.0, "perfect": 50.0}
Curve = Callable[[np.ndarray], np.ndarray]  # from the share of the run to values


def falls(share: np.ndarray, low: float = 100.0) -> np.ndarray:
    """Fall from 550 to `low` in the first tenth, and then stand still."""
    return low + (550 - low) * np.exp(-50 * share)


def still(value: float) -> Curve:
    return lambda share: np.full(len(share), value)


def ran(
    training: Mapping[str, Curve],
    validation: Mapping[str, Curve] | None = None,
    *,
    steps: int = STEPS,
    state: str = "finished",
    variance: float = 1.0,
    spread: float = 1.0,
    noise: float = 0.3,
    inactive: int = 0,
    baselines: Mapping[str, float] | None = BASELINES,
    **settings: Any,
) -> RunMeasured:
    """Measure a run whose terms follow the curves. `variance` is that of the codes' means in the active dimensions."""
    experiment = quick(**{"epochs": EPOCHS, "latent_dim": 4, **settings})
    random = np.random.default_rng(0)
    share, checks = np.linspace(1 / steps, 1, steps), np.linspace(1 / EPOCHS, 1, EPOCHS)
    columns = _columns(experiment, training, share, random, noise) | {"step": 1.0 + np.arange(steps)}
    checked = _columns(experiment, {**training, **(validation or {})}, checks, random, noise)
    moment = Moment(
        Status(state, "", "", steps, float(EPOCHS), 10.0, 0.0, goes_on=False),
        settings_at_first(experiment),
        (),
        (),
        Curves(columns, checked),
        {name: column[-1:] for name, column in columns.items()},
    )
    return measured(experiment, moment, *_pictures(experiment, random, variance, spread, inactive), baselines)


def _columns(
    experiment: Experiment, curves: Mapping[str, Curve], share: np.ndarray, random: np.random.Generator, noise: float
) -> dict[str, np.ndarray]:
    terms = {name: curve(share) + noise * random.normal(size=len(share)) for name, curve in curves.items()}
    weights = {name: experiment.terms[name].weight for name in terms}
    total = sum(weights[name] * values for name, values in terms.items())
    in_force = {WEIGHT_PREFIX + name: np.full(len(share), weight) for name, weight in weights.items()}
    return {"epoch": EPOCHS * share, **terms, "loss": np.asarray(total), **in_force}


def _pictures(
    experiment: Experiment, random: np.random.Generator, variance: float, spread: float, inactive: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    mean = np.sqrt(variance) * random.normal(size=(500, experiment.latent_dim))
    mean[:, :inactive] *= 0.01
    images = random.integers(0, 256, (12, 8, 8, 1), dtype=np.uint8)
    shown = (128 + spread * (images.astype(float) - 128)).astype(np.uint8)
    arrays = {"probe/z_mean": mean, "reconstruction": shown}
    if experiment.variant_info.stochastic:
        arrays["probe/z_log_var"] = np.log(np.maximum(1 - mean.var(axis=0), 0.01)) + np.zeros_like(mean)
    return arrays, images


def said(found: RunMeasured) -> list[Finding]:
    return verdict(found)


def title(found: RunMeasured) -> str:
    """The verdict in its few words."""
    return verdict(found)[0].verdict
