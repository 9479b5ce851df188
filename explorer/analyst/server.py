"""The analyst: a long-lived process that holds Keras for the app.

`python -m explorer.analyst.server [THREADS [BYTES]]` reads requests from standard input and answers on standard output,
in order, until its input closes. Each request is a header {"id", "request", ...} with raw bytes; each answer has the
same id, and "progress" where more will follow.
Every function that TensorFlow traces leaves memory behind that nothing frees, 8 to 17 MB for each estimate. So an
answer after which the process holds more than BYTES says "retires", and ends it.
"""

import math
import os
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import psutil

from explorer.analyst.frames import read_frame, write_frame
from explorer.files import load_arrays, modified
from explorer.runs.layout import EXPERIMENT

KEPT_MODELS = 8
Report = Callable[[str, float], None]  # sends how far it is: a stage in words, a share of 0..1
Answer = tuple[dict[str, Any], bytes]


class Decoder:
    """The generator of one run, kept compiled; snapshots of the run are put into it as they are asked for.

    A snapshot is known by its path and by when it was written, for the live one is written again and again.
    """

    def __init__(self, folder: Path):
        import tensorflow as tf

        from explorer.runs.reader import Run
        from models.twins import build_twins
        from models.unit_range import to_bytes

        run = Run(folder)
        summary = run.summary()
        self.twins = build_twins(run.experiment, tuple(summary["image_shape"]), len(summary["class_names"]))
        self.code_length = self.twins.decoder.input.shape[-1]  # a conditional decoder also takes the classes
        self.snapshot: tuple[str, int] | None = None
        self._constant = tf.constant

        def generate(codes):
            return to_bytes(self.twins.generator(codes, training=False))

        many, one = ([tf.TensorSpec([count, self.code_length], tf.float32)] for count in (None, 1))
        self._generate = tf.function(generate, input_signature=many)
        # The hand moves one code: compiled whole and called without a look at its arguments, it takes a third of the
        # time. Compiling takes a few tenths of a second.
        self._generate_one = tf.function(generate, input_signature=one, jit_compile=True).get_concrete_function()

    def decode(self, snapshot: str, codes: np.ndarray) -> np.ndarray:
        """Codes (n, latent) float32 -> images (n, height, width, channels) uint8."""
        from models.checkpoints import assign_weights

        wanted = (snapshot, modified(Path(snapshot)))
        if wanted != self.snapshot:
            self.snapshot = None  # half-assigned weights must never pass for a snapshot
            assign_weights(self.twins, load_arrays(Path(snapshot)), ["decoder"])
            self.snapshot = wanted
        given = self._constant(codes)
        return (self._generate_one if len(codes) == 1 else self._generate)(given).numpy()


class Analyst:
    """Answers requests; one method for each kind."""

    def __init__(self):
        self.decoders: OrderedDict[tuple[str, int], Decoder] = OrderedDict()

    def decode(self, header: dict[str, Any], payload: bytes, _report: Report) -> Answer:
        decoder = self._decoder(header["folder"])
        codes = np.frombuffer(payload, np.float32).reshape(-1, decoder.code_length)
        images = decoder.decode(header["snapshot"], codes)
        return {}, images.tobytes()

    def _decoder(self, folder: str) -> Decoder:
        key = (folder, modified(Path(folder) / EXPERIMENT))  # a folder may be made anew, with another experiment
        if key not in self.decoders:
            self.decoders[key] = Decoder(Path(folder))
        self.decoders.move_to_end(key)
        while len(self.decoders) > KEPT_MODELS:
            self.decoders.popitem(last=False)
        return self.decoders[key]

    def encode(self, header: dict[str, Any], _payload: bytes, report: Report) -> Answer:
        from explorer.analyst.answers.encode import encode_whole

        encode_whole(Path(header["folder"]), Path(header["snapshot"]), report)
        return {}, b""

    def project(self, header: dict[str, Any], payload: bytes, report: Report) -> Answer:
        from explorer.analyst.answers.project import umap_points

        codes = np.frombuffer(payload, np.float32).reshape(header["shape"])
        return {}, umap_points(codes, report).tobytes()

    def estimate(self, header: dict[str, Any], _payload: bytes, _report: Report) -> Answer:
        from explorer.analyst.answers.estimate import estimate

        return estimate(header["experiment"], tuple(header["image_shape"]), header["classes"]), b""

    def inspect(self, header: dict[str, Any], _payload: bytes, report: Report) -> Answer:
        from explorer.analyst.answers.inspect import inspect

        return inspect(header, report)

    def try_term(self, header: dict[str, Any], _payload: bytes, _report: Report) -> Answer:
        from explorer.analyst.answers.try_term import try_term

        return dict(try_term(header["experiment"], header["formula"])), b""

    def wirings(self, _header: dict[str, Any], _payload: bytes, report: Report) -> Answer:
        from explorer.analyst.answers.wirings import measure_wirings

        return measure_wirings(report), b""

    def pairings(self, header: dict[str, Any], _payload: bytes, report: Report) -> Answer:
        from explorer.analyst.answers.pairings import run_session

        run_session(Path(header["folder"]), report)
        return {}, b""


def serve(requests: IO[bytes], answers: IO[bytes], most_memory: float = math.inf) -> None:
    """Answer until the requests end or the process holds too much. A fault in a request is its answer.

    `most_memory`: bytes that the process may hold after an answer.
    """
    analyst = Analyst()
    kinds = {
        "decode": analyst.decode,
        "encode": analyst.encode,
        "project": analyst.project,
        "estimate": analyst.estimate,
        "inspect": analyst.inspect,
        "try_term": analyst.try_term,
        "wirings": analyst.wirings,
        "pairings": analyst.pairings,
    }
    this, retires = psutil.Process(), False
    while not retires:
        try:
            header, payload = read_frame(requests)
        except EOFError:
            return

        def report(stage: str, share: float, number=header["id"]) -> None:
            write_frame(answers, {"id": number, "progress": {"stage": stage, "share": share}})

        try:
            answer, data = kinds[header["request"]](header, payload, report)
        except Exception as error:  # noqa: BLE001 (whatever it is, the asker is told and the next request is served)
            answer, data = {"error": f"{error}" or repr(error)}, b""
        retires = this.memory_info().rss > most_memory
        write_frame(answers, {"id": header["id"], **answer, **({"retires": True} if retires else {})}, data)


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
