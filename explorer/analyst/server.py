"""The analyst: a long-lived process that holds Keras for the app.

`python -m explorer.analyst.server [THREADS [BYTES]]` reads requests from standard input and answers on standard output,
in order, until its input closes. Each request is a header {"id", "request", ...} with raw bytes; each answer has the
same id, and "progress" where more will follow; "error" is a sentence for the asker, "fault" what the process did.
Every function that TensorFlow traces leaves memory behind that nothing frees, 8 to 17 MB for each estimate. So an
answer after which the process holds more than BYTES says "retires", and ends it.
"""

import json
import math
import os
import sys
import traceback
from typing import IO, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import psutil

from explorer.analyst.answers import Answer, Report, answer
from explorer.analyst.errors import AnalystError
from explorer.analyst.frames import read_frame, write_frame
from explorer.datasets.catalogue import DatasetError
from explorer.lab.session import SessionError
from explorer.places import UnwritableError
from explorer.runs.output import forgive_output
from explorer.runs.reader import RunError
from models.spec.errors import CheckpointError
from models.spec.experiment import ExperimentError
from models.spec.formula.nodes import FormulaError

SENTENCES = (
    AnalystError, CheckpointError, DatasetError, ExperimentError, FormulaError, RunError, SessionError, UnwritableError,
)  # fmt: skip


def serve(requests: IO[bytes], answers: IO[bytes], most_memory: float = math.inf) -> None:
    """Answer until the requests end or the process holds too much. What goes wrong with a request is its answer.

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
    except SENTENCES as error:
        return {"error": str(error)}, b""
    except Exception as error:  # noqa: BLE001 (whatever it is, the asker is told and the next request is served)
        traceback.print_exc()  # into the log, where the asker is sent
        return {"fault": _fault(error)}, b""
    return told, data


def _limit(threads: int) -> None:
    """Set how many threads TensorFlow uses."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def _fault(error: Exception) -> str:
    """Return what happened, without the text of a library, which says nothing to a person and may fill pages."""
    from models.memory import OUT_OF_MEMORY  # not above: what TensorFlow prints must not be among the answers

    if isinstance(error, OUT_OF_MEMORY):
        return "had not enough memory for this. Choose something smaller"
    if isinstance(error, OSError):
        return f"could not read or write a file ({error.strerror or error})"
    return f"met an unexpected error ({type(error).__name__})"


def main() -> None:
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 0  # 0: as many as TensorFlow thinks right
    most_memory = float(sys.argv[2]) if len(sys.argv) > 2 else math.inf
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    forgive_output()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not break the stream of answers
    import models.lean_keras
    import models.program  # noqa: F401 (Keras and the networks load while nobody waits yet)

    _limit(threads)
    with answers:
        write_frame(answers, {"id": 0, "ready": True})
        serve(sys.stdin.buffer, answers, most_memory)


if __name__ == "__main__":
    main()
