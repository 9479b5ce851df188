"""What the app does with all its processes at once."""

import time
from typing import Any

from explorer.services import Services


class Slow:
    """A process that takes half a second to end."""

    closed = False

    def close(self) -> None:
        time.sleep(0.5)
        self.closed = True


def test_processes_are_closed_together():
    parts: dict[str, Any] = {name: Slow() for name in ("decoder", "workbench", "lab", "launcher")}
    began = time.monotonic()
    Services(**parts).close()
    assert time.monotonic() - began < 1.5  # one after another they would take two seconds
    assert all(part.closed for part in parts.values())
