"""The priority of a trainer: a drag on the page must be answered at once, a training can wait."""

import contextlib
import os
import sys
from pathlib import Path

import psutil

from explorer.runs.database import RunError

VARIABLE = "HOURGLASS_NICENESS"
USUAL = 10
MOST = 19
_ALLOWED = {str(number) for number in range(MOST + 1)}
_AUTOGROUP = Path("/proc/self/autogroup")


def niceness() -> int:
    """Return how far a trainer gives way to the page and its decoder, 0 to 19. Raises RunError for what is no such."""
    given = os.environ.get(VARIABLE, "").strip() or str(USUAL)
    if given not in _ALLOWED:
        raise RunError(f"{VARIABLE} was {given[:20]!r}; allowed is a whole number from 0 to {MOST}. Set it anew.")
    return int(given)


def give_way() -> None:
    """Lower the priority of this process, a trainer."""
    given = niceness()
    if sys.platform == "win32":
        if given:
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        return
    os.nice(given)
    # Linux may share the processors between sessions first, and then within each by niceness. A trainer has a session
    # of its own, so that its niceness alone says nothing.
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # not Linux, or a kernel without such groups
            _AUTOGROUP.write_text(str(given), encoding="ascii")
