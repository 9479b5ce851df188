"""The results of a session of the pairing lab so far, as its process wrote them; each value is checked here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, field_validator

from explorer.diagnosis.findings import NOTE, Finding
from explorer.diagnosis.pairing_measures import PairingMeasured
from explorer.files import is_file, load_arrays, read_json
from explorer.lab.session import ARRAYS, MOST_CASES, STATE, SessionError
from models.spec.pairings import LINKS, Pairing

ENDED = frozenset({"finished", "stopped", "failed"})
Seconds = Annotated[float, Field(ge=0, le=1e9)]
CaseState = Literal["waiting", "training", "finished", "stopped"]


@dataclass(frozen=True)
class CaseResult:
    """The result of one pairing so far. `note` says why it ended early."""

    pairing: Pairing
    state: CaseState
    note: str
    steps: int
    mean_loss: float
    measured: PairingMeasured | None
    diagnosis: Finding | None
    arrays: Mapping[str, np.ndarray]  # losses (steps,), look_steps and gradients (looks,), counts, edges, shown


@dataclass(frozen=True)
class Results:
    """A session so far. `images` (n, height, width, channels) uint8 are those that the cases' `shown` rebuild."""

    state: str  # waiting, preparing, training, finished, stopped, failed
    message: str
    seconds: float
    images: np.ndarray | None
    cases: tuple[CaseResult, ...]

    @property
    def ended(self) -> bool:
        return self.state in ENDED


def as_finding(stored: Any) -> Any:
    """Return a stored finding as today's; sessions of earlier versions have a verdict and a reason."""
    if isinstance(stored, Mapping) and "reason" in stored:
        return {"level": NOTE, "verdict": stored.get("verdict"), "sentence": stored["reason"]}
    return stored


class _Case(BaseModel):
    state: CaseState
    note: str
    steps: Annotated[int, Field(ge=0, le=10**6)]
    mean_loss: float
    measured: PairingMeasured | None
    diagnosis: Annotated[Finding | None, BeforeValidator(as_finding)]

    @field_validator("measured")
    @classmethod
    def _under_each_link(cls, measured: PairingMeasured | None) -> PairingMeasured | None:
        if measured and not set(LINKS) <= set(measured.errors):
            raise ValueError(
                f"the errors are of {', '.join(measured.errors)[:80]}; those of {', '.join(LINKS)} are shown"
            )
        return measured


class _State(BaseModel):
    state: Literal["waiting", "preparing", "training", "finished", "stopped", "failed"]
    message: str
    seconds: Seconds
    cases: Annotated[list[_Case], Field(max_length=MOST_CASES)]


def read_results(folder: Path, pairings: Sequence[Pairing]) -> Results:
    """Read a session so far; one that has not begun is waiting. Raises SessionError for a damaged folder."""
    if not is_file(folder / STATE):
        return Results("waiting", "", 0.0, None, tuple(map(_waiting, pairings)))
    try:
        state = _State.model_validate(read_json(folder / STATE))
        arrays = load_arrays(folder / ARRAYS) if is_file(folder / ARRAYS) else {}
        images = arrays.get("images")
        cases = tuple(
            _case(pairing, given, _arrays_of(arrays, number))
            for number, (pairing, given) in enumerate(zip(pairings, state.cases, strict=False))
        )
        cases += tuple(map(_waiting, pairings[len(cases) :]))
        return Results(state.state, state.message, state.seconds, images, cases)
    except (OSError, ValueError) as error:  # of another version, or half of a file
        why = _first(error) if isinstance(error, ValidationError) else error
        raise SessionError(f"The session {folder.name} cannot be read ({why}). Run it again.") from error


def _first(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _arrays_of(arrays: Mapping[str, np.ndarray], number: int) -> dict[str, np.ndarray]:
    """Return the arrays of one case: all that a figure draws, or none. Raises ValueError for other shapes."""
    own = {name.partition("/")[2]: array for name, array in arrays.items() if name.startswith(f"{number}/")}
    if not own:
        return {}
    images, looks, bins = arrays.get("images"), own.get("look_steps"), own.get("counts")
    if images is None or images.dtype != np.uint8 or images.ndim != 4 or looks is None or bins is None:
        raise ValueError(f"the arrays of case {number + 1} are not complete")
    losses = own.get("losses", np.empty(0))  # written a moment before the number of steps
    needed = {
        "losses": ("f", losses.shape[:1]),
        "look_steps": ("f", looks.shape[:1]),
        "gradients": ("f", looks.shape[:1]),
        "counts": ("f", bins.shape[:1]),
        "edges": ("f", (bins.size + 1,)),
        "shown": ("u", images.shape),
    }
    for name, (kind, shape) in needed.items():
        if name not in own or own[name].dtype.kind != kind or own[name].shape != shape:
            raise ValueError(f"the {name} of case {number + 1} are not of shape {shape}")
    if own["shown"].dtype != np.uint8 or not np.isfinite(own["edges"]).all():
        raise ValueError(f"the pictures or edges of case {number + 1} are of another kind")
    return own


def _waiting(pairing: Pairing) -> CaseResult:
    return CaseResult(pairing, "waiting", "", 0, np.nan, None, None, {})


def _case(pairing: Pairing, given: _Case, arrays: Mapping[str, np.ndarray]) -> CaseResult:
    return CaseResult(
        pairing, given.state, given.note, given.steps, given.mean_loss, given.measured, given.diagnosis, arrays
    )
