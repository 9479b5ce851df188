"""The settings of loss terms: weight, schedule and, for a person's own term, its formula. Free of TensorFlow."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, field_validator
from pydantic_core import CoreSchema, core_schema

from models.spec.catalogue import current_formula, entry
from models.spec.schedules import SCHEDULES

_OWN_NAME = re.compile("[a-z][a-z0-9_]{0,31}")
_HISTORY_NAME = re.compile("level|step|epoch|seconds|learning_rate|weight_.*|weighted_.*")  # a run's own columns
Weight = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class TermSetting(BaseModel):
    """Weight and schedule of one loss term. `schedule_epochs` is the warm-up's or the cycle's length.

    `formula` is that of your own term (see `models.spec.formula.formula`); the catalogue has those of its terms.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    weight: Weight = 1.0
    schedule: str = "constant"
    schedule_epochs: float = Field(default=5.0, ge=0.01, le=10_000, allow_inf_nan=False)
    formula: str | None = None

    @field_validator("schedule")
    @classmethod
    def _known_schedule(cls, name: str) -> str:
        entry(SCHEDULES, "schedule", name)
        return name

    @field_validator("formula")
    @classmethod
    def _current_formula(cls, formula: str | None) -> str | None:
        return formula if formula is None else current_formula(formula)

    def weight_at(self, epochs: float) -> float:
        """Return the weight after that many epochs."""
        return self.weight * SCHEDULES[self.schedule].factor(epochs, self.schedule_epochs)


class Terms(Mapping[str, TermSetting]):
    """The terms of an experiment by name, in the order in which they are added. Hashable, and never changed."""

    def __init__(self, settings: Mapping[str, TermSetting] | Iterable[tuple[str, TermSetting]] = ()):
        self._settings = dict(settings)
        self._hash = hash(tuple(self._settings.items()))

    def __getitem__(self, name: str) -> TermSetting:
        return self._settings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Terms):
            return [*self.items()] == [*other.items()]
        return self._settings == other

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Terms({self._settings!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema, by which the terms are read and written as a plain table."""
        table = handler(dict[str, TermSetting])
        plain = core_schema.plain_serializer_function_ser_schema(dict, return_schema=table)
        return core_schema.no_info_after_validator_function(cls, table, serialization=plain)


def weights_at(settings: Mapping[str, TermSetting], epochs: float) -> dict[str, float]:
    """Return the weight of each term after that many epochs, as its schedule has it."""
    return {name: setting.weight_at(epochs) for name, setting in settings.items()}


def as_setting(given: Any) -> Mapping[str, Any]:
    """Return a term's setting as a table; a bare weight is one, too."""
    if isinstance(given, TermSetting):
        return given.model_dump()
    return given if isinstance(given, Mapping) else {"weight": given}


def check_own_name(name: str, taken: Collection[str]) -> None:
    """Raise ValueError for a name that a person's own term cannot have."""
    if name in taken or _HISTORY_NAME.fullmatch(name) or not _OWN_NAME.fullmatch(name):
        raise ValueError(
            f"your own term was named {name[:60]!r}; allowed are up to 32 lower-case letters, digits and _, "
            "starting with a letter, and no name that Hourglass uses itself. Choose another name."
        )
