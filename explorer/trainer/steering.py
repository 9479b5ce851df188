"""The settings that can change while a training runs: weights of terms, the learning rate, and who moves."""

import time
from collections.abc import Iterable, Sequence

from explorer.runs.commands import SetLearningRate, SetMoving, SetWeight
from explorer.runs.records import Settings
from explorer.runs.writer import RunWriter
from models.program import Program
from models.spec.schedules import rate_factor


class Steering:
    """The settings in force. Each change counts from the next step on and is an event of the run."""

    def __init__(self, program: Program, store: RunWriter):
        self.program, self.store = program, store
        experiment = program.experiment
        self.totals = tuple(experiment.variant_info.learners)
        self.terms = {name: experiment.terms[name] for total in self.totals for name in experiment.terms_of(total)}
        self.learning_rate = experiment.learning_rate
        self.moving = self.totals  # whose learners are not frozen
        self._tell()

    def _tell(self) -> None:
        """Put the settings into the status, which the store writes at its next flush."""
        weights = {name: setting.weight for name, setting in self.terms.items()}
        self.store.status["settings"] = Settings(weights, self.learning_rate, self.moving).as_json()

    def rate_at(self, epochs: float) -> float:
        """Return the learning rate after that many epochs, as its schedule has it."""
        experiment = self.program.experiment
        return self.learning_rate * rate_factor(experiment.rate_schedule, epochs, experiment.epochs)

    def change(self, command: SetWeight | SetLearningRate | SetMoving) -> None:
        match command:
            case SetWeight(term=term, value=value):
                self._weigh(term, value)
            case SetLearningRate(value=value):
                self.store.log_event("learning_rate", value=value, before=self.learning_rate)
                self.learning_rate = value
                self.program.set_learning_rate(value)
            case SetMoving(totals=totals):
                self._let_move(totals)
        self._tell()
        self.store.flush()

    def _weigh(self, term: str, weight: float) -> None:
        if term not in self.terms:
            self.refuse(f"There is no term {term}; there are {self._listed(self.terms)}. Name one of them.")
            return
        self.store.log_event("weight", term=term, value=weight, before=self.terms[term].weight)
        self.terms[term] = self.terms[term].model_copy(update={"weight": weight})

    def _let_move(self, totals: Sequence[str]) -> None:
        if not totals or not set(totals) <= set(self.totals):
            given = ", ".join(totals)[:60] or "none"
            self.refuse(
                f"The totals whose networks are to be updated were {given}; allowed are {self._listed(self.totals)}. "
                "Name at least one of them."
            )
            return
        moving = tuple(total for total in self.totals if total in totals)
        self.store.log_event("moving", value=moving, before=self.moving)
        self.moving = moving
        self.program.set_moving(moving)

    def _listed(self, names: Iterable[str]) -> str:
        """Return terms or totals as the screen calls them, each with the name that a command needs."""
        return ", ".join(f"“{self.program.experiment.label(name)}” ({name})" for name in names)

    def refuse(self, sentence: str) -> None:
        self.store.log_event("refused", message=sentence, at=time.time())
        self.store.flush()
