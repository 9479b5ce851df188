"""Records of a run: status, settings, events, snapshots, curves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.runs.layout import ACTIVE, SILENT, STEERED
from models.spec.experiment import Experiment


@dataclass(frozen=True)
class Status:
    """The state of a run. `state` is the recorded one, or what a reader says of a trainer that is gone or silent."""

    state: str
    stage: str
    message: str
    step: int
    epoch: float
    seconds: float
    images_per_second: float
    goes_on: bool

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def has_pace(self) -> bool:
        """Return whether rate and time left say something: once measured, and only of a run that moves."""
        return self.images_per_second > 0 and self.epoch > 0 and self.state not in {"paused", SILENT}

    def seconds_left(self, epochs: int) -> float:
        """Return how long the rest of so many epochs takes, if it goes on as before; 0 before the first step."""
        return self.seconds * max(0.0, epochs / self.epoch - 1) if self.epoch > 0 else 0.0


@dataclass(frozen=True)
class Event:
    step: int
    epoch: float
    seconds: float
    kind: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Snapshot:
    step: int
    epoch: float
    path: Path


@dataclass(frozen=True)
class Curves:
    """Columns by name, (points,) each; `step` is the last step that a point stands for."""

    training: Mapping[str, np.ndarray]
    validation: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Settings:
    """The settings in force that can be changed: weights by term, before their schedules; the totals that move."""

    weights: Mapping[str, float]
    learning_rate: float
    moving: tuple[str, ...]

    def as_json(self) -> str:
        return json.dumps({"weights": self.weights, "learning_rate": self.learning_rate, "moving": self.moving})


@dataclass(frozen=True)
class Moment:
    """Everything that a page shows of a run, read at one moment. `newest`: the last single steps by column."""

    status: Status
    settings: Settings
    events: tuple[Event, ...]
    snapshots: tuple[Snapshot, ...]
    curves: Curves
    newest: Mapping[str, np.ndarray]

    def of_kind(self, *kinds: str) -> list[Event]:
        return [event for event in self.events if event.kind in kinds]

    @property
    def changes(self) -> list[Event]:
        """The settings that were changed while it trained."""
        return self.of_kind(*STEERED)


def settings_at_first(experiment: Experiment) -> Settings:
    """Return the settings that a run of the experiment begins with."""
    learners = experiment.variant_info.learners
    weights = {name: experiment.terms[name].weight for total in learners for name in experiment.terms_of(total)}
    return Settings(weights, experiment.learning_rate, tuple(learners))


def settings_after(experiment: Experiment, events: Sequence[Event]) -> Settings:
    """Return the settings after events, in their order. Runs of format 1 keep no others."""
    first = settings_at_first(experiment)
    weights, rate, moving = dict(first.weights), first.learning_rate, first.moving
    for event in events:
        if event.kind == "weight":
            weights[event.detail["term"]] = event.detail["value"]
        elif event.kind == "learning_rate":
            rate = event.detail["value"]
        elif event.kind == "moving":
            moving = tuple(event.detail["value"])
    return Settings(weights, rate, moving)
