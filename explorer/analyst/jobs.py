"""Requests that take long, which pages poll until they are done. No Streamlit."""

import contextlib
import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from explorer.analyst.answers import ANSWERS
from explorer.analyst.client import AnalystClient
from explorer.analyst.errors import AnalystError, AskAgainError, EndedError, UnavailableError
from explorer.analyst.requests import Answer

MOST_FAILURES = 200  # that are remembered, beside those that killed their process: these all are


@dataclass
class Progress:
    """A request under way: how far it is, and its answer."""

    answer: Future[Answer] = field(default_factory=Future)
    stage: str = "starting its process"
    share: float = 0.0
    request: str = ""
    begun: bool = False  # the process has reported something

    def note(self, progress: dict[str, Any]) -> None:
        self.begun = True
        self.stage, self.share = progress["stage"], progress["share"]


class Jobs:
    """Requests of the whole server, by key: a second page joins the one under way."""

    def __init__(self, client: AnalystClient):
        self.client = client
        self._lock = threading.Lock()
        self._running: dict[Hashable, Progress] = {}
        self._failed: dict[Hashable, AnalystError] = {}

    def knows(self, key: Hashable) -> bool:
        """Return whether the request is under way, or failed."""
        with self._lock:
            return key in self._running or key in self._failed

    def poll(
        self, key: Hashable, request: str, payload: Callable[[], bytes] = bytes, **values: Any
    ) -> Answer | Progress:
        """Return the answer, once for each time that it was asked for, or the request under way; begin it if it is not.

        `payload` is called only where the request begins: polls are frequent, and the bytes may be many.
        Raises AnalystError where it failed, and again until `forget_failure`: it must not be tried without end. That
        holds above all for what killed its process. Raises UnavailableError as long as the process cannot start.
        """
        with self._lock:
            if key in self._failed:
                raise self._failed[key].with_traceback(None)  # which would grow with every poll
            if key not in self._running:
                progress = Progress(stage="waiting for its turn", request=request)
                try:
                    progress.answer = self.client.ask(request, payload(), progress.note, **values)
                except AskAgainError:
                    return Progress()  # asked again at the next poll
                self._running[key] = progress
            return self._look_at(key)

    def poll_begun(self, key: Hashable) -> Answer | Progress | None:
        """Return what `poll` does without beginning the request; None where it was not begun, or failed."""
        with self._lock, contextlib.suppress(AnalystError):
            return self._look_at(key) if key in self._running else None

    def _look_at(self, key: Hashable) -> Answer | Progress:
        """Return a request under way, or its answer, once. Raises AnalystError, and remembers it."""
        progress = self._running[key]
        if not progress.answer.done():
            return progress if progress.begun else self._in_line(progress)
        try:
            return self._running.pop(key).answer.result()
        except AnalystError as error:
            if not isinstance(error, UnavailableError):  # it was never tried
                self._keep_failure(key, error)
            raise

    def _in_line(self, progress: Progress) -> Progress:
        """Return a request that the process has not begun, with what it waits for: the process takes them in order."""
        first = next(other for other in self._running.values() if not other.answer.done())
        return progress if first is progress else replace(progress, stage=f"waiting for {ANSWERS[first.request]}")

    def stop(self, key: Hashable) -> None:
        """End a request. One that has begun takes its process with it; what waits behind it, the next process does."""
        with self._lock:
            progress = self._running.get(key)
            if progress is None or progress.answer.done():
                return
            del self._running[key]
            self._keep_failure(key, AnalystError("Stopped by you."))
        self.client.interrupt(progress.answer)

    def fail(self, key: Hashable, error: AnalystError) -> AnalystError:
        """Let a request count as failed whose answer is of no use. Return the error, to be raised."""
        with self._lock:
            self._keep_failure(key, error)
        return error

    def _keep_failure(self, key: Hashable, error: AnalystError) -> None:
        self._failed[key] = error
        mild = [key for key, error in self._failed.items() if not isinstance(error, EndedError)]
        for oldest in mild[:-MOST_FAILURES]:
            del self._failed[oldest]

    def forget_failure(self, key: Hashable) -> None:
        """Let the next poll ask again."""
        with self._lock:
            self._failed.pop(key, None)

    def forget_mild_failure(self, key: Hashable) -> None:
        """Let the next poll ask again, unless the request killed its process."""
        with self._lock:
            if not isinstance(self._failed.get(key), EndedError):
                self._failed.pop(key, None)


class OneAtATime:
    """Requests of one place on a page, where choices change faster than they are answered; it belongs to a session.

    While one is under way the next waits, and is the newest by then: those in between are never sent. Answers are kept.
    A failure is the server's: a reload of the page or another session does not try it again, only a person does. What
    killed its process is tried again by a button only, anything else also by choosing it once more.
    """

    def __init__(self, jobs: Jobs):
        self._jobs = jobs
        self._answers: dict[Hashable, Mapping[str, Any]] = {}
        self._newest: Hashable = None
        self._under_way: Hashable = None

    def poll(self, key: Hashable, request: str, **values: Any) -> Mapping[str, Any] | Progress:
        """Return what the answer says, or how far it is.

        Raises AnalystError where it failed, and again until `try_again`, or until somebody comes back to what did not
        kill its process.
        """
        busy = self._busy_with()
        if self._newest not in (None, key):  # somebody chose it
            self._jobs.forget_mild_failure(key)
        self._newest = key
        if key in self._answers:
            return self._answers[key]
        if busy and self._under_way != key:
            return Progress(stage=f"waiting for {ANSWERS[busy.request]}" if busy.begun else busy.stage)
        self._under_way = key
        found = self._jobs.poll(key, request, **values)
        if isinstance(found, Progress):
            return found
        self._answers[key] = found[0]
        return found[0]

    def _busy_with(self) -> Progress | None:
        """Return the last request if it is still under way; keep its answer where it has come."""
        found = self._jobs.poll_begun(self._under_way)
        if isinstance(found, Progress):
            return found
        if found is not None:
            self._answers[self._under_way] = found[0]
        return None

    def try_again(self) -> None:
        """Ask for what failed last once more."""
        self._jobs.forget_failure(self._newest)
