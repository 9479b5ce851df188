"""A session of the pairing lab: some pairings on the same data, the same batches and the same first weights.

A session is a folder with one writer, the lab's process. `session.json` says what to run, `looks.safetensors` and
`looks.json` the measurements so far. The page makes the folder and only reads afterwards.
"""

import contextlib
import json
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from explorer.datasets.catalogue import dataset_info
from explorer.diagnosis.findings import NOTE, Finding
from explorer.diagnosis.pairing_measures import Measured
from explorer.files import FORMAT, FormatError, load_arrays, without_format, write_json
from explorer.places import lab_folder
from models.spec.catalogue import NETWORKS, current_name, entry
from models.spec.experiment import LearningRate
from models.spec.pairings import Pairing
from models.spec.sentences import sentences_of

SESSION, STATE, ARRAYS = "session.json", "looks.json", "looks.safetensors"
KEPT = 30
MOST_CASES = 10
ENDED = frozenset({"finished", "stopped", "failed"})


_NAME = re.compile("[0-9]{8}-[0-9]{6}-[0-9]{6}")  # the day, the time, microseconds


class SessionError(ValueError):
    """A session that cannot be run or read; the message has one sentence for each fault."""


class Session(BaseModel):
    """The cases to run. The defaults are the question's, on data that needs no download."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pairings: Annotated[tuple[Pairing, ...], Field(min_length=1, max_length=MOST_CASES)]
    dataset: str = "digits"
    network: str = "question"
    latent_dim: int = Field(default=100, ge=1, le=512)
    steps: int = Field(default=235, ge=1, le=5000)
    batch_size: int = Field(default=256, ge=1, le=1024)
    learning_rate: LearningRate = 1e-4
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    @field_validator("dataset")
    @classmethod
    def _known_dataset(cls, name: str) -> str:
        return dataset_info(name).name

    @field_validator("network")
    @classmethod
    def _known_network(cls, name: str) -> str:
        name = current_name("network", name)
        entry(NETWORKS, "network", name)
        return name

    @classmethod
    def parse(cls, given: Any) -> "Session":
        """Parse a mapping or JSON text. Raises SessionError."""
        try:
            return cls.model_validate_json(given) if isinstance(given, str | bytes) else cls.model_validate(given)
        except ValidationError as error:
            owners = {"pairings.": ("a pairing", Pairing), "": ("a session", Session)}
            raise SessionError(" ".join(sentences_of(error, owners))) from error


@dataclass(frozen=True)
class CaseResult:
    """The result of one pairing so far. `note` says why it ended early."""

    pairing: Pairing
    state: str  # waiting, training, finished, stopped
    note: str
    steps: int
    mean_loss: float
    measured: Measured | None
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


def new_session(session: Session, parent: Path | None = None) -> Path:
    """Make the folder of a session, and delete the oldest ones beyond KEPT."""
    parent = parent or lab_folder()
    parent.mkdir(parents=True, exist_ok=True)
    for old in list_sessions(parent)[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)  # a reader may have it open; the next session tries again
    while True:
        folder = parent / f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() // 1000 % 10**6:06d}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            write_json(folder / SESSION, {"format": FORMAT, **session.model_dump()})
            return folder


def find_session(name: str) -> Path | None:
    """Find the folder of that name, if there is one; a name comes from a link and may be anything."""
    return next((path for path in list_sessions() if path.name == name), None)


def list_sessions(parent: Path | None = None) -> list[Path]:
    """Return the folders of the sessions that are kept, the newest first.

    Only names that `new_session` gives count: the oldest sessions are deleted, and what a person put there is not ours.
    """
    parent = parent or lab_folder()
    return sorted(
        (path for path in parent.glob("[0-9]*") if _NAME.fullmatch(path.name) and path.is_dir()), reverse=True
    )


def read_session(folder: Path) -> Session:
    try:
        text = (folder / SESSION).read_text(encoding="utf-8")
        return Session.parse(without_format(json.loads(text), "session"))
    except (SessionError, FormatError) as error:
        raise SessionError(str(error)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise SessionError(f"The session {folder.name} cannot be read ({error}). Run it again.") from error


def read_results(folder: Path, pairings: Sequence[Pairing]) -> Results:
    """Read a session so far; one that has not begun is waiting. Raises SessionError for a damaged folder."""
    if not (folder / STATE).is_file():
        return Results("waiting", "", 0.0, None, tuple(map(_waiting, pairings)))
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
        arrays = load_arrays(folder / ARRAYS) if (folder / ARRAYS).is_file() else {}
        cases = tuple(
            _case(pairing, given, {name.partition("/")[2]: a for name, a in arrays.items() if name.startswith(f"{n}/")})
            for n, (pairing, given) in enumerate(zip(pairings, state["cases"], strict=False))
        )
        cases += tuple(map(_waiting, pairings[len(cases) :]))
        return Results(state["state"], state["message"], state["seconds"], arrays.get("images"), cases)
    except (OSError, ValueError, KeyError, TypeError) as error:  # of another version, or half of a file
        raise SessionError(f"The session {folder.name} cannot be read ({error}). Run it again.") from error


def _waiting(pairing: Pairing) -> CaseResult:
    return CaseResult(pairing, "waiting", "", 0, np.nan, None, None, {})


def _case(pairing: Pairing, given: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> CaseResult:
    measured = Measured(**given["measured"]) if given["measured"] else None
    diagnosis = _read_finding(given["diagnosis"]) if given["diagnosis"] else None
    return CaseResult(
        pairing, given["state"], given["note"], given["steps"], given["mean_loss"], measured, diagnosis, arrays
    )


def _read_finding(stored: Mapping[str, Any]) -> Finding:
    """Return a stored finding; sessions of earlier versions have a verdict and a reason."""
    if "reason" in stored:
        return Finding(NOTE, stored["verdict"], stored["reason"])
    return Finding(**stored)
