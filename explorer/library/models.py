"""Every model that can be explored, under one kind of key: the bundled ones and all snapshots of all runs.

Keys: `bundled/NAME` and `run/NAME`; a step behind `@` names the snapshot, without it the newest one is meant.
`run/NAME@live` is the live snapshot: decoder and first codes of a run as they are now or were at its end.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from explorer.datasets.catalogue import DATASETS
from explorer.files import is_file, is_folder, load_arrays, modified
from explorer.library.keys import LIVE, parse_key
from explorer.library.sprites import load_sprites
from explorer.places import PRETRAINED, runs_folder
from explorer.runs import arrays as names
from explorer.runs.layout import PREVIEW, PROBE_IMAGES, SNAPSHOTS, SUMMARY, list_snapshots, snapshot_file
from explorer.runs.reader import Run, RunError
from models.spec.errors import CheckpointError
from models.spec.experiment import Experiment, ExperimentError


class LibraryError(ValueError):
    """A key that names no model; the message can be shown."""


class DamagedError(LibraryError):
    """A model with a file that is missing or cannot be read; the message can be shown."""


@contextmanager
def _reading(folder: Path) -> Generator[None]:
    """Turn any error with a model's file into a DamagedError: a trainer may delete a snapshot at any time."""
    try:
        yield
    except LibraryError:
        raise
    except CheckpointError as error:  # a sentence already
        raise DamagedError(str(error)) from error
    except (KeyError, IndexError) as error:
        raise DamagedError(f"A snapshot of {folder.name} lacks {error}. Choose another snapshot.") from error
    except (OSError, ValueError) as error:
        raise DamagedError(f"A file of {folder.name} cannot be read ({error}). Choose another model.") from error


@dataclass(frozen=True)
class Codes:
    """A snapshot's codes of the probe set; a live one's of its first images only."""

    mean: np.ndarray  # (n, latent)
    log_var: np.ndarray | None  # (n, latent); None where the encoder gives no distribution
    axes: np.ndarray | None = None  # (2 or 1, latent), of a live snapshot's steady view; see `planes.steady_axes`
    centre: np.ndarray | None = None  # (latent,)


@dataclass(frozen=True)
class ModelEntry:
    """One model at one snapshot. A live one stays what it was when it was found; `find` it again for the newest."""

    key: str
    title: str
    folder: Path
    snapshot: Path
    step: int
    experiment: Experiment
    summary: dict[str, Any]
    modified: int = 0  # when a live snapshot was written, in ns

    @property
    def image_shape(self) -> tuple[int, int, int]:
        height, width, channels = self.summary["image_shape"]
        return height, width, channels

    @property
    def labels(self) -> np.ndarray:
        return np.array(self.summary["labels"])

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of a conditional decoder, in the order of the one-hot behind z; none for another."""
        return tuple(self.summary["class_names"]) if self.experiment.variant_info.conditional else ()

    @property
    def code_length(self) -> int:
        """How many values the decoder takes for one image."""
        return self.experiment.latent_dim + len(self.class_names)

    @property
    def base(self) -> str:
        """The key of the model, whatever the snapshot."""
        return self.key.partition("@")[0]

    @property
    def bundled(self) -> bool:
        return self.key.startswith("bundled/")

    @property
    def live(self) -> bool:
        return self.key.endswith(f"@{LIVE}")

    @property
    def _sizes(self) -> "_Sizes":
        return self.image_shape, self.experiment.latent_dim, self.summary["probe"]

    def codes(self) -> Codes:
        """Read the snapshot's codes of the probe set. Raises DamagedError for a missing or damaged file."""
        with _reading(self.folder):
            if self.live:
                return _live_codes(self.arrays())
            return _codes(self.snapshot, modified(self.snapshot), self._sizes)

    def arrays(self) -> dict[str, np.ndarray]:
        """Read everything in the snapshot's file. Raises DamagedError where it cannot be read."""
        with _reading(self.folder):
            if self.live:
                return _live_arrays(self.snapshot, self.modified, self._sizes)
            return _arrays(self.snapshot, self._sizes)

    def images(self) -> np.ndarray:
        """Read the probe images, uint8 (n, height, width, channels). Raises DamagedError where they cannot be read."""
        with _reading(self.folder):
            path = self.folder / PROBE_IMAGES
            return _probe_images(path, modified(path), self.summary["probe"], self.image_shape)


_Sizes = tuple[tuple[int, int, int], int, int]  # of a model: its images, its code, its probe set


