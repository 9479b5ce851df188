"""Exported scripts and the app side by side: the experiments, and what each of the two finds of them."""

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from explorer.datasets.catalogue import DATASETS
from models.program import build
from models.spec.catalogue import NETWORKS, OPTIMIZERS, PIXEL_MODELS, VARIANTS
from models.spec.experiment import Experiment
from models.spec.schedules import SCHEDULES
from models.training import TrainingLoop, epoch_batches

STEPS = 6  # one more than the slowest learner waits for
EVALUATED = {"capacity_vae", "conditional_vae", "vae_gan"}  # each in its own way

# Imports every script of a folder, in a process that has nothing of ours, and writes down what it does.
DRIVER = """
import importlib.util, json, sys
from pathlib import Path
import numpy as np

def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module

def check(script, given):
    def batch(indices):
        images, labels = given["images"][indices], given["labels"][indices]
        return script.told(images, labels) if hasattr(script, "told") else script.scaled(images)

    twins, model = script.build()
    networks = [getattr(twins, name) for name in ("encoder", "decoder", "critic") if hasattr(twins, name)]
    weights = [weight for network in networks for weight in network.weights]
    found = {f"initial{i}": weight.numpy() for i, weight in enumerate(weights)}
    found["parameters"] = twins.parameters
    for i, weight in enumerate(weights):
        weight.assign(given[f"weight{i}"])
    for training in (True, False):
        for name, value in model.values(batch(range(8)), training=training).items():
            found[f"{name}-{training}"] = value.numpy()
    found["picture"] = twins.inference(batch(range(8)))["reconstruction"].numpy()
    found["drawn"] = twins.generator(given["codes"]).numpy()
    if "evaluated" in given:
        arrays = [given[each] for each in ("images", "labels")[: len(twins.encoder.inputs)]]
        means = script.evaluate(model, *arrays)
        found |= {f"{name}-evaluated": value for name, value in means.items()}
    for step, indices in enumerate(given["batches"]):
        model.reset_metrics()
        if hasattr(script, "set_epochs"):
            script.set_epochs(model, step / 3)
        logs = model.train_on_batch(batch(indices), return_dict=True)
        found |= {f"{name}-step{step}": float(value) for name, value in logs.items()}
    return found

for path in sorted(Path(sys.argv[1]).glob("*.py")):
    np.savez(path.with_suffix(".found.npz"), **check(load(path), np.load(path.with_suffix(".given.npz"))))
held = {name.partition(".")[0] for name in sys.modules} & {"models", "explorer", "tests", "streamlit", "pydantic"}
assert not held, held
"""

LOADING = """
import hashlib, importlib.util, json, sys
from pathlib import Path
import numpy as np

found = {}
for path in sorted(Path(sys.argv[1]).glob("*.py")):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    arrays = module.load_images()
    arrays = [*arrays, *module.split(len(arrays[0]), module.VALIDATION_FRACTION, module.SEED)]
    found[path.stem] = [[str(a.dtype), list(a.shape), hashlib.sha256(a.tobytes()).hexdigest()] for a in arrays]
print(json.dumps(found))
"""


RUNNING = """
import os, runpy, sys

for folder in sys.argv[1:]:
    os.chdir(folder)
    runpy.run_path("script.py", run_name="__main__")
    os.chdir("..")
"""


