"""Images of codes, by one snapshot of a model. Models are kept compiled: the hand asks for a picture a frame."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from explorer.analyst.answers import Answer, Report
from explorer.analyst.claimed_sizes import claimed_shape
from explorer.files import load_arrays, modified
from explorer.runs.layout import EXPERIMENT
from explorer.runs.reader import Run
from models.checkpoints import assign_weights
from models.twins import build_twins
from models.unit_range import to_bytes

KEPT_MODELS = 8


def answer(header: dict[str, Any], payload: bytes, _report: Report) -> Answer:
    """Decode codes (n, latent) float32 with `folder`'s model at `snapshot` to images (n, height, width, channels)
    uint8.

    Raises RunError, CheckpointError or OSError where run or snapshot cannot be read, ValueError for other bytes.
    """
    folder = Path(header["folder"])
    decoder = _decoder(folder, modified(folder / EXPERIMENT))  # a folder may be made anew, with another experiment
    codes = np.frombuffer(payload, np.float32).reshape(-1, decoder.code_length)
    return {}, decoder.decode(header["snapshot"], codes).tobytes()


@lru_cache(maxsize=KEPT_MODELS)
def _decoder(folder: Path, _modified: int) -> "Decoder":
    return Decoder(folder)


class Decoder:
    """The generator of one run, kept compiled; snapshots of the run are put into it as they are asked for.

    A snapshot is known by its path and by when it was written, for the live one is written again and again.
    """

    def __init__(self, folder: Path):
        run = Run(folder)
        self.twins = build_twins(run.experiment, *claimed_shape(run, run.summary()))
        self.code_length = self.twins.decoder.input.shape[-1]  # a conditional decoder also takes the classes
        self.snapshot: tuple[str, int] | None = None

        def generate(codes):
            return to_bytes(self.twins.generator(codes, training=False))

        many, one = ([tf.TensorSpec([count, self.code_length], tf.float32)] for count in (None, 1))
        self._generate = tf.function(generate, autograph=False, input_signature=many)
        # The hand moves one code: compiled whole and called without a look at its arguments, it takes a third of the
        # time. Compiling takes a few tenths of a second.
        self._generate_one = tf.function(
            generate, autograph=False, input_signature=one, jit_compile=True
        ).get_concrete_function()

    def decode(self, snapshot: str, codes: np.ndarray) -> np.ndarray:
        """Decode codes (n, latent) float32 to images (n, height, width, channels) uint8."""
        wanted = (snapshot, modified(Path(snapshot)))
        if wanted != self.snapshot:
            self.snapshot = None  # half-assigned weights must never pass for a snapshot
            assign_weights(self.twins, load_arrays(Path(snapshot)), ["decoder"])
            self.snapshot = wanted
        given = tf.constant(codes)
        return (self._generate_one if len(codes) == 1 else self._generate)(given).numpy()
