"""A session of the pairing lab: some pairings on the same data, the same batches and the same first weights.

A session is a folder with one writer, the lab's process. `session.json` says what to run, `looks.safetensors` and
`looks.json` the measurements so far. The page makes the folder and only reads afterwards.
"""

import contextlib
import re
import shutil
import time
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from explorer.datasets.catalogue import dataset_info
from explorer.files import FORMAT, FormatError, read_json, without_format, write_json
from explorer.places import lab_folder, make_folder, writing
from models.spec.catalogue import NETWORKS, current_name, entry
from models.spec.experiment import LearningRate
from models.spec.pairings import Pairing
from models.spec.sentences import sentences_of

SESSION, STATE, ARRAYS = "session.json", "looks.json", "looks.safetensors"
KEPT = 30
MOST_CASES = 10


_NAME = re.compile("[0-9]{8}-[0-9]{6}-[0-9]{6}")  # the day, the time, microseconds


class SessionError(ValueError):
    """A session that cannot be run or read; the message has one sentence for each fault."""


class Session(BaseModel):
    """The cases to run. By default the question's network learns in seconds, on data that needs no download."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pairings: Annotated[tuple[Pairing, ...], Field(min_length=1, max_length=MOST_CASES)]
    dataset: str = "digits"
    network: str = "question"
    latent_dim: int = Field(default=100, ge=1, le=512)
    steps: int = Field(default=150, ge=1, le=5000)
    batch_size: int = Field(default=32, ge=1, le=1024)
    learning_rate: LearningRate = 1e-3
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


def new_session(session: Session, parent: Path | None = None) -> Path:
    """Make the folder of a session, and delete the oldest ones beyond KEPT. Raises UnwritableError."""
    parent = parent or lab_folder()
    make_folder(parent)
    for old in list_sessions(parent)[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)  # a reader may have it open; the next session tries again
    while True:
        folder = parent / f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() // 1000 % 10**6:06d}"
        with writing(folder), contextlib.suppress(FileExistsError):
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
        return Session.parse(without_format(read_json(folder / SESSION), "session"))
    except (SessionError, FormatError) as error:
        raise SessionError(str(error)) from error
    except (OSError, ValueError) as error:
        raise SessionError(f"The session {folder.name} cannot be read ({error}). Run it again.") from error