def _arrays(path: Path, sizes: _Sizes) -> dict[str, np.ndarray]:
    arrays = load_arrays(path)
    names.check_arrays(arrays, path.name, *sizes)
    return arrays


@lru_cache(maxsize=16)
def _codes(path: Path, _modified: int, sizes: _Sizes) -> Codes:
    arrays = _arrays(path, sizes)
    return Codes(arrays[names.MEAN], arrays.get(names.LOG_VAR))


@lru_cache(maxsize=4)
def _live_arrays(path: Path, _modified: int, sizes: _Sizes) -> dict[str, np.ndarray]:
    return _arrays(path, sizes)


def _live_codes(arrays: dict[str, np.ndarray]) -> Codes:
    return Codes(arrays[names.MEAN], arrays.get(names.LOG_VAR), arrays[names.AXES], arrays[names.CENTRE])


@lru_cache(maxsize=16)
def _probe_images(path: Path, _modified: int, count: int, shape: tuple[int, int, int]) -> np.ndarray:
    return load_sprites(path, count, shape)


def title_of(experiment: Experiment) -> str:
    """Return a title such as `MNIST · VAE · 2-D`."""
    dataset = DATASETS[experiment.dataset].title if experiment.dataset in DATASETS else experiment.dataset
    return f"{dataset} · {experiment.variant_info.title} · {experiment.latent_dim}-D"


def find(key: str) -> ModelEntry:
    """Find the model of a key. Raises LibraryError where there is none."""
    parts = parse_key(key)
    if parts is None:
        raise LibraryError(
            f"The model was {key[:60]!r}; allowed is bundled/NAME or run/NAME. Choose one from the list."
        )
    kind, name, step = parts
    folder = (PRETRAINED if kind == "bundled" else runs_folder()) / name
    if not is_folder(folder):
        raise LibraryError(f"There is no model {kind}/{name}. Choose one from the list.")
    if step == LIVE:
        return _find_live(f"{kind}/{name}", folder)
    steps = list_snapshots(folder).steps if step is None else [int(step)]
    if not steps:
        raise LibraryError(f"{kind}/{name} has no snapshot. Wait for its first one, or choose another model.")
    entry = _entry(f"{kind}/{name}@{max(steps)}", folder, max(steps), modified(folder / SUMMARY))
    if not is_file(entry.snapshot):
        raise LibraryError(f"{name} has no snapshot at step {max(steps)} any more. Choose one from the list.")
    return entry


def snapshots_of(folder: Path) -> dict[int, str]:
    """Return the snapshots of a run by their steps, each with its epoch in words. Where there is no history, which a
    model does without, it is the step in words.
    """
    steps = list_snapshots(folder).steps
    try:
        with Run(folder) as run:
            epochs = {snapshot.step: f"epoch {snapshot.epoch:.1f}" for snapshot in run.snapshots()}
    except RunError:
        return {step: f"step {step:,}" for step in steps}
    return {step: epochs[step] for step in steps if step in epochs}


def live_model(folder: Path) -> ModelEntry:
    """Return the live model of a run's folder, wherever that is. Raises LibraryError where there is none."""
    return _find_live(f"run/{folder.name}", folder)


def _find_live(key: str, folder: Path) -> ModelEntry:
    path = folder / PREVIEW
    if not is_file(path):
        raise LibraryError(f"{key} has no live snapshot. Wait for its first one, or leave @{LIVE} out.")
    entry = _entry(f"{key}@{LIVE}", folder, 0, modified(folder / SUMMARY))
    when = modified(path)
    live = replace(entry, snapshot=path, modified=when)
    with _reading(folder):
        arrays = live.arrays()
        if names.AXES not in arrays:
            raise LibraryError(f"{key} is of an earlier version, without a live snapshot. Leave @{LIVE} out.")
        if missing := [name for name in names.LIVE if name not in arrays]:
            raise KeyError(", ".join(missing))
        return replace(live, step=int(arrays[names.STEP][0]))


@lru_cache(maxsize=256)
def _entry(key: str, folder: Path, step: int, _modified: int) -> ModelEntry:
    """Return a model, kept until its summary changes: every decode asks for it, and a run writes results at its end."""
    try:
        with Run(folder) as run:
            title, summary = title_of(run.experiment), run.summary()
            return ModelEntry(
                key, title, folder, folder / SNAPSHOTS / snapshot_file(step), step, run.experiment, summary
            )
    except (RunError, ExperimentError) as error:
        raise LibraryError(f"There is no model {key}. {error}") from error
