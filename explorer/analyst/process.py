"""One analyst process and its pipes. Nothing here waits for the process to read."""

import contextlib
import os
import queue
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from explorer.analyst.frames import read_frame
from explorer.places import ROOT
from explorer.runs.launcher import detached_options

LARGEST_LOG = 2**20  # bytes; a longer log begins anew at the next start


class AnalystProcess:
    """A process that was started; a thread writes what is sent to it. Raises OSError where it cannot be started."""

    def __init__(self, command: Sequence[str], log: Path):
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        with _opened(log) as output:
            self._popen: subprocess.Popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env={**os.environ, "PYTHONPATH": path},
                **detached_options(),
            )
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._write, args=(self._popen.stdin,), name="analyst writer", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def send(self, message: bytes) -> None:
        """Hand a message to the writer; return at once, also where the process does not read."""
        self._outbox.put(message)

    def read(self) -> tuple[dict[str, Any], bytes]:
        """Return its next message. Raises EOFError at the end, ValueError or OSError for what cannot be read."""
        if self._popen.stdout is None:
            raise EOFError("The process has no output.")
        return read_frame(self._popen.stdout)

    def kill(self) -> None:
        self._popen.kill()

    def end(self, patience: float) -> int:
        """Close its input and wait so many seconds; then kill it. Return its exit code, minus its signal on POSIX."""
        self._outbox.put(None)
        try:
            return self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._popen.wait()

    def close_output(self) -> None:
        """Close the pipe of its answers; only by the thread that reads them."""
        if self._popen.stdout is not None:
            self._popen.stdout.close()

    def _write(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError):  # it has ended; whoever reads its answers sees that
            while (message := self._outbox.get()) is not None:
                pipe.write(message)
                pipe.flush()
        with contextlib.suppress(OSError):  # what was never read cannot be flushed
            pipe.close()


def _opened(log: Path) -> IO[bytes]:
    """Open the log to append: after a restart, the last lines of the process that died are still needed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    long = log.exists() and log.stat().st_size > LARGEST_LOG
    return log.open("wb" if long else "ab")


def how_it_ended(code: int) -> str:
    """Describe an exit code in words."""
    if code == -9:
        return "signal 9, most often: out of memory"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
