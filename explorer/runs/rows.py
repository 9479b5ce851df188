"""The rows of a run's database as readers take them. SQLite keeps anything in any column, so each is checked here."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Json, ValidationError

from models.spec.experiment import Experiment, LearningRate
from models.spec.term_settings import Weight

Step = Annotated[int, Field(ge=0, le=10**12)]
Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Totals = Annotated[list[str], Field(max_length=16)]


class RowError(ValueError):
    """A row that is none of ours; the message says in what."""


class _Row(BaseModel):
    model_config = ConfigDict(strict=True)


Checked = TypeVar("Checked", bound=_Row)


class SettingsRow(_Row):
    """The settings in force."""

    weights: dict[str, Weight]
    learning_rate: LearningRate
    moving: Totals


class StatusRow(_Row):
    """The newest status. `settings` are missing in runs of format 1, and before the training."""

    state: Annotated[str, Field(max_length=200)]
    stage: str
    message: str
    step: Step
    epoch: Amount
    seconds: Amount
    images_per_second: Amount
    goes_on: Annotated[int, Field(ge=0, le=1)]
    settings: Json[SettingsRow] | None = None
    updated: float | None = None


class EventRow(_Row):
    """Something that happened; what its detail must hold depends on its kind."""

    step: Step
    epoch: Amount
    seconds: Amount
    kind: str
    detail: Json[dict[str, Any]]


class SnapshotRow(_Row):
    """A snapshot that is whole. Its file's name leads nowhere else."""

    step: Step
    epoch: Amount
    file: Annotated[str, Field(pattern=r"^[0-9]{9}\.safetensors$")]


class _Fact(_Row):
    key: str
    value: Json[Any]


class _Facts(_Row):
    """The facts of `meta` that are checked here; `whereabouts.Facts` has those of the process."""

    model_config = ConfigDict(strict=True, extra="allow")

    series: list[str] = []
    terms: list[str] = []


class _Weight(_Row):
    term: str
    value: Weight
    before: Weight


class _Rate(_Row):
    value: LearningRate
    before: LearningRate


class _Moving(_Row):
    value: Totals
    before: Totals


class _Said(_Row):
    message: str
    at: Amount = 0.0


DETAILS: Mapping[str, type[_Row]] = MappingProxyType(
    {"weight": _Weight, "learning_rate": _Rate, "moving": _Moving, "refused": _Said, "warning": _Said}
)


def checked(kind: type[Checked], row: Mapping[str, Any]) -> Checked:
    """Return a row by its schema. Raises RowError."""
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise RowError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def checked_facts(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the facts of `meta` by key. Raises RowError."""
    facts = {row.key: row.value for row in (checked(_Fact, row) for row in rows)}
    checked(_Facts, facts)
    return facts


def checked_event(row: Mapping[str, Any], experiment: Experiment) -> EventRow:
    """Return an event whose detail is complete and about this experiment. Raises RowError."""
    event = checked(EventRow, row)
    if event.kind in DETAILS:
        detail = checked(DETAILS[event.kind], event.detail)
        if isinstance(detail, _Weight):
            _check_known("terms", [detail.term], experiment.terms)
        if isinstance(detail, _Moving):
            _check_known("totals", [*detail.value, *detail.before], experiment.variant_info.learners)
    return event


def check_settings(given: SettingsRow, experiment: Experiment) -> None:
    """Raise RowError for settings of another experiment."""
    learners = experiment.variant_info.learners
    needed = {term for total in learners for term in experiment.terms_of(total)}
    _check_known("terms", sorted(needed), given.weights)
    _check_known("totals", given.moving, learners)


def _check_known(what: str, names: Iterable[str], known: Mapping[str, Any]) -> None:
    if unknown := [name for name in names if name not in known]:
        raise RowError(f"the {what} {', '.join(unknown)[:80]} are not of this experiment")
