"""The process that trains a run, and its machine: how they are noted, and how they are found again.

The number of a process alone says little, for the system gives it out again, and in another container or on another
machine it is another process.
"""

import functools
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from explorer.files import FORMAT, read_file, write_json
from explorer.runs.layout import TRAINER

SAME = 2.0  # seconds between two readings of one process's start


class Facts(BaseModel):
    """Facts by which a trainer's process is found again. Those of earlier versions say nothing of where it runs."""

    model_config = ConfigDict(extra="ignore")

    pid: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    process_started: float | None = None  # by the clock
    process_started_after_boot: float | None = None
    boot: str = ""  # of the system, where it has such a name: another one after each start
    processes: str = ""  # the name space of the numbers of processes: containers have their own
    host: str | None = None


def facts_of_this_process() -> dict[str, Any]:
    """Return by what `look` finds this process again."""
    return facts_of(os.getpid())


def facts_of(pid: int) -> dict[str, Any]:
    """Return by what `look` finds a process of this machine again.

    The start is kept by the clock and counted from boot. Where the clock is corrected, Linux shifts the first for a
    process that lives, other systems the second.
    """
    try:
        return {"pid": pid, **_start(psutil.Process(pid)), **_here()}
    except psutil.Error:  # it has ended already
        return {"pid": pid, **_here()}


def note_trainer(folder: Path, pid: int) -> None:
    """Write down which process trains a run, for those who look before it has a database. Raises OSError."""
    write_json(folder / TRAINER, {"format": FORMAT, **facts_of(pid)})


def noted_trainer(folder: Path) -> Facts:
    """Return what the launcher noted of a run's trainer; no facts where it did not, or what is there is no note."""
    try:
        return Facts.model_validate_json(read_file(folder / TRAINER))
    except (OSError, ValidationError):
        return Facts()


def facts_in(meta: Mapping[str, Any]) -> Facts:
    """Return the facts that the trainer itself wrote into its database; none before it has."""
    try:
        return Facts.model_validate({name: meta[name] for name in Facts.model_fields if name in meta})
    except ValidationError:
        return Facts()


@functools.cache
def _here() -> dict[str, str]:
    """Return where this process runs."""
    return {"boot": _boot(), "processes": _processes(), "host": socket.gethostname()}


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # not Linux
        return ""


def _processes() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 (a name in brackets, no path)
    except OSError:
        return ""


def lives(facts: Facts) -> bool | None:
    """Return whether a process with these facts lives; None where this machine cannot know."""
    if facts.pid is None or not _is_here(facts):
        return None
    try:
        process = psutil.Process(facts.pid)
        # The start first: the number may be another user's by now, of whose process no more is told.
        return _is_same(_start(process), facts) and not _has_ended(process)
    except psutil.NoSuchProcess:
        return None if _is_hidden(facts.pid) else False
    except psutil.Error:
        return False


def _has_ended(process: psutil.Process) -> bool:
    """Return whether all of a process has ended. While its other threads end, nobody is told its exit code."""
    return process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1


def _is_here(facts: Facts) -> bool:
    here = _here()
    return facts.host is None or {name: getattr(facts, name) for name in here} == here


def _is_hidden(pid: int) -> bool:
    """Return True for a process that the system shows only to its own user, as shared servers may."""
    if not psutil.POSIX:
        return False
    try:
        os.kill(pid, 0)  # sends nothing
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _start(process: psutil.Process) -> dict[str, float]:
    started = process.create_time()
    return {"process_started": started, "process_started_after_boot": started - psutil.boot_time()}


def _is_same(start: Mapping[str, float], facts: Facts) -> bool:
    known = ((value, getattr(facts, name)) for name, value in start.items())
    return any(noted is not None and abs(value - noted) < SAME for value, noted in known)


def ran_here_before_a_restart(facts: Facts) -> bool:
    """Return whether this machine, as far as its name tells, was started anew since."""
    here = _here()
    return facts.host == here["host"] and bool(facts.boot) and facts.boot != here["boot"]


def what_to_do(facts: Facts) -> str:
    """Return what somebody can do about a trainer that is not heard from."""
    if not _is_here(facts):
        where = f"on {facts.host}" if facts.host != _here()["host"] else "in another container"
        return f"It runs {where}: see there whether process {facts.pid} lives and can write into this folder."
    if _is_suspended(facts):
        return f"Its process is suspended. Let it go on: kill -CONT {facts.pid}"
    return f"Its process {facts.pid} hangs, or the machine is too busy. Wait, or end the process."


def _is_suspended(facts: Facts) -> bool:
    try:
        return facts.pid is not None and psutil.Process(facts.pid).status() == psutil.STATUS_STOPPED
    except psutil.Error:
        return False
