"""The commands to a running trainer, and its inbox."""

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from explorer.files import is_file, read_file, remove_file
from explorer.runs.layout import INBOX
from models.spec.experiment import LearningRate
from models.spec.term_settings import Weight

POLL_SECONDS = 0.05
_LARGEST = 100_000  # bytes of a command; whatever is longer is none


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
    """The choice whether the run goes on when the app that started it has gone."""

    command: Literal["go_on"]
    value: bool


class SetMoving(_Command):
    """The learners with these totals move; the others are frozen."""

    command: Literal["moving"]
    totals: Annotated[tuple[str, ...], Field(max_length=16)]


Command = Simple | StepTo | SetWeight | SetLearningRate | SetMoving | GoOn
_NAMED = re.compile(r"[0-9-]+\.(pause|resume|stop)\.json")
_PARSER: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="command")])


def parse_command(text: bytes) -> Command:
    """Parse a command. Raises ValueError for anything that is no command."""
    try:
        return _PARSER.validate_json(text)
    except ValidationError as error:
        raise ValueError(f"Not a command for a run: {text[:80]!r}. {error.errors()[0]['msg']}.") from error


def read_command(path: Path) -> Command:
    """Read a command. Raises OSError, and ValueError for anything that is no command.

    On a full disk the file is empty, and its name says the command.
    """
    text = read_file(path, _LARGEST)
    if not text and (named := _NAMED.fullmatch(path.name)):
        return Simple.model_validate({"command": named[1]})
    return parse_command(text)


class Inbox:
    """Commands as they arrive in the run folder."""

    def __init__(self, folder: Path):
        self.folder = folder / INBOX
        self.folder.mkdir(exist_ok=True)
        self.next_poll = 0.0
        self._done: set[str] = set()  # names of files that stay, though they were taken or refused

    def take(self) -> list[Command | ValueError]:
        """Return new commands in the order of sending. Reads the folder at most every 50 ms."""
        if time.monotonic() < self.next_poll:
            return []
        self.next_poll = time.monotonic() + POLL_SECONDS
        found: list[Command | ValueError] = []
        for path in self._waiting():
            try:
                found.append(read_command(path))
            except FileNotFoundError:  # somebody else deleted it
                continue
            except OSError as error:
                self._done.add(path.name)
                found.append(
                    ValueError(f"The command {path.name} cannot be read ({error.strerror or error}). Send it again.")
                )
                continue
            except ValueError as error:
                found.append(error)
            self._remove(path)
        return found

    def take_urgent(self) -> list[Simple | GoOn]:
        """Take `stop` and `go_on` alone; what steers a training waits until there is one."""
        found: list[Simple | GoOn] = []
        for path in self._waiting():
            with contextlib.suppress(ValueError, OSError):  # `take` refuses it
                command = read_command(path)
                if isinstance(command, GoOn) or (isinstance(command, Simple) and command.command == "stop"):
                    found.append(command)
                    self._remove(path)
        return found

    def _waiting(self) -> list[Path]:
        return [path for path in waiting(self.folder) if path.name not in self._done]

    def _remove(self, path: Path) -> None:
        """Delete a command that was taken. What cannot be deleted is not taken again all the same."""
        try:
            remove_file(path)
        except OSError:
            self._done.add(path.name)


def waiting(inbox: Path) -> list[Path]:
    """Return the files of the commands that the trainer has not taken, in the order of sending."""
    return sorted(path for path in inbox.glob("[0-9]*.json") if is_file(path))


def newest_waiting(folder: Path) -> Iterator[Command]:
    """Yield the commands that the trainer of a run has not taken yet, the newest first."""
    for path in reversed(waiting(folder / INBOX)):
        with contextlib.suppress(OSError, ValueError):  # the trainer took it at this moment, or it is no command
            yield read_command(path)


def stop_is_waiting(folder: Path) -> bool:
    """Return whether a run was told to stop and its trainer has not read it yet."""
    return any(isinstance(command, Simple) and command.command == "stop" for command in newest_waiting(folder))


class Lifeline:
    """The parent's end of standard input. It closes when the parent is gone, whatever way it went."""

    def __init__(self):
        self.parent_gone = threading.Event()
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        while os.read(sys.stdin.fileno(), 4096):  # unbuffered: a buffer's lock would be held at exit
            pass
        self.parent_gone.set()
