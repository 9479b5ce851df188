"""Estimates from a trained model that take seconds: log p(x) of test images, and the total correlation of its codes."""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from explorer.datasets.loading import Images
from models.likelihood import estimate_likelihood, has_likelihood, importance_weights
from models.program import Program
from models.spec import tensors as t
from models.spec.unit_range import to_unit
from models.total_correlation import total_correlation

SAMPLES = 50  # codes for each image: on the bundled models 0.2 nats below what twice as many give
IMAGES = 500  # test images
POSTERIORS, CODES = 10_000, 1000
SEEN_AT_ONCE = 1000  # images
SHARE, LEAST, MOST = 0.1, 2.0, 5.0  # of the training's seconds, but at least and at most so many
FIRST_SECONDS = 1.0  # what the first images take, whose graph is traced


class Effort(NamedTuple):
    """How much is put into the estimates: at most so many seconds, codes for each image, and images."""

    seconds: float = math.inf
    samples: int = SAMPLES
    images: int = IMAGES


def effort_after(seconds: float) -> Effort:
    """Return the effort at the end of a training of so many seconds."""
    return Effort(min(max(SHARE * seconds, LEAST), MOST))


def is_cheap(seconds: float) -> bool:
    """Return whether the least effort is within its share of a training of so many seconds."""
    return SHARE * seconds >= FIRST_SECONDS


def estimates(
    program: Program, images: Images, effort: Effort, between: Callable[[], None], tell: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """Yield entries of the summary, one after the other; none where the model has no such densities.

    `tell` is given the stage before each, and `between` is called in short intervals. What does not come out finite is
    left out.
    """
    kinds = {
        "log_likelihood": ("estimating log p(x)", has_likelihood(program.experiment), _likelihood),
        "total_correlation": ("estimating the total correlation", has_correlation(program), _correlation),
    }
    todo = {name: each for name, each in kinds.items() if each[1]}
    for name, (stage, _, estimate) in todo.items():
        tell(stage)
        end = time.perf_counter() + effort.seconds / len(todo)
        found = estimate(program, images, effort, between, lambda end=end: time.perf_counter() > end)
        if all(map(math.isfinite, found)):
            yield {name: found._asdict()}


def has_correlation(program: Program) -> bool:
    """Return whether the codes are distributions, in more than one dimension."""
    return program.experiment.variant_info.stochastic and program.experiment.latent_dim > 1


def _likelihood(
    program: Program, data: Images, effort: Effort, between: Callable[[], None], enough: Callable[[], bool]
) -> Any:
    order = np.random.default_rng(program.experiment.seed).permutation(len(data.test_images))[: effort.images]
    images, labels = data.test_images[order], data.test_labels[order]
    weigh = importance_weights(program.twins, program.experiment)
    return estimate_likelihood(weigh, images, labels, effort.samples, between, enough)


def _correlation(
    program: Program, data: Images, _effort: Effort, between: Callable[[], None], enough: Callable[[], bool]
) -> Any:
    mean, log_var = _posteriors(program, data, between)
    return total_correlation(mean, log_var, CODES, program.experiment.seed, between, enough)


def _posteriors(program: Program, data: Images, between: Callable[[], None]) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and log variance of the posteriors of at most POSTERIORS images, (n, latent) each, in no order.

    Test images first; a small data set is filled up from the rest.
    """
    rng = np.random.default_rng(program.experiment.seed)
    test = rng.permutation(len(data.test_images))[:POSTERIORS]
    rest = rng.permutation(len(data.images))[: POSTERIORS - len(test)]
    parts = [(data.test_images, data.test_labels, test), (data.images, data.labels, rest)]
    encoded = []
    for images, labels, chosen in parts:
        for start in range(0, len(chosen), SEEN_AT_ONCE):
            between()
            some = chosen[start : start + SEEN_AT_ONCE]
            inputs = program.twins.inputs(to_unit(images[some]), labels[some])
            encoded.append(program.twins.encoder(inputs, training=False))
    order = rng.permutation(len(test) + len(rest))
    mean, log_var = (np.concatenate([each[name] for each in encoded])[order] for name in (t.Z_MEAN, t.Z_LOG_VAR))
    return mean, log_var
