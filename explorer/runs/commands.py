"""The commands to a running trainer, and its inbox."""

import contextlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from explorer.files import is_file, remove_file
from explorer.runs.layout import INBOX
from models.spec.experiment import LearningRate
from models.spec.term_settings import Weight

POLL_SECONDS = 0.05


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Simple(_Command):
    command: Literal["pause", "resume", "stop"]


class StepTo(_Command):
    """While paused: train up to a step of that number. Sent twice, it is one step all the same."""

    command: Literal["step"]
    to: Annotated[int, Field(ge=1)]


class SetWeight(_Command):
    command: Literal["weight"]
    term: str
    value: Weight


class SetLearningRate(_Command):
    command: Literal["learning_rate"]
    value: LearningRate


class GoOn(_Command):
    """Whether the run goes on when the app that started it has gone."""

    command: Literal["go_on"]
    value: bool


class SetMoving(_Command):
    """The learners with these totals move; the others are frozen."""

    command: Literal["moving"]
    totals: Annotated[tuple[str, ...], Field(max_length=16)]


Command = Simple | StepTo | SetWeight | SetLearningRate | SetMoving | GoOn
_PARSER: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="command")])


def parse_command(text: bytes) -> Command:
    """Parse a command. Raises ValueError for anything that is no command."""
    try:
        return _PARSER.validate_json(text)
    except ValidationError as error:
        raise ValueError(f"Not a command for a run: {text[:80]!r}. {error.errors()[0]['msg']}.") from error


class Inbox:
    """Commands as they arrive in the run folder."""

    def __init__(self, folder: Path):
        self.folder = folder / INBOX
        self.folder.mkdir(exist_ok=True)
        self.next_poll = 0.0

    def take(self) -> list[Command | ValueError]:
        """Return new commands in the order of sending. Reads the folder at most every 50 ms."""
        if time.monotonic() < self.next_poll:
            return []
        self.next_poll = time.monotonic() + POLL_SECONDS
        found: list[Command | ValueError] = []
        for path in waiting(self.folder):
            try:
                found.append(parse_command(path.read_bytes()))
            except ValueError as error:
                found.append(error)
            remove_file(path)
        return found

    def take_urgent(self) -> list[Simple | GoOn]:
        """Take `stop` and `go_on` alone; what steers a training waits until there is one."""
        found: list[Simple | GoOn] = []
        for path in waiting(self.folder):
            with contextlib.suppress(ValueError):
                command = parse_command(path.read_bytes())
                if isinstance(command, GoOn) or (isinstance(command, Simple) and command.command == "stop"):
                    found.append(command)
                    remove_file(path)
        return found


def waiting(inbox: Path) -> list[Path]:
    """Return the files of the commands that the trainer has not taken, in the order of sending."""
    return sorted(path for path in inbox.glob("[0-9]*.json") if is_file(path))


class Lifeline:
    """The parent's end of standard input. It closes when the parent is gone, whatever way it went."""

    def __init__(self):
        self.parent_gone = threading.Event()
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        while os.read(sys.stdin.fileno(), 4096):  # unbuffered: a buffer's lock would be held at exit
            pass
        self.parent_gone.set()
