"""The verdict on a run as it stands in its folder: everything is measured, then the rules are asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.diagnosis import critic_measures, run_measures
from explorer.diagnosis.critic_measures import RECENT, CriticMeasured
from explorer.diagnosis.findings import BAD, Finding
from explorer.diagnosis.run_measures import RunMeasured
from explorer.diagnosis.runs import verdict
from explorer.library.models import LibraryError, ModelEntry, live_model
from explorer.runs.reader import Run
from explorer.runs.records import Moment
from models.spec.catalogue import CRITIC_LOSS
from models.spec.experiment import Experiment

IMAGES = 500  # of the probe set that the spread of the data is taken from
POINTS = 600  # of the curves


@dataclass(frozen=True)
class Judged:
    """The measurements of a run and the findings, the verdict first. `found` is None before its first step."""

    found: RunMeasured | None = None
    findings: tuple[Finding, ...] = ()
    critic: CriticMeasured | None = None

    @property
    def is_bad(self) -> bool:
        return bool(self.findings) and self.findings[0].level == BAD


def judged_run(run: Run) -> Judged:
    """Judge a run as it stands in its folder. Raises RunError where its history cannot be read."""
    with run:
        moment = run.moment(POINTS, newest_steps(run.experiment)) if run.has_started() else None
    try:
        entry = live_model(run.folder)
    except LibraryError:  # there is none yet, or it is damaged
        entry = None
    return judge(run.experiment, moment, entry)


def newest_steps(experiment: Experiment) -> int:
    """Return how many single steps are read: a critic's terms are means over some; else two, to be compared."""
    return RECENT if experiment.variant_info.critic else 2


def judge(experiment: Experiment, moment: Moment | None, entry: ModelEntry | None) -> Judged:
    """Judge a run at a moment with its curves and newest steps. `entry` is its live model, as far as there is one.

    A file that cannot be read leaves out what it would have told.
    """
    if moment is None or not moment.curves.training or not len(moment.curves.training["step"]):
        return Judged()
    arrays, images = _files(entry)
    baselines = _baselines(entry.summary) if entry else None
    with np.errstate(all="ignore"):  # a training that diverges has values of any size
        found = run_measures.measured(experiment, moment, arrays, images, baselines)
        critic = None
        if arrays is not None and images is not None:
            critic = _measure_critic(experiment, moment, arrays, images)
        return Judged(found, tuple(verdict(found, critic)), critic)


def _baselines(summary: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the losses that a reconstruction lies between; None where they are not known, as in runs of before."""
    mean_image, perfect = summary.get("mean_image"), summary.get("floor", {}).get("validation")
    return None if mean_image is None or perfect is None else {"mean_image": mean_image, "perfect": perfect}


def _files(entry: ModelEntry | None) -> tuple[dict[str, np.ndarray] | None, np.ndarray | None]:
    arrays = images = None
    try:
        arrays = entry.arrays() if entry else None
        images = entry.images() if entry else None
    except LibraryError:
        pass
    return arrays, images


def measure_critic(experiment: Experiment, moment: Moment, entry: ModelEntry) -> CriticMeasured | None:
    """Measure the critic of a run; None where the variant has none. Raises LibraryError where a file is damaged."""
    return _measure_critic(experiment, moment, entry.arrays(), entry.images())


def _measure_critic(
    experiment: Experiment, moment: Moment, arrays: Mapping[str, np.ndarray], images: np.ndarray
) -> CriticMeasured | None:
    losses = run_measures.course(moment.curves, CRITIC_LOSS)
    newest, moving = moment.newest, moment.settings.moving
    return critic_measures.measured(experiment, arrays, images[:IMAGES], newest, moving, losses)
