"""Measurements of a run: the course of its loss, what its code carries, and what its images are measured against.

No Streamlit, no Keras. Everything is read of the run's history, its summary and its live snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from explorer.diagnosis.courses import NO_COURSE, Course
from explorer.diagnosis.critic_measures import spread_of
from explorer.latent.planes import active_dimensions, activity
from explorer.runs import arrays as names
from explorer.runs.layout import WEIGHT_PREFIX
from explorer.runs.records import Curves, Moment
from models.spec.catalogue import CODES, CRITIC, LOSS, RECONSTRUCTION, TENSORS, with_sources
from models.spec.experiment import Experiment
from models.spec.tensors import CODEWORD


@dataclass(frozen=True)
class RunMeasured:
    """Everything that the verdict on a run rests on. A part that a run does not have is None or empty.

    `objective` is the sum of the terms that encoder and decoder minimise, each times its full weight now: what a
    schedule or a person changed on the way leaves no step in it. Terms that read a critic's output are left out: it
    changes by itself.
    """

    experiment: Experiment
    state: str
    epoch: float
    step: int
    weights: Mapping[str, float]  # of the followed terms, as set now, without their schedules
    weight_now: Mapping[str, float]  # of every term, with its schedule
    learning_rate: float
    finite: bool  # all values of the newest step
    newest: Mapping[str, float]  # every term and total at the newest step
    objective: Course = NO_COURSE
    terms: Mapping[str, Course] = field(default_factory=dict)
    baselines: Mapping[str, float] | None = None  # reconstruction losses of the mean image and of a perfect one
    rising: Mapping[str, float] = field(default_factory=dict)  # by what still rises: the epoch at which it is done
    information: np.ndarray | None = None  # (latent,): KL in nats of each dimension, else its share of the variance
    dimensions: np.ndarray | None = None  # bool (latent,): the active ones
    entries: int | None = None  # of the codebook, that some image of the probe set is given
    first_total: float = 0.0  # the first learner's loss at its first point
    spread: float | None = None  # of the reconstructions' pixels, as a share of the images'

    @property
    def active(self) -> bool:
        return self.state in {"training", "paused"}

    @property
    def explained(self) -> float | None:
        """The share of the way from the mean image's loss to that of a perfect image; below 0 for a worse image.

        On validation images; None where it is not known.
        """
        course = self.terms.get(RECONSTRUCTION)
        if self.baselines is None or course is None:
            return None
        mean_image, perfect = self.baselines["mean_image"], self.baselines["perfect"]
        return (mean_image - course.last) / max(mean_image - perfect, 1e-12)

    @property
    def inactive(self) -> int:
        return 0 if self.dimensions is None else int((~self.dimensions).sum())

    @property
    def scale(self) -> float:
        """The objective's whole way down: from the mean image to a perfect one, or from the start to now."""
        if self.baselines is not None and RECONSTRUCTION in self.weights:
            gap = self.baselines["mean_image"] - self.baselines["perfect"]
            return max(self.weights[RECONSTRUCTION] * gap, 1e-12)
        return max(self.objective.first - self.objective.last, 1e-12)


