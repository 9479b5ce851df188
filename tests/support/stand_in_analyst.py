"""A process that speaks as the analyst does, in a tenth of a second, and misbehaves on request.

`python -m tests.support.stand_in_analyst`, or with a `dead` behind it, which ends at once.
"""

import os
import sys
import time
from typing import Any

from explorer.analyst.frames import read_frame, write_frame

OUT, IN = sys.stdout.buffer, sys.stdin.buffer


def answer(header: dict[str, Any], payload: bytes) -> None:
    """What each request does to the process; all others are echoed."""
    number = header["id"]
    match header["request"]:
        case "die":
            os.kill(os.getpid(), header["signal"])
        case "garble":
            OUT.write(header["bytes"].encode("latin-1"))
            OUT.flush()
            time.sleep(60)
        case "sleep":
            write_frame(OUT, {"id": number, "progress": {"stage": "asleep", "share": 0.5}})
            time.sleep(header["seconds"])
        case "retire":
            write_frame(OUT, {"id": number, "retires": True})
            sys.exit()
    write_frame(OUT, {"id": number, "echo": header, "process": os.getpid()}, payload)


def main() -> None:
    if sys.argv[1:] == ["dead"]:
        sys.exit("I cannot start.")
    write_frame(OUT, {"id": 0, "ready": True})
    while True:
        try:
            answer(*read_frame(IN))
        except EOFError:
            return


if __name__ == "__main__":
    main()
