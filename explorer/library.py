"""Every model that can be explored, under one kind of key: the bundled ones and all snapshots of all runs.

Keys: `bundled/NAME` and `run/NAME`; a step behind `@` names the snapshot, without it the newest one is meant.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from explorer.datasets.catalogue import DATASETS
from explorer.places import PRETRAINED, runs_folder
from explorer.runs.layout import PROBE_IMAGES, SNAPSHOTS, SUMMARY, snapshot_file
from explorer.runs.reader import Run, RunError, list_runs
from explorer.sprites import load_sprites
from models.arrays import load_arrays
from models.experiment import Experiment, ExperimentError

_KEY = re.compile(r"(bundled|run)/([A-Za-z0-9][A-Za-z0-9._-]{0,199})(?:@(\d{1,9}))?")


class LibraryError(ValueError):
    """A key that names no model; the message can be shown."""


@dataclass(frozen=True)
class Codes:
    """What a snapshot says of the probe set."""

    mean: np.ndarray  # (n, latent)
    log_var: np.ndarray | None  # (n, latent); None where the encoder gives no distribution
    reconstruction: np.ndarray  # (strip, height, width, channels) uint8


@dataclass(frozen=True)
class ModelEntry:
    """One model at one snapshot."""

    key: str
    title: str
    folder: Path
    snapshot: Path
    step: int
    experiment: Experiment
    summary: dict[str, Any]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        height, width, channels = self.summary["image_shape"]
        return height, width, channels

    @property
    def labels(self) -> np.ndarray:
        return np.array(self.summary["labels"])

    @property
    def bundled(self) -> bool:
        return self.key.startswith("bundled/")

    def codes(self) -> Codes:
        return _codes(self.snapshot, self.snapshot.stat().st_mtime_ns)

    def images(self) -> np.ndarray:
        """The probe images, uint8 (n, height, width, channels)."""
        return probe_images(self.folder, self.summary["probe"], self.image_shape)


@lru_cache(maxsize=16)
def _codes(path: Path, _modified: int) -> Codes:
    arrays = load_arrays(path)
    return Codes(arrays["probe/z_mean"], arrays.get("probe/z_log_var"), arrays["probe/reconstruction"])


@lru_cache(maxsize=16)
def probe_images(folder: Path, count: int, shape: tuple[int, int, int]) -> np.ndarray:
    return load_sprites(folder / PROBE_IMAGES, count, shape)


def title_of(experiment: Experiment) -> str:
    """Such as `MNIST · VAE · 2-D`."""
    dataset = DATASETS[experiment.dataset].title if experiment.dataset in DATASETS else experiment.dataset
    return f"{dataset} · {experiment.info.title} · {experiment.latent_dim}-D"


def bundled() -> list[str]:
    """Keys of the bundled models, in the order to offer them."""
    folders = [path for path in PRETRAINED.iterdir() if (path / SNAPSHOTS).is_dir()] if PRETRAINED.is_dir() else []
    keys = _readable(f"bundled/{path.name}" for path in folders)
    return sorted(keys, key=lambda key: find(key).summary.get("order", 0))


def explorable_runs() -> list[str]:
    """Keys of the runs that have a snapshot, the newest first."""
    return _readable(f"run/{run.name}" for run in list_runs(runs_folder()) if _steps(run.folder))


def _readable(keys: Iterable[str]) -> list[str]:
    """Those that can be opened: a folder of another version, or a damaged one, must not take the others along."""
    return [key for key in keys if _opens(key)]


def _opens(key: str) -> bool:
    try:
        find(key)
    except LibraryError:
        return False
    return True


def _steps(folder: Path) -> list[int]:
    return [int(path.stem) for path in (folder / SNAPSHOTS).glob("[0-9]*.safetensors")]


def find(key: str) -> ModelEntry:
    """The model of a key. Raises LibraryError where there is none."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise LibraryError(
            f"The model was {key[:60]!r}; allowed is bundled/NAME or run/NAME. Choose one from the list."
        )
    kind, name, step = match.groups()
    folder = (PRETRAINED if kind == "bundled" else runs_folder()) / name
    steps = _steps(folder) if step is None else [int(step)]
    if not steps:
        raise LibraryError(f"{kind}/{name} has no snapshot. Wait for its first one, or choose another model.")
    entry = _entry(f"{kind}/{name}@{max(steps)}", folder, max(steps), _changed(folder / SUMMARY))
    if not entry.snapshot.is_file():
        raise LibraryError(f"{name} has no snapshot at step {max(steps)} any more. Choose one from the list.")
    return entry


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=256)
def _entry(key: str, folder: Path, step: int, _modified: int) -> ModelEntry:
    """Kept, for every decode asks for it, until the summary changes: a run writes its results there at its end."""
    try:
        with Run(folder) as run:
            title, summary = title_of(run.experiment), run.summary()
            return ModelEntry(
                key, title, folder, folder / SNAPSHOTS / snapshot_file(step), step, run.experiment, summary
            )
    except (RunError, ExperimentError) as error:
        raise LibraryError(f"There is no model {key}. {error}") from error
