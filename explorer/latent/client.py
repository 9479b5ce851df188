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
from typing import IO, Any

from explorer.latent.frames import read_frame, write_frame
from explorer.places import ROOT

Answer = tuple[dict[str, Any], bytes]
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)  # seconds before the next start, after each death in a row


class AnalystError(RuntimeError):
    """The request could not be answered; the message can be shown."""


class AnalystStartingError(AnalystError):
    """The analyst is loading TensorFlow; the request was not sent. Ask again in a moment."""


def _close_pipes(process: subprocess.Popen) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # a request that was never read cannot be flushed
                pipe.close()


@dataclass
class _Pending:
    future: Future[Answer] = field(default_factory=Future)
    progress: Callable[[dict[str, Any]], None] | None = None


class AnalystClient:
    """One analyst process, with at most `threads` for its operations (0: all). Any thread may call any method."""

    def __init__(self, threads: int = 0):
        self._threads = threads
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._pending: dict[int, _Pending] = {}
        self._process: subprocess.Popen | None = None
        self._closing = threading.Event()
        self._ready = threading.Event()
        self.restarts = 0

    @property
    def ready(self) -> bool:
        return self._ready.is_set()

    @property
    def trouble(self) -> str:
        """Why requests cannot be answered now, in a few words; empty while they can."""
        if self.ready:
            return ""
        return "the decoder stopped and is starting again" if self.restarts else "the decoder is starting"

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
        self._process = subprocess.Popen(
            [sys.executable, "-m", "explorer.latent.analyst", str(self._threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )

    def _keep_alive(self) -> None:
        """Read answers; when the process dies, fail what was asked of it and start another."""
        deaths = 0
        while not self._closing.is_set():
            process = self._process
            if process is None or process.stdout is None:
                return
            served = self._read_answers(process.stdout)
            process.wait()
            _close_pipes(process)
            deaths = 0 if served else deaths + 1
            with self._lock:
                self._ready.clear()
                self.restarts += 1
                self._fail_all("The analyst stopped in the middle of this; it is starting again.")
            if self._closing.wait(PAUSES[min(deaths, len(PAUSES) - 1)]):
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
                one.future.set_exception(AnalystError(sentence))

    def ask(
        self,
        request: str,
        payload: bytes = b"",
        progress: Callable[[dict[str, Any]], None] | None = None,
        **values: Any,
    ) -> Future[Answer]:
        """Send a request; the future gives (header, bytes) or raises AnalystError. AnalystStartingError: at once."""
        if not self.ready:
            self.start()
            raise AnalystStartingError("The decoder is starting; this takes a few seconds.")
        pending = _Pending(progress=progress)
        with self._lock:
            number = next(self._numbers)
            self._pending[number] = pending
            try:
                write_frame(self._requests(), {"id": number, "request": request, **values}, payload)
            except (BrokenPipeError, ValueError) as error:  # ValueError: the pipe was closed on our side
                self._pending.pop(number, None)
                raise AnalystStartingError(
                    "The analyst stopped and is starting again; this takes a few seconds."
                ) from error
        return pending.future

    def _requests(self) -> IO[bytes]:
        if self._process is None or self._process.stdin is None:
            raise BrokenPipeError("There is no analyst.")
        return self._process.stdin

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
