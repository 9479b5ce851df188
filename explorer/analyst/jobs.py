"""Requests that take long, which pages look at again and again until they are done. No Streamlit."""

import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from explorer.analyst.client import AnalystClient, AnalystError, Answer, AskAgainError


@dataclass
class Progress:
    """A request under way: how far it is, and its answer."""

    answer: Future[Answer] = field(default_factory=Future)
    stage: str = "starting its process"
    share: float = 0.0
    begun: bool = False

    def note(self, progress: dict[str, Any]) -> None:
        self.stage, self.share, self.begun = progress["stage"], progress["share"], True


class Jobs:
    """Requests of the whole server, by key: a second page joins the one under way."""

    def __init__(self, workbench: AnalystClient):
        self.workbench = workbench
        self._lock = threading.Lock()
        self._running: dict[str, Progress] = {}
        self._failed: dict[str, AnalystError] = {}

    def knows(self, key: str) -> bool:
        """Whether the request is under way, or failed."""
        with self._lock:
            return key in self._running or key in self._failed

    def look(self, key: str, request: str, payload: Callable[[], bytes] = bytes, **values: Any) -> Answer | Progress:
        """The answer, once for each time that it was asked for, or the request under way; begins it if it is not.

        `payload` is called only where the request begins: a look is frequent, and the bytes may be many.
        Raises AnalystError where it failed, and again until `forget_failure`: it must not be tried without end.
        """
        with self._lock:
            if key in self._failed:
                raise self._failed[key]
            if key not in self._running:
                progress = Progress(stage="waiting for its turn")
                try:
                    progress.answer = self.workbench.ask(request, payload(), progress.note, **values)
                except AskAgainError:
                    return Progress()  # asked again at the next look
                self._running[key] = progress
            if not self._running[key].answer.done():
                return self._running[key]
            progress = self._running.pop(key)
            try:
                return progress.answer.result()
            except AnalystError as error:
                self._failed[key] = error
                raise

    def stop(self, key: str) -> None:
        """End a request. One that has begun takes its process with it; what waits behind it, the next process does."""
        with self._lock:
            progress = self._running.get(key)
            if progress is None or progress.answer.done():  # its process may be at somebody else's by now
                return
            del self._running[key]
            self._failed[key] = AnalystError("Stopped by hand.")
        self.workbench.interrupt(progress.answer)

    def forget_failure(self, key: str) -> None:
        with self._lock:
            self._failed.pop(key, None)


class OneAtATime:
    """Requests of one place on a page, where choices change faster than they are answered; it belongs to a session.

    While one is under way the next waits, and is the newest by then: those in between are never sent. Answers are kept.
    """

    def __init__(self, workbench: AnalystClient):
        self.workbench = workbench
        self._asked: dict[Hashable, Future[Answer]] = {}

    def look(self, key: Hashable, request: str, **values: Any) -> Mapping[str, Any] | Progress:
        """What the answer says, or how far it is.

        Raises AnalystError where it failed, and again until another key is looked at: it must not be tried without end.
        """
        self._forget_failures(key)
        try:
            if key not in self._asked:
                if not all(future.done() for future in self._asked.values()):
                    return Progress(stage="waiting for its turn")
                self._asked[key] = self.workbench.ask(request, **values)
            answer = self._asked[key]
            return answer.result()[0] if answer.done() else Progress(stage="at work")
        except AskAgainError:  # it could not be sent, or its process ended for another's sake
            self._asked.pop(key, None)
            return Progress()

    def _forget_failures(self, key: Hashable) -> None:
        """Whoever comes back to one of the others may try it again."""
        for name, future in list(self._asked.items()):
            if name != key and future.done() and future.exception():
                del self._asked[name]
