"""The name and the note that a person gives a run: a small file in its folder, which the app writes whole.

The trainer neither reads nor writes it, and the run keeps its folder's name, by which links find it.
"""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from explorer.files import FORMAT, FormatError, read_json, without_format, write_json
from explorer.places import writing

LABEL = "label.json"
MOST_NAME, MOST_NOTE = 60, 2_000  # characters
_MOST = 50_000  # bytes of the file, in which a character may take twelve
_ANOTHER = "Check that the run's folder still exists, and that you may write to it."


class Label(BaseModel):
    """A name and a note; either may be empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_NAME)] = ""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_NOTE)] = ""


def read_label(folder: Path) -> Label:
    """Return the label of a run; an empty one where there is none, or none that can be read."""
    try:
        label = Label.model_validate(without_format(read_json(folder / LABEL, _MOST), "run"))
    except (OSError, ValueError, FormatError, ValidationError):
        return Label()
    return label.model_copy(update={"name": " ".join(label.name.split())})


def write_label(folder: Path, label: Label) -> None:
    """Write the label of a run. Raises UnwritableError."""
    with writing(folder, _ANOTHER):
        write_json(folder / LABEL, {"format": FORMAT, **label.model_dump()})
