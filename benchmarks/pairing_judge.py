"""Judges verdicts of the pairing lab by what other trainings of the same space reach, and knows no rule of theirs.

A training gains what its displayed error lies below the mean image's, as a share of it: 0 has learnt nothing, 1 all.
"learns" is right where something is gained, and half of what the same loss of the same targets gains in its best
pairing at the same rate.
An accusation is right where the training gains less than the same loss at its best; where its remedies, followed one
after the other, end in a right "learns"; and where that is undone by putting back what was accused, and nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from benchmarks.pairing_table import Training
from explorer.diagnosis import pairing_outcomes as verdicts
from explorer.diagnosis.pairing_outcomes import diagnose, remedy_of
from explorer.diagnosis.pairing_remedies import Trial
from models.spec.pairings import LINKS, Pairing

CLEAR = 0.1  # of the mean image's error
AS_GOOD = 0.8  # of the loss's best gain: what is not to be accused
ENOUGH = 0.5  # of the loss's best gain at the same rate: what counts as learning
MOST_REMEDIES = 4
ACCUSED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        verdicts.OUT_OF_RANGE: ("data", "last", "loss"),
        verdicts.CAPPED: ("last", "loss"),
        verdicts.CLIPPED: ("last", "loss"),
        verdicts.MEDIAN: ("loss",),
        verdicts.DISPLAY: ("link",),
        verdicts.RUNS_AWAY: ("data", "last", "loss", "learning_rate"),
    }
)
OF_THE_TRAINING = ("learning_rate", "steps")  # what every other verdict accuses


@dataclass(frozen=True)
class Place:
    """One network on one data set: trainings are compared within it."""

    network: str
    dataset: str


class Space:
    """All trainings, by place and trial."""

    def __init__(self, trainings: Iterable[Training]):
        self.trainings: dict[tuple[Place, Trial], Training] = {}
        self.best: defaultdict[tuple[Place, str], float] = defaultdict(float)  # of a loss
        self.best_at: defaultdict[tuple[Place, Trial], float] = defaultdict(
            float
        )  # whatever the last layer and the link
        self._verdicts: dict[tuple[Place, Trial], str] = {}
        self.missing: set[tuple[Place, Trial]] = set()  # that were asked for
        for training in trainings:
            place, loss, rate = Place(training.network, training.dataset), training.pairing.loss, training.learning_rate
            for link in LINKS:
                trial = Trial(training.under(link), rate, training.steps)
                self.trainings[place, trial] = training
                gained = self.gain(place, trial)
                self.best[place, loss] = max(gained, self.best[place, loss])
                at = place, _of_the_loss(trial)
                self.best_at[at] = max(gained, self.best_at[at])

    def gain(self, place: Place, trial: Trial) -> float:
        """Return how far the displayed error lies below the mean image's, as a share of it. Raises KeyError."""
        found = self.trainings[place, trial].measured[trial.pairing.link]
        return 1.0 - found.errors[trial.pairing.link] / (found.mean_error or 1e-12)

    def has(self, place: Place, trial: Trial) -> bool:
        """Return whether the space has a trial, and remember that it was asked for."""
        if (place, trial) in self.trainings:
            return True
        self.missing.add((place, trial))
        return False

    def verdict(self, place: Place, trial: Trial) -> str:
        """Return what the lab says of a trial. Raises KeyError for one that is not in the space."""
        if (place, trial) not in self._verdicts:
            found = self.trainings[place, trial].measured[trial.pairing.link]
            self._verdicts[place, trial] = diagnose(trial.pairing, found).verdict
        return self._verdicts[place, trial]

    def best_display(self, place: Place, trial: Trial) -> float:
        """Return the gain under the best link."""
        return max(self.gain(place, _with(trial, link=link)) for link in LINKS)


def missing_trials(space: Space) -> set[tuple[Place, Trial]]:
    """Return the trials that a judgement asks for and the space does not have."""
    for place, trial in space.trainings:
        fault_of(space, place, trial)
    return space.missing


def fault_of(space: Space, place: Place, trial: Trial) -> str:
    """Return what is wrong with the verdict on a trial of the space; empty where it is right."""
    verdict = space.verdict(place, trial)
    remedy, own = remedy_of(trial, verdict), space.gain(place, trial)
    if verdict == verdicts.LEARNS:
        return _fault_of_praise(space, place, trial)
    if own >= max(CLEAR, AS_GOOD * space.best[place, trial.pairing.loss]):
        return f"accused, but gains {own:.2f} of at best {space.best[place, trial.pairing.loss]:.2f}"
    if remedy is None:
        return "accused without a remedy"
    end, fault = _followed(space, place, trial)
    return fault or _fault_of_cause(space, place, (trial, remedy, end), verdict)


def _fault_of_praise(space: Space, place: Place, trial: Trial) -> str:
    gained, best = space.gain(place, trial), space.best_at[place, _of_the_loss(trial)]
    if gained >= max(CLEAR, ENOUGH * best):
        return ""
    return f"said to learn, but gains {gained:.2f}; at this rate its loss can gain {best:.2f}"


def _followed(space: Space, place: Place, trial: Trial) -> tuple[Trial, str]:
    """Follow one remedy after the other. Return where they end, and what is wrong with that."""
    now, way = trial, []
    for _ in range(MOST_REMEDIES):
        if not space.has(place, now):
            return now, f"{' > '.join(way)} asks for {now}, which is not in the table"
        verdict = space.verdict(place, now)
        remedy = remedy_of(now, verdict)
        way.append(verdict)
        if remedy is None:
            fault = "" if verdict == verdicts.LEARNS else f"{' > '.join(way)} has no remedy"
            return now, fault or _fault_of_praise(space, place, now)
        now = remedy
    return now, f"{' > '.join(way)} does not end"


def _fault_of_cause(space: Space, place: Place, way: tuple[Trial, Trial, Trial], verdict: str) -> str:
    """Put back what was accused and changed: the learning at the end must be undone."""
    before, after, end = way
    parts = ACCUSED.get(verdict, OF_THE_TRAINING)
    changed = {part: _part(before, part) for part in parts if _part(before, part) != _part(after, part)}
    if not changed:
        return f"the remedy changes none of {', '.join(parts)}"
    back = _with(end, **changed)
    if not space.has(place, back):
        return f"{back} is not in the table"
    gained = space.gain(place, back) if verdict == verdicts.DISPLAY else space.best_display(place, back)
    if gained <= space.gain(place, end) - CLEAR:
        return ""
    return f"with {', '.join(changed)} put back it gains {gained:.2f} of {space.gain(place, end):.2f}"


def _of_the_loss(trial: Trial) -> Trial:
    """Return one trial for all of this loss, range, rate and number of steps."""
    return _with(trial, last=Pairing().last, link=Pairing().link)


def _part(trial: Trial, part: str) -> str | float:
    return getattr(trial if part in OF_THE_TRAINING else trial.pairing, part)


def _with(trial: Trial, **parts: str | float) -> Trial:
    own = {part: value for part, value in parts.items() if part in OF_THE_TRAINING}
    rest = {part: value for part, value in parts.items() if part not in OF_THE_TRAINING}
    return replace(trial, pairing=trial.pairing.model_copy(update=rest), **own)
