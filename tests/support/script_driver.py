"""Run exported scripts in a process that has nothing of ours, and write down what they do: `script_driver.py FOLDER`.

FOLDER/run/*/script.py are run as a person does it; of FOLDER/load/*.py the data are taken; of FOLDER/check/*.py come
the numbers that the app has too. Nothing of ours may be imported here.
"""

import contextlib
import gc
import hashlib
import io
import json
import os
import runpy
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

DOWNLOADED = ("mnist", "fashion_mnist")
FIT = keras.Model.fit


class GoneFarEnoughError(Exception):
    """Ends a `main` whose data are known."""


def loaded(path: Path) -> ModuleType:
    sys.modules[path.stem] = module = ModuleType(path.stem)
    module.__file__ = str(path)
    SourceFileLoader(path.stem, str(path)).exec_module(module)
    return module


def run(folder: Path) -> str:
    """Run a script in its folder, but of a large data set only a few steps; what it printed."""
    os.chdir(folder)
    few = {"steps_per_epoch": 4} if folder.name in DOWNLOADED else {}
    keras.Model.fit = lambda *given, **more: FIT(*given, **more, **few)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        runpy.run_path("script.py", run_name="__main__")
    return out.getvalue()


def data_of(script: ModuleType, folder: Path) -> dict[str, Any]:
    """What the script trains on, validates on and is tested on: shape, type and hash of each array."""
    seen = {}

    def fit(x, validation_data, **_):
        seen["train"], seen["held_out"] = x, validation_data[0]

    def evaluate(x, **_):
        seen["test"] = x
        raise GoneFarEnoughError

    os.chdir(folder)
    script.model.fit, script.model.evaluate = fit, evaluate
    with contextlib.suppress(GoneFarEnoughError):
        script.main()
    parts = {name: x if isinstance(x, dict) else {"image": x} for name, x in seen.items()}
    return {
        f"{name}-{part}": [str(array.dtype), list(array.shape), hashlib.sha256(array.tobytes()).hexdigest()]
        for name, arrays in parts.items()
        for part, array in arrays.items()
    }


def values(script: ModuleType, batch: Any, training: bool) -> dict[str, Any]:
    """Every term and total."""
    found = script.terms(batch, script.model(batch, training=training))
    nested = isinstance(next(iter(script.WEIGHTS.values())), dict)
    totals = script.WEIGHTS if nested else {"loss": script.WEIGHTS}
    return found | {
        total: sum(weight * found[name] for name, weight in weights.items()) for total, weights in totals.items()
    }


def checked(script: ModuleType, given: Any) -> dict[str, Any]:
    """What `ours` of `export_helpers` finds in the app, of a script."""

    def batch(indices):
        images = given["images"][indices].astype(np.float32) / 255
        return script.with_class(images, given["labels"][indices]) if hasattr(script, "with_class") else images

    networks = [getattr(script, name) for name in ("encoder", "decoder", "critic") if hasattr(script, name)]
    weights = [weight for network in networks for weight in network.weights]
    found = {f"initial{i}": weight.numpy() for i, weight in enumerate(weights)}
    found["parameters"] = script.encoder.count_params() + script.decoder.count_params()
    for i, weight in enumerate(weights):
        weight.assign(given[f"weight{i}"])
    for training in (True, False):
        found |= {
            f"{name}-{training}": value.numpy() for name, value in values(script, batch(range(8)), training).items()
        }
    found["picture"] = script.inference(batch(range(8)))["reconstruction"].numpy()
    found["drawn"] = script.generator(given["codes"]).numpy()
    if "evaluated" in given:
        everything = batch(np.arange(len(given["images"])))
        means = script.model.evaluate(everything, batch_size=int(given["evaluated"]), verbose=0, return_dict=True)
        found |= {f"{name}-evaluated": value for name, value in means.items()}
    for step, indices in enumerate(given["batches"]):
        script.model.reset_metrics()
        if hasattr(script, "set_time"):
            script.set_time(step / 3)
        logs = script.model.train_on_batch(batch(indices), return_dict=True)
        found |= {f"{name}-step{step}": float(value) for name, value in logs.items()}
    for i, weight in enumerate(weights):
        found[f"weight{i}-step"] = weight.numpy()
    return found


def from_folder(name: str):
    """A loader of `keras.datasets` that downloads nothing."""

    def load_data():
        with np.load(Path(os.environ["HOURGLASS_DATA"]) / f"{name}.npz") as arrays:
            return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])

    return load_data


def main(folder: Path) -> None:
    gc.freeze()  # or each collection would look through all that the imports have made
    for name in DOWNLOADED:
        getattr(keras.datasets, name).load_data = from_folder(name)
    told = {"printed": {path.name: run(path) for path in sorted((folder / "run").iterdir())}}
    told["data"] = {
        path.stem: data_of(loaded(path), folder / "load") for path in sorted((folder / "load").glob("*.py"))
    }
    tf.config.run_functions_eagerly(True)  # of few steps; those above were graphs
    for path in sorted((folder / "check").glob("*.py")):
        with np.load(path.with_suffix(".given.npz")) as given:
            np.savez(path.with_suffix(".found.npz"), **checked(loaded(path), given))
    held = {name.partition(".")[0] for name in sys.modules} & {"models", "explorer", "tests", "streamlit", "pydantic"}
    (folder / "told.json").write_text(json.dumps({**told, "held": sorted(held)}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
