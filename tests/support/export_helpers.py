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

DRIVER = Path(__file__).with_name("script_driver.py")


def driven(folder: Path) -> subprocess.Popen[bytes]:
    """Start the driver on a folder of scripts, with nothing of ours in reach."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    environment.pop("PYTHONPATH", None)
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-P", str(DRIVER), str(folder)]
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


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
    experiments["colours"] = {
        "variant": "vae",
        "network": "conv",
        "dataset": "shapes_rgb",
        "width": 6,
        "depth": 3,
        "hidden": 2,
        **small,
    }
    experiments["own"] = {"terms": OWN, **small}
    experiments["sampled"] = {
        "variant": "conditional_vae", "pixel_model": "bernoulli_dynamic", "network": "conv",
        "terms": {"white": {"formula": "mean(x * x)"}}, **small,
    }  # fmt: skip
    experiments["own_label"] = {
        "variant": "conditional_vae", "terms": {"one": {"formula": "sum(label * label) * mean(x * logits)"}}, **small
    }  # fmt: skip
    return {name: Experiment.parse(each) for name, each in experiments.items()}


def ours(experiment: Experiment, given: dict[str, np.ndarray]) -> dict[str, Any]:
    """What `checked` of the driver writes down, as the app does it."""
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
    batch = program.twins.inputs(images, given["labels"][:8])
    for training in (True, False):
        for name, value in program.model.terms(batch, training=training).items():
            found[f"{name}-{training}"] = keras.ops.convert_to_numpy(value)
    found["picture"] = program.twins.inference(batch)["reconstruction"].numpy()
    given["codes"] = np.asarray(program.twins.with_class(given["codes"], given["labels"][:4]))
    found["drawn"] = program.twins.generator(given["codes"]).numpy()
    loop = TrainingLoop(program.model, given["images"], given["labels"])
    if "evaluated" in given:
        means = loop.evaluate(np.arange(len(given["images"]), dtype=np.int32), int(given["evaluated"]))
        found |= {f"{name}-evaluated": value for name, value in zip(loop.series, means, strict=True)}
    names = [name for objective in program.model.objectives for name in objective.term_weights]
    epochs = np.arange(STEPS) / 3
    weight_rows = [[experiment.terms[name].weight_at(epoch) for name in names] for epoch in epochs]
    rows = loop.train_many(given["batches"], np.array(weight_rows, np.float32), epochs)
    for step, row in enumerate(rows):
        found |= {f"{name}-step{step}": value for name, value in zip(loop.series, row, strict=True)}
    return found | {f"weight{i}-step": weight.numpy() for i, weight in enumerate(weights)}


def some_given(experiment: Experiment) -> dict[str, np.ndarray]:
    """Images, codes and batches."""
    size, rng = experiment.batch_size, np.random.default_rng(0)
    # Dark: on unscaled pixels in full light a new VAE gives no numbers, and nothing could be compared.
    info = DATASETS[experiment.dataset]
    images = rng.integers(0, 8, (STEPS * size, *info.image_shape), dtype=np.uint8)
    batches = np.stack(epoch_batches(np.arange(len(images)), size, experiment.seed, 0))
    of_batch = any(experiment.term(name).of_batch for name in experiment.terms)
    batch_size = np.array(experiment.batch_size if of_batch else 1000)
    evaluated = {"evaluated": batch_size} if experiment.variant in EVALUATED else {}
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
