"""What `program.py` asks of an experiment, to decide which of its lines the script has."""

from dataclasses import dataclass
from typing import Any

from models.spec import tensors
from models.spec.experiment import Experiment


@dataclass(frozen=True)
class Traits:
    experiment: Experiment

    @property
    def several(self) -> bool:
        """Whether there is more than one learner."""
        return len(self.experiment.variant_info.learners) > 1

    @property
    def resting(self) -> bool:
        """Whether some learner does not move at every step."""
        return any(learner.every > 1 for learner in self.experiment.variant_info.learners.values())

    @property
    def scheduled(self) -> bool:
        """Whether a weight moves."""
        return any(setting.schedule != "constant" for setting in self.experiment.terms.values())

    @property
    def timed(self) -> bool:
        """Whether a term reads how long the training has lasted."""
        return tensors.EPOCHS in self.experiment.tensors

    @property
    def no_labels(self) -> Any:
        """What the program hands on in the place of labels where nobody is told them: then it is left out."""
        return None

    @property
    def of_batch(self) -> bool:
        """Whether a term is one number for a whole batch."""
        return any(self.experiment.term(name).of_batch for name in self.experiment.terms)
