"""The app's side of the analyst: starts it, asks it, brings it back when it dies. Never blocks a page."""

import itertools
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from explorer.analyst.errors import AnalystError, AskAgainError, EndedError, UnavailableError
from explorer.analyst.frames import frame
from explorer.analyst.process import AnalystProcess
from explorer.analyst.requests import Answer, Request
from explorer.places import logs_folder, of_this_process
from explorer.runs.ending import how_it_ended
from explorer.runs.launcher import child_command
from models.spec.sentences import in_sentence

HOPELESS = 3  # deaths in a row while it starts, or while it has nothing to do
PAUSES = (0.0, 0.5, 1.0)  # seconds before the next start, after each of these deaths
MOST_WAITING = 100  # requests; those beyond are refused until some are answered
MOST_MEMORY = 2**30  # bytes; TensorFlow keeps some of what every traced function took
Note = Callable[[dict[str, Any]], None]  # is given the progress of a request
PATIENCE = 2.0  # seconds for a process to end by itself


class AnalystClient:
    """One analyst process, with at most `threads` for its operations (0: all). Any thread may call any method.

    The process gets one request at a time, so what it worked on when it died is known, and what waited is not lost.
    Once it holds more than `most_memory` bytes after an answer, it ends and another takes its place.
    """

    def __init__(self, name: str = "analyst", threads: int = 0, most_memory: int = MOST_MEMORY):
        self._name = name
        self._command = child_command("explorer.analyst.server", str(threads), str(most_memory))
        self._lock = threading.Lock()  # held for no reading, writing or waiting
        self._waiting: deque[Request] = deque()
        self._at_work: Request | None = None
        self._numbers = itertools.count(1)
        self._process: AnalystProcess | None = None
        self._keeper: threading.Thread | None = None
        self._closing, self._ready = threading.Event(), threading.Event()
        self.restarts = 0
        self._deaths = 0  # in a row, with nothing to blame
        self._interrupted = False  # the process is killed for the sake of a request that nobody wants any more
        self._retired = False  # the process ends by itself, for its memory
        self._replacing = False  # after that, until the next one is ready
        self._state = "is starting"
        self.where_it_says = f"Its log is {self.log}"  # a sentence; or in the app's terminal

    @property
    def ready(self) -> bool:
        return self._ready.is_set()

    @property
    def trouble(self) -> str:
        """The reason why requests cannot be answered now, in a few words; empty while they can."""
        return "" if self.ready else f"the {self._name} {self._state}"

    @property
    def gave_up(self) -> bool:
        """True where the process could not be started and is not tried again until `start_again`."""
        return self._deaths >= HOPELESS

    @property
    def log(self) -> Path:
        """The file with what the process prints. Several apps may share a home: each has its own."""
        return logs_folder() / f"{self._name}.{of_this_process()}.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process if it is not there and can be; return at once."""
        with self._lock:
            if self._keeper is None and not self._closing.is_set() and not self.gave_up:
                self._keeper = threading.Thread(target=self._keep_alive, name=self._name, daemon=True)
                self._keeper.start()

    def start_again(self) -> None:
        """Start it although it could not be started before."""
        with self._lock:
            if self.gave_up:
                self._deaths, self._state = 0, "is starting"
        self.start()

    def _keep_alive(self) -> None:
        """Run one process after another, until the client closes or they cannot start."""
        while self._spawn():
            if self._process is not None:
                self._serve(self._process)
            if self.gave_up:
                self._give_up()
                return
            if self._closing.wait(PAUSES[min(self._deaths, len(PAUSES) - 1)]):
                return

    def _spawn(self) -> bool:
        """Start a process; count it as a death where it cannot be. Return False where the client closes."""
        with self._lock:
            if self._closing.is_set():
                return False
            try:
                self._process = AnalystProcess(self._command, self.log)
                self.where_it_says = self._process.where_it_says
            except (OSError, RuntimeError) as error:  # no thread could be started
                self._process = None
                self._deaths += 1
                self._state = f"cannot be started ({error})"
            return True

    def _serve(self, process: AnalystProcess) -> None:
        """Read a process's messages until it ends; settle what it leaves behind."""
        unreadable = ""
        try:
            while True:
                self._handle(*process.read())
        except EOFError:
            pass
        except (ValueError, LookupError, TypeError, OSError, MemoryError) as error:
            unreadable = f"it sent a message that cannot be read: {error}"  # all that follows is out of step
            process.kill()
        code = process.end(PATIENCE)
        process.close_output()
        self._bury(unreadable or how_it_ended(code))

    def _handle(self, header: dict[str, Any], payload: bytes) -> None:
        if header.get("ready"):
            with self._lock:
                self._replacing = False
                self._ready.set()
            self._send_next()
        elif "progress" in header:
            request = self._at_work
            if request is not None and request.progress is not None:
                request.progress(header["progress"])
        else:
            self._settle(header, payload)

    def _settle(self, header: dict[str, Any], payload: bytes) -> None:
        """Give an answer to its caller, and the process the next request."""
        with self._lock:
            if self._closing.is_set():
                return
            request = self._at_work
            if request is None or header.get("id") != request.number:
                raise ValueError(f"request {request and request.number} was answered as {header.get('id')!r}")
            self._at_work, self._deaths = None, 0
            if header.get("retires"):
                self._retired = self._replacing = True
                self._state = "is starting"
                self._ready.clear()
        self._send_next()
        if "fault" in header:
            request.fail(AnalystError(f"The {self._name} {header['fault']}. {self.where_it_says}."))
        else:
            request.settle(header, payload)

    def _send_next(self) -> None:
        """Send the first request that waits, if the process is free."""
        with self._lock:
            if self._process is None or not self.ready or self._at_work is not None:
                return
            while self._waiting:
                request = self._waiting.popleft()
                if not request.future.cancelled():
                    self._at_work = request
                    self._process.send(request.message)
                    return

    def _bury(self, how: str) -> None:
        """Fail what a process that ended worked on, keep what waits, and count a death without a cause."""
        with self._lock:
            request, self._at_work = self._at_work, None
            expected = self._interrupted or self._retired
            self._replacing = self._replacing and self._retired
            self._interrupted = self._retired = False
            self._ready.clear()
            if self._closing.is_set():
                return
            self.restarts += 1
            if not self._replacing:
                self._state = "stopped and is starting again"
            if request is None and not expected:
                self._deaths += 1
        if request is not None:
            request.fail(EndedError(
                f"The {self._name} was ended while it worked on this ({how}; {in_sentence(self.where_it_says)}). "
                "Choose something smaller, or try again."
            ))  # fmt: skip

    def _give_up(self) -> None:
        """Fail what waits: a process that could not be started so often needs a person."""
        with self._lock:
            self._state = f"cannot start; {in_sentence(self.where_it_says)}"
            self._keeper = None
            waiting, self._waiting = self._waiting, deque()
        for request in waiting:
            request.fail(UnavailableError(f"The {self._name} {self._state}."))

    def ask(self, request: str, payload: bytes = b"", progress: Note | None = None, **values: Any) -> Future[Answer]:
        """Hand in a request; the future gives (header, bytes) or raises AnalystError. Returns at once.

        Raises AskAgainError where it was not taken now, UnavailableError where nothing is until `start_again`.
        """
        self.start()
        with self._lock:
            if self.gave_up:
                raise UnavailableError(f"The {self._name} {self._state}.")
            if self._closing.is_set() or not (self.ready or self._replacing):
                raise AskAgainError(f"The {self._name} {self._state}; this takes a few seconds.")
            if len(self._waiting) >= MOST_WAITING:
                raise AskAgainError(f"The {self._name} is busy with other requests; this one waits its turn.")
            number = next(self._numbers)
            asked = Request(number, frame({"id": number, "request": request, **values}, payload), progress)
            self._waiting.append(asked)
        self._send_next()
        return asked.future

    def interrupt(self, future: Future[Answer]) -> None:
        """Give a request up. Where the process works on it, kill that, as nothing less stops a library."""
        with self._lock:
            process, request = self._process, self._at_work
            if process is not None and request is not None and request.future is future:
                self._interrupted = True
                process.kill()
            else:
                future.cancel()

    def wait_ready(self, timeout: float) -> bool:
        """Block until the process answers requests. For tests and benchmarks."""
        self.start()
        return self._ready.wait(timeout)

    def close(self) -> None:
        """End the process by closing its input; kill it where that does not help."""
        self._closing.set()
        with self._lock:
            process, self._process = self._process, None
            requests = [*filter(None, [self._at_work]), *self._waiting]
            self._at_work = None
            self._waiting.clear()
        for request in requests:
            request.fail(AskAgainError("Hourglass is closing."))
        if process is not None:
            process.end(PATIENCE)
