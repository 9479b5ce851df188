"""Where names are looked up, and what a script writes by a name of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from explorer.datasets.catalogue import DatasetInfo
from explorer.export.source import Module
from explorer.export.values import Own, Value
from models.spec.experiment import Experiment

# Modules without Keras whose values are taken as they are.
PLAIN = frozenset({"models.spec.catalogue", "models.spec.tensors", "explorer.datasets.catalogue"})
# Fields that become constants at the top of the script.
EXPERIMENT_CONSTANTS = tuple(name for name, info in Experiment.model_fields.items() if info.annotation in {int, float})
DATASET_CONSTANTS = ("image_shape", "examples", "classes")
CONSTANTS_OF = ((Experiment, EXPERIMENT_CONSTANTS), (DatasetInfo, DATASET_CONSTANTS))


@dataclass
class Scope:
    """The module whose names are meant, and the local names on top of them."""

    module: Module
    names: dict[str, Value] = field(default_factory=dict)
    indent: int = 0  # where the statement at hand stands in its source
    column: int = 0  # and where it will stand in the script
    moving: frozenset[str] = frozenset()  # names that a loop or an undecided branch may change

    def inside(self, names: Mapping[str, Value]) -> "Scope":
        return replace(self, names={**self.names, **names})


class Needs(Protocol):
    """Where what the script needs is written down; gives the name under which the script has it."""

    given: Mapping[str, Any]

    def constant(self, owner: Module, name: str) -> str: ...

    def own(self, value: Own, decided: Mapping[str, Value], dropped: frozenset[str]) -> str: ...

    def unread(self, value: Own, decided: Mapping[str, Value]) -> frozenset[str]: ...

    def own_term(self, text: str) -> str: ...

    def imported(self, name: str, origin: tuple[str, str | None]) -> str: ...
