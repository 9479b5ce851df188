"""The bundled models: trained like any run, then reduced to the files that Explore needs."""
# ruff: noqa: T201 (printing is this module's job)

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from explorer.cli import terminal
from explorer.places import INSTALLED, PRETRAINED, ROOT
from explorer.presets import checked_experiment
from explorer.runs.layout import EXPERIMENT, PROBE_IMAGES, SNAPSHOTS, snapshot_file, write_summary
from explorer.runs.reader import Run
from models.spec.experiment import Experiment, ExperimentError

_SHARED = {
    "network": "conv", "batch_size": 128, "learning_rate": 2e-3, "rate_schedule": "cosine", "validation_fraction": 0.05,
    "seed": 0,
}  # fmt: skip
# A code of two dimensions: more dense layers, and for these fewer channels, so that no model has more than 3 MB.
_PLANE = {"latent_dim": 2, "hidden": 3, "terms": {"kl": {"schedule": "warm_up", "schedule_epochs": 5}}}
# One of each family. Those that the benchmark `quality` holds to a bound are trained longest.
MODELS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "mnist-vae-2d": {**_PLANE, "dataset": "mnist", "variant": "vae", "width": 15, "epochs": 45},
        "fashion-vae-2d": {**_PLANE, "dataset": "fashion_mnist", "variant": "vae", "width": 13, "epochs": 18},
        "mnist-vae-16d": {"dataset": "mnist", "variant": "vae", "latent_dim": 16, "epochs": 30},
        "mnist-ae-16d": {"dataset": "mnist", "variant": "ae", "latent_dim": 16, "epochs": 4},
        "mnist-cvae-2d": {"dataset": "mnist", "variant": "conditional_vae", "latent_dim": 2, "hidden": 2, "epochs": 4},
        "shapes-beta-vae-6d": {
            "dataset": "shapes", "variant": "beta_vae", "latent_dim": 6, "terms": {"kl": {"weight": 2}}, "epochs": 60,
        },
        "mnist-vq-vae-16d": {
            "dataset": "mnist", "variant": "vq_vae", "latent_dim": 16, "codewords": 8, "codebook_size": 64, "epochs": 4,
        },
        "mnist-vae-gan-16d": {
            "dataset": "mnist", "variant": "vae_gan", "latent_dim": 16, "learning_rate": 1e-3, "epochs": 4,
        },
    }
)  # fmt: skip


def experiment_of(name: str) -> Experiment:
    """Return what a bundled model is trained with. Raises KeyError for another name."""
    return checked_experiment({**_SHARED, **MODELS[name]})


def make(names: Sequence[str]) -> int:
    """Train these models, or all if none is named, and replace them in assets/pretrained. Return the exit code.

    Raises ExperimentError for unknown names, and outside a clone.
    """
    if INSTALLED:
        raise ExperimentError([f"Hourglass was installed into {ROOT}; the bundled models are made in a clone of it."])
    if unknown := set(names) - set(MODELS):
        raise ExperimentError([f"NAME was {', '.join(sorted(unknown))}; allowed are {', '.join(MODELS)}."])
    for name in names or MODELS:
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / name
            terminal.train(experiment_of(name), folder)
            if not _finished(folder):
                return 1  # failed or stopped: an unfinished model must not replace a finished one
            strip(folder, PRETRAINED / name, order=list(MODELS).index(name))
        print(f"{name}: {sum(path.stat().st_size for path in (PRETRAINED / name).rglob('*.*')) // 1000:,} kB")
    return 0


def _finished(folder: Path) -> bool:
    with Run(folder) as run:
        return run.has_started() and run.status().state == "finished"


def strip(folder: Path, target: Path, order: int) -> None:
    """Copy the files of a finished run that Explore needs: experiment, summary, probe images, last snapshot."""
    with Run(folder) as run:
        summary, last = run.summary(), run.snapshots()[-1]
    shutil.rmtree(target, ignore_errors=True)
    (target / SNAPSHOTS).mkdir(parents=True)
    for file in (EXPERIMENT, PROBE_IMAGES):
        shutil.copyfile(folder / file, target / file)
    shutil.copyfile(last.path, target / SNAPSHOTS / snapshot_file(last.step))
    write_summary(target, {**summary, "order": order})
