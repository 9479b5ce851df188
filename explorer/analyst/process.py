"""One analyst process and its pipes. Nothing here waits for the process to read."""

import contextlib
import queue
import re
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from explorer.analyst.frames import read_frame
from explorer.files import modified, remove_file
from explorer.places import make_folder, writer_is_gone
from explorer.runs.launcher import child_options

OLD_LOGS = 9  # that are kept of apps that have ended: of the last three, where each had all its processes
_LOG = re.compile(r"(?:.+\.(?P<host>\w+)-(?P<pid>[0-9]+)|[a-z]+)\.log", re.ASCII)  # without a number: of before
LARGEST_LOG = 2**20  # bytes; a longer log begins anew at the next start


class AnalystProcess:
    """A process that was started; a thread writes what is sent to it. Raises OSError where it cannot be started.

    `where_it_says` more, in a sentence: in its log, or in the app's terminal.
    """

    def __init__(self, command: Sequence[str], log: Path):
        with _opened(log) as output:
            self.where_it_says = f"Its log is {log}" if output else "Its messages are in the terminal of the app"
            self._popen: subprocess.Popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                **child_options(),
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


def _opened(log: Path) -> contextlib.AbstractContextManager[IO[bytes] | None]:
    """Open the log to append: after a restart, the last lines of the process that died are still needed.

    Where it cannot be written, the process says in the app's own terminal what it has to say.
    """
    try:
        make_folder(log.parent)
        _remove_old(log.parent)
        long = log.exists() and log.stat().st_size > LARGEST_LOG
        return log.open("wb" if long else "ab")
    except OSError:
        return contextlib.nullcontext()


def _remove_old(folder: Path) -> None:
    """Delete the logs of apps that have ended, but for the newest."""
    found = {path: match for path in folder.iterdir() if (match := _LOG.fullmatch(path.name))}
    old = [
        path
        for path, match in found.items()
        if not match["pid"] or writer_is_gone(match["host"], int(match["pid"]), path)
    ]
    for path in sorted(old, key=modified, reverse=True)[OLD_LOGS:]:
        with contextlib.suppress(OSError):  # another app was faster
            remove_file(path)