def measured(
    experiment: Experiment,
    moment: Moment,
    arrays: Mapping[str, np.ndarray] | None = None,
    images: np.ndarray | None = None,
    baselines: Mapping[str, float] | None = None,
) -> RunMeasured:
    """Measure a run at a moment that has its curves and at least one of its newest steps.

    `arrays` are those of the live snapshot, `images` (n, height, width, channels) the probe images, uint8.
    """
    followed, status = _followed(experiment), moment.status
    weights = {name: moment.settings.weights[name] for name in followed if name in moment.settings.weights}
    newest = {name: float(column[-1]) for name, column in moment.newest.items() if len(column)}
    series = [*experiment.variant_info.learners, *experiment.terms]
    mean = arrays.get(names.MEAN) if arrays else None
    log_var = arrays.get(names.LOG_VAR) if arrays else None
    return RunMeasured(
        experiment=experiment,
        state=status.state,
        epoch=status.epoch,
        step=status.step,
        weights=weights,
        weight_now={name: newest.get(WEIGHT_PREFIX + name, 1.0) for name in experiment.terms},
        learning_rate=moment.settings.learning_rate,
        finite=bool(np.isfinite([newest[name] for name in series if name in newest]).all()),
        newest=newest,
        objective=_objective(moment.curves, weights),
        terms={name: course(moment.curves, name) for name in experiment.terms},
        baselines=baselines,
        rising=_rising(experiment, status.epoch),
        information=activity(mean, log_var) if mean is not None else None,
        dimensions=active_dimensions(mean, log_var) if mean is not None else None,
        entries=_entries(experiment, mean),
        first_total=float(moment.curves.training[LOSS][0]) if len(moment.curves.training.get(LOSS, ())) else 0.0,
        spread=_spread(arrays, images),
    )


def _followed(experiment: Experiment) -> tuple[str, ...]:
    """Return the terms that encoder and decoder minimise and that mean the same throughout.

    Not of a critic's output, and not of a codebook: both move by themselves. Where no image is compared, as in a GAN,
    there are none.
    """
    terms = experiment.terms_of(LOSS)
    if RECONSTRUCTION not in terms:
        return ()
    return tuple(name for name in terms if not _reads_what_moves(experiment.term(name).needs))


def _reads_what_moves(needs: tuple[str, ...]) -> bool:
    by_itself = any(TENSORS[name].through == CRITIC for name in with_sources(needs) if name in TENSORS)
    return by_itself or CODEWORD in needs


def course(curves: Curves, name: str) -> Course:
    """Return the course of a term or a total."""
    training, validation = curves.training, curves.validation
    if name not in training:
        return NO_COURSE
    checks = validation.get("epoch", np.empty(0)) if name in validation else np.empty(0)
    return Course(training["epoch"], training[name], checks, validation.get(name, np.empty(0)))


def _objective(curves: Curves, weights: Mapping[str, float]) -> Course:
    """Return the course of the sum of the terms, each times its weight."""
    parts = {name: course(curves, name) for name in weights}
    if not parts or any(not len(part.training) for part in parts.values()):
        return NO_COURSE
    some = next(iter(parts.values()))
    training = sum(weights[name] * part.training for name, part in parts.items())
    validation = sum(weights[name] * part.validation for name, part in parts.items())
    return Course(some.epochs, np.asarray(training), some.checks, np.asarray(validation))


def _rising(experiment: Experiment, epoch: float) -> dict[str, float]:
    """Return what still grows with the epochs, by its name on screen, and the epoch at which it is whole."""
    rising = {
        f"weight of “{experiment.term(name).title}”": setting.schedule_epochs
        for name, setting in experiment.terms.items()
        if setting.schedule == "warm_up" and setting.weight and epoch < setting.schedule_epochs
    }
    if "capacity" in experiment.variant_info.weights and epoch < experiment.capacity_epochs:
        rising["capacity"] = experiment.capacity_epochs
    return rising


def _spread(arrays: Mapping[str, np.ndarray] | None, images: np.ndarray | None) -> float | None:
    """Return by how much reconstructions differ from each other, as a share of by how much their images do."""
    if arrays is None or images is None or names.RECONSTRUCTION not in arrays:
        return None
    shown = arrays[names.RECONSTRUCTION]
    of_images = spread_of(images[: len(shown)])
    return spread_of(shown) / of_images if of_images else None


def _entries(experiment: Experiment, codes: np.ndarray | None) -> int | None:
    """Count the entries of a codebook that stand in codes (n, latent)."""
    if codes is None or "codebook_size" not in CODES[experiment.variant_info.code].settings:
        return None
    return len(np.unique(codes.reshape(len(codes) * experiment.codewords, -1), axis=0))
