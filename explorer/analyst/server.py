"""The analyst: a long-lived process that holds Keras for the app.

`python -m explorer.analyst.server [THREADS [BYTES]]` reads requests from standard input and answers on standard output,
in order, until its input closes. Each request is a header {"id", "request", ...} with raw bytes; each answer has the
same id, and "progress" where more will follow.
Every function that TensorFlow traces leaves memory behind that nothing frees, 8 to 17 MB for each estimate. So an
answer after which the process holds more than BYTES says "retires", and ends it.
"""

import json
import math
import os
import sys
from typing import IO, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import psutil

from explorer.analyst.answers import Answer, Report, answer
from explorer.analyst.frames import read_frame, write_frame


def serve(requests: IO[bytes], answers: IO[bytes], most_memory: float = math.inf) -> None:
    """Answer until the requests end or the process holds too much. A fault in a request is its answer.

    `most_memory`: bytes that the process may hold after an answer.
    """
    this, retires = psutil.Process(), False
    while not retires:
        try:
            header, payload = read_frame(requests)
        except EOFError:
            return

        def report(stage: str, share: float, number=header["id"]) -> None:
            write_frame(answers, {"id": number, "progress": {"stage": stage, "share": share}})

        told, data = _answer_or_fault(header, payload, report)
        retires = this.memory_info().rss > most_memory
        write_frame(answers, {"id": header["id"], "retires": retires, **told}, data)


def _answer_or_fault(header: dict[str, Any], payload: bytes, report: Report) -> Answer:
    try:
        told, data = answer(header, payload, report)
        json.dumps(told)  # what is no JSON is a fault of this answer, too
    except Exception as error:  # noqa: BLE001 (whatever it is, the asker is told and the next request is served)
        return {"error": f"{error}" or repr(error)}, b""
    return told, data


def main() -> None:
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 0  # 0: as many as TensorFlow thinks right
    most_memory = float(sys.argv[2]) if len(sys.argv) > 2 else math.inf
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not break the stream of answers
    import tensorflow as tf

    import models.program  # noqa: F401 (Keras and the networks load while nobody waits yet)

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    with answers:
        write_frame(answers, {"id": 0, "ready": True})
        serve(sys.stdin.buffer, answers, most_memory)


if __name__ == "__main__":
    main()
