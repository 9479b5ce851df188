"""A request to the analyst that somebody waits for."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from explorer.analyst.errors import AnalystError

Answer = tuple[dict[str, Any], bytes]


@dataclass
class Request:
    """A message as it is sent, whom to tell how far it is, and the answer that will come."""

    number: int
    message: bytes
    progress: Callable[[dict[str, Any]], None] | None
    future: Future[Answer] = field(default_factory=Future)

    def settle(self, header: dict[str, Any], payload: bytes) -> None:
        """Give the answer, or the fault that the process answered with, unless the caller has given up."""
        if "error" in header:
            self.fail(AnalystError(header["error"]))
        elif self.future.set_running_or_notify_cancel():
            self.future.set_result((header, payload))

    def fail(self, error: AnalystError) -> None:
        """Give an error, unless the caller has given up."""
        if self.future.set_running_or_notify_cancel():
            self.future.set_exception(error)