def alone(*arguments: str, folder: Path, **changes: str) -> str:
    """Run Python in a folder, with nothing of ours in reach; what it printed."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", **changes}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=280,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def moving(variant: str) -> dict[str, Any]:
    """Terms whose weights all move."""
    names = itertools.cycle(name for name in SCHEDULES if name != "constant")
    return {
        term: {"weight": 2.5, "schedule": schedule, "schedule_epochs": 1.5}
        for term, schedule in zip(VARIANTS[variant].weights, names, strict=False)
    }


OWN = {
    "sharpness": {"weight": 0.5, "formula": "mean(abs(x - sigmoid(logits)))"},
    "far": {
        "weight": 0.25, "schedule": "warm_up", "schedule_epochs": 1.5,
        "formula": "sum(square(z_mean) * z_mean ** 2 - 2 * softplus(-z_log_var))"
        " / (1 + sum(square(x - reconstruction))) + maximum(0.1, mean(abs(logits - stop_gradient(logits) / 3)))",
    },
}  # fmt: skip


def spread() -> dict[str, Experiment]:
    """Every variant, over all networks, pixel models and optimizers, with and without moving weights."""
    networks, pixel_models, optimizers = list(NETWORKS), list(PIXEL_MODELS), itertools.cycle(OPTIMIZERS)
    experiments = {}
    for number, variant in enumerate(VARIANTS):
        network, pixel_model = networks[number % 3], pixel_models[(number + number // 3) % 3]
        experiments[f"{variant}_{network}"] = {
            "variant": variant, "network": network, "pixel_model": pixel_model, "optimizer": next(optimizers),
            "latent_dim": 4, "seed": 5, "batch_size": 16, "learning_rate": 1e-4,
            "terms": moving(variant) if number % 4 == 1 else {},
        }  # fmt: skip
    small = {"latent_dim": 4, "batch_size": 16}
    experiments["colours"] = {"variant": "vae", "network": "conv", "dataset": "shapes_rgb", **small}
    experiments["own"] = {"terms": OWN, **small}
    experiments["own_label"] = {
        "variant": "conditional_vae", "terms": {"one": {"formula": "sum(label * label) * mean(x * logits)"}}, **small
    }  # fmt: skip
    return {name: Experiment.parse(each) for name, each in experiments.items()}


def ours(experiment: Experiment, given: dict[str, np.ndarray]) -> dict[str, Any]:
    """What the driver writes down, as the app does it."""
    info = DATASETS[experiment.dataset]
    program = build(experiment, info.image_shape, info.classes)
    weights = [weight for network in program.twins.networks.values() for weight in network.weights]
    found: dict[str, Any] = {f"initial{i}": weight.numpy() for i, weight in enumerate(weights)}
    found["parameters"] = program.twins.parameters
    rng = np.random.default_rng(1)
    for i, weight in enumerate(weights):
        given[f"weight{i}"] = weight.numpy() + rng.normal(0, 0.02, weight.shape).astype(weight.numpy().dtype)
        weight.assign(given[f"weight{i}"])
    images = keras.ops.convert_to_tensor(given["images"][:8].astype(np.float32) / 255)
    batch = program.twins.told(images, given["labels"][:8])
    for training in (True, False):
        for name, value in program.model.values(batch, training=training).items():
            found[f"{name}-{training}"] = keras.ops.convert_to_numpy(value)
    found["picture"] = program.twins.inference(batch)["reconstruction"].numpy()
    given["codes"] = np.asarray(program.twins.coded(given["codes"], given["labels"][:4]))
    found["drawn"] = program.twins.generator(given["codes"]).numpy()
    loop = TrainingLoop(program.model, given["images"], given["labels"])
    if "evaluated" in given:
        of_batch = any(experiment.term(name).of_batch for name in experiment.terms)
        indices = np.arange(len(given["images"]), dtype=np.int32)
        means = loop.evaluate(indices, experiment.batch_size if of_batch else 1000)
        found |= {f"{name}-evaluated": value for name, value in zip(loop.series, means, strict=True)}
    names = [name for objective in program.model.objectives for name in objective.term_weights]
    epochs = np.arange(STEPS) / 3
    weight_rows = [[experiment.terms[name].weight_at(epoch) for name in names] for epoch in epochs]
    rows = loop.train_many(given["batches"], np.array(weight_rows, np.float32), epochs)
    for step, row in enumerate(rows):
        found |= {f"{name}-step{step}": value for name, value in zip(loop.series, row, strict=True)}
    return found


def some_given(experiment: Experiment) -> dict[str, np.ndarray]:
    """Images, codes and batches."""
    size, rng = experiment.batch_size, np.random.default_rng(0)
    # Dark: on unscaled pixels in full light a new VAE gives no numbers, and nothing could be compared.
    info = DATASETS[experiment.dataset]
    images = rng.integers(0, 8, (STEPS * size, *info.image_shape), dtype=np.uint8)
    batches = np.stack(epoch_batches(np.arange(len(images)), size, experiment.seed, 0))
    evaluated = {"evaluated": np.array(True)} if experiment.variant in EVALUATED else {}
    return {
        **evaluated,
        "images": images,
        "labels": rng.integers(0, info.classes, len(images)),
        "codes": rng.normal(size=(4, experiment.latent_dim)).astype(np.float32),
        "batches": batches,
    }


def every_experiment() -> dict[str, Experiment]:
    """Each two of all variants, networks and pixel models with each other; all data sets and optimizers; own terms."""
    numbered = itertools.product(enumerate(VARIANTS), enumerate(NETWORKS), enumerate(PIXEL_MODELS))
    combined = [
        {"variant": variant, "network": network, "pixel_model": pixels, "terms": moving(variant) if i % 2 else {}}
        for (i, variant), (j, network), (k, pixels) in numbered
        if (i + j + k) % 3 == 0
    ]
    choices = itertools.product(DATASETS, ("ae", "conditional_vae"))
    others = [
        {"dataset": d, "variant": v, "optimizer": o}
        for (d, v), o in zip(choices, itertools.cycle(OPTIMIZERS), strict=False)
    ]
    own = [
        {"variant": variant, "terms": {"mine": {"formula": "mean(abs(x))"}, **OWN}} for variant in ("vae", "vae_gan")
    ]
    return {f"script{i}": Experiment.parse(each) for i, each in enumerate([*combined, *others, *own])}
