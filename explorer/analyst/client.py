"""The app's side of the analyst: starts it, asks it, brings it back when it dies. Never blocks a page."""

import contextlib
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from explorer.analyst.frames import frame, read_frame
from explorer.places import ROOT, logs_folder
from explorer.runs.launcher import detached_options

Answer = tuple[dict[str, Any], bytes]
HOPELESS = 3  # deaths in a row without an answer
PIPE_ROOM = 32_768  # bytes that a pipe holds on every system while the process is busy: a longer write would block
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)  # seconds before the next start, after each death in a row


class AnalystError(RuntimeError):
    """The request could not be answered; the message can be shown."""


class AskAgainError(AnalystError):
    """The request was not done, for a reason that passes: the process starts, is busy, or has just died."""


def _close_pipes(process: subprocess.Popen) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # a request that was never read cannot be flushed
                pipe.close()


@dataclass
class _Pending:
    size: int
    future: Future[Answer] = field(default_factory=Future)
    progress: Callable[[dict[str, Any]], None] | None = None


class AnalystClient:
    """One analyst process, with at most `threads` for its operations (0: all). Any thread may call any method."""

    def __init__(self, name: str = "analyst", threads: int = 0):
        self._name, self._threads = name, threads
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._pending: dict[int, _Pending] = {}
        self._process: subprocess.Popen | None = None
        self._closing = threading.Event()
        self._ready = threading.Event()
        self.restarts = 0
        self._deaths = 0  # in a row, without an answer in between
        self._interrupted = False

    @property
    def ready(self) -> bool:
        return self._ready.is_set()

    @property
    def trouble(self) -> str:
        """Why requests cannot be answered now, in a few words; empty while they can."""
        if self.ready:
            return ""
        if self._deaths >= HOPELESS:
            return f"the {self._name} cannot start; its log is {self.log}"
        return f"the {self._name} stopped and is starting again" if self.restarts else f"the {self._name} is starting"

    @property
    def log(self) -> Path:
        """What the process itself has to say, since its last start."""
        return logs_folder() / f"{self._name}.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process, if it is not there; returns at once."""
        with self._lock:
            if self._process is None and not self._closing.is_set():
                self._spawn()
                threading.Thread(target=self._keep_alive, name="analyst", daemon=True).start()

    def _spawn(self) -> None:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = self._popen(path, log)

    def _popen(self, path: str, log: IO[bytes]) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "explorer.analyst.server", str(self._threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "PYTHONPATH": path},
            **detached_options(),
        )

    def _keep_alive(self) -> None:
        """Read answers; when the process dies, fail what was asked of it and start another."""
        while not self._closing.is_set():
            process = self._process
            if process is None or process.stdout is None:
                return
            served = self._read_answers(process.stdout)
            process.wait()
            _close_pipes(process)
            self._deaths = 0 if served or self._interrupted else self._deaths + 1
            self._interrupted = False
            with self._lock:
                self._ready.clear()
                self.restarts += 1
                self._fail_all(f"The {self._name} stopped in the middle of this; it is starting again.")
            if self._closing.wait(PAUSES[min(self._deaths, len(PAUSES) - 1)]):
                return
            with self._lock:
                if self._closing.is_set():
                    return
                self._spawn()

    def _read_answers(self, stream: IO[bytes]) -> int:
        """Until the stream ends; how many requests were answered."""
        served = 0
        while True:
            try:
                header, payload = read_frame(stream)
            except (EOFError, ValueError, OSError):
                return served
            if header.get("ready"):
                self._ready.set()
            elif "progress" in header:
                self._report(header)
            else:
                served += 1
                self._settle(header, payload)

    def _report(self, header: dict[str, Any]) -> None:
        pending = self._pending.get(header["id"])
        if pending is not None and pending.progress is not None:
            pending.progress(header["progress"])

    def _settle(self, header: dict[str, Any], payload: bytes) -> None:
        pending = self._pending.pop(header["id"], None)
        if pending is None or not pending.future.set_running_or_notify_cancel():
            return  # nobody asked, or nobody waits for it any more
        if "error" in header:
            pending.future.set_exception(AnalystError(header["error"]))
        else:
            pending.future.set_result((header, payload))

    def _fail_all(self, sentence: str) -> None:
        pending, self._pending = self._pending, {}
        for one in pending.values():
            if one.future.set_running_or_notify_cancel():
                one.future.set_exception(AskAgainError(sentence))

    def ask(
        self,
        request: str,
        payload: bytes = b"",
        progress: Callable[[dict[str, Any]], None] | None = None,
        **values: Any,
    ) -> Future[Answer]:
        """Send a request; the future gives (header, bytes) or raises AnalystError. AskAgainError: at once."""
        if not self.ready:
            self.start()
            raise AskAgainError(f"The {self._name} is starting; this takes a few seconds.")
        with self._lock:
            number = next(self._numbers)
            message = frame({"id": number, "request": request, **values}, payload)
            if self._pending and sum(one.size for one in self._pending.values()) + len(message) > PIPE_ROOM:
                raise AskAgainError(f"The {self._name} is busy with other requests; this one waits its turn.")
            self._pending[number] = pending = _Pending(len(message), progress=progress)
            try:
                self._send(message)
            except (BrokenPipeError, ValueError) as error:  # ValueError: the pipe was closed on our side
                self._pending.pop(number, None)
                raise AskAgainError(
                    f"The {self._name} stopped and is starting again; this takes a few seconds."
                ) from error
        return pending.future

    def interrupt(self) -> None:
        """Kill the process in the middle of what it does; another one takes its place. Nothing less stops a library."""
        with self._lock:
            process, self._interrupted = self._process, True
        if process is not None:
            process.kill()

    def _send(self, message: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            raise BrokenPipeError(f"There is no {self._name}.")
        self._process.stdin.write(message)
        self._process.stdin.flush()

    def wait_ready(self, timeout: float) -> bool:
        """For tests and benchmarks: block until the process answers requests."""
        self.start()
        return self._ready.wait(timeout)

    def close(self) -> None:
        """End the process by closing its input; kill it where that does not help."""
        self._closing.set()
        with self._lock:
            process, self._process = self._process, None
            self._fail_all("Hourglass is closing.")
        if process is None:
            return
        if process.stdin is not None:
            with contextlib.suppress(OSError):  # it has died with a request in its pipe
                process.stdin.close()
        deadline = time.monotonic() + 2.0
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if process.poll() is None:
            process.kill()
            process.wait()
