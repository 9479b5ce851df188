"""The need of a training, as it is said beforehand, against its peak: the largest resident size of its process.

Each experiment is trained by a real trainer, for one epoch, to its end: with validation, snapshots and the test. The
experiments go from what a process takes anyway to 4 GB, with and without terms over pairs.
"""

import os
import sys
from typing import Any

from benchmarks.apps import home
from benchmarks.figures import Figure
from benchmarks.runs import finished, mnist_or, started
from explorer.runs.memory import memory_of
from models.spec.experiment import Experiment

BOUND = "<= 0.25"
_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss

EXPERIMENTS: tuple[dict[str, Any], ...] = (
    {"variant": "ae", "batch_size": 32},
    {"variant": "conditional_vae", "dataset": "mnist", "batch_size": 2048},
    {"variant": "vae", "dataset": "mnist", "network": "conv", "batch_size": 4096},
    {"variant": "denoising_ae", "dataset": "shapes_rgb", "batch_size": 2048, "latent_dim": 64},
    {"variant": "vae", "dataset": "shapes", "network": "question", "latent_dim": 100, "batch_size": 2048},
    {"variant": "ae", "dataset": "shapes64", "network": "conv", "batch_size": 3000, "optimizer": "rmsprop"},
    {"variant": "vae_gan", "dataset": "shapes_rgb", "network": "conv", "batch_size": 1500},
    {"variant": "vq_vae", "latent_dim": 64, "codewords": 16, "codebook_size": 4096},
    {"variant": "wae", "dataset": "shapes", "latent_dim": 64, "batch_size": 4096},
    {"variant": "info_vae", "dataset": "shapes", "network": "conv", "latent_dim": 16, "batch_size": 2500},
    {"variant": "beta_tcvae", "dataset": "shapes", "latent_dim": 4, "batch_size": 2048},
    {"variant": "beta_tcvae", "latent_dim": 128, "batch_size": 1024},
)


def memory(experiments: tuple[dict[str, Any], ...] = EXPERIMENTS) -> list[Figure]:
    """Compare need and peak of each experiment."""
    figures: list[Figure] = []
    for settings in experiments:
        dataset = mnist_or("shapes") if settings.get("dataset") == "mnist" else settings.get("dataset", "digits")
        experiment = Experiment.parse({**settings, "dataset": dataset, "epochs": 1})
        need, peak = memory_of(experiment).need, peak_of(experiment)
        title = f"{experiment.variant}, {experiment.network}, {dataset}, batch {experiment.batch_size:,}"
        figures += [
            Figure(f"{title}: peak", peak / 1e6, "MB"),
            Figure(f"{title}: need off by", abs(need.total / peak - 1), "of 1", BOUND),
        ]
    return figures


def peak_of(experiment: Experiment) -> int:
    """Train in a process of its own, as the app does; return the bytes of its largest resident size."""
    with home() as parent, started(parent, experiment) as (run, trainer):
        _, ended, used = os.wait4(trainer.pid, 0)
        trainer.returncode = os.waitstatus_to_exitcode(ended)
        with run:
            finished(run)
    return used.ru_maxrss * _BYTES
