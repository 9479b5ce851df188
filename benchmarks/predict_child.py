"""`model.predict` on one code at a time, in a process of its own: `python -m benchmarks.predict_child FOLDER SNAPSHOT`.

Each line of standard input is a count; the answer is the milliseconds of that many calls.
"""

import json
import sys
import time
from pathlib import Path

import keras
import numpy as np

from explorer.files import load_arrays
from explorer.runs.reader import Run
from models.checkpoints import assign_weights
from models.twins import build_twins


def load_generator(folder: Path, snapshot: Path) -> keras.Model:
    """The decoder and its link, from codes (n, code length) to images (n, height, width, channels)."""
    with Run(folder) as run:
        experiment, summary = run.experiment, run.summary()
    twins = build_twins(experiment, tuple(summary["image_shape"]), len(summary["class_names"]))
    assign_weights(twins, load_arrays(snapshot))
    return twins.generator


def main(folder: Path, snapshot: Path) -> None:
    generator = load_generator(folder, snapshot)
    random = np.random.default_rng(0)
    for line in sys.stdin:
        taken = []
        for _ in range(json.loads(line)):
            code = random.standard_normal((1, generator.input_shape[1])).astype(np.float32)
            began = time.perf_counter()
            generator.predict(code, verbose=0)
            taken.append((time.perf_counter() - began) * 1e3)
        print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
