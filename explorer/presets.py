"""Presets, and the check of an experiment from outside: its schema and the name of its data set."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic_core import from_json

from explorer.datasets.catalogue import DatasetError, dataset_info
from explorer.files import MOST_JSON, FormatError, without_format
from models.spec.catalogue import QUESTION
from models.spec.experiment import Experiment, ExperimentError
from models.spec.image_size import check_image_size
from models.spec.stored import as_written_now

# What the question trains (docs/design.md), without its pixel model: data range, loss and link.
_QUESTION_RUN: Mapping[str, Any] = {
    "dataset": "mnist",
    "network": "question",
    "variant": "ae",
    "latent_dim": 100,
    "optimizer": "adam",
    "learning_rate": 1e-4,
    "batch_size": 256,
    "epochs": 10,
    "validation_fraction": 0.01,  # the question holds out none; the test images are apart anyway
}

# Each preset is a complete experiment. The first runs long enough to be watched and steered, and does not over-fit.
PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "first-vae": {"dataset": "digits", "variant": "vae", "latent_dim": 2, "epochs": 1500},
        "digits-ae": {"dataset": "digits", "variant": "ae", "latent_dim": 2, "epochs": 300},
        "shapes-beta": {"dataset": "shapes", "variant": "beta_vae", "network": "conv", "latent_dim": 8, "epochs": 30},
        "denoise": {"dataset": "digits", "variant": "denoising_ae", "latent_dim": 16, "corruption": 0.5, "epochs": 60},
        "asked-digit": {"dataset": "digits", "variant": "conditional_vae", "latent_dim": 4, "epochs": 100},
        "codebook": {"dataset": "digits", "variant": "vq_vae", "latent_dim": 8, "epochs": 100},
        "duel": {"dataset": "digits", "variant": "gan", "latent_dim": 8, "epochs": 150},
        "vae-and-gan": {"dataset": "digits", "variant": "vae_gan", "latent_dim": 8, "epochs": 150},
        "mnist-vae": {"dataset": "mnist", "variant": "vae", "network": "conv", "latent_dim": 2, "epochs": 10},
        "question": {**_QUESTION_RUN, "pixel_model": "unscaled"},
        "answer": {**_QUESTION_RUN, "pixel_model": "bernoulli"},
    }
)
PRESET_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "first-vae": "A first VAE",
        "digits-ae": "Autoencoder (no prior)",
        "shapes-beta": "β-VAE on shapes with known factors",
        "denoise": "Denoising autoencoder",
        "asked-digit": "Conditional VAE: choose a digit",
        "codebook": "VQ-VAE",
        "duel": "GAN",
        "vae-and-gan": "VAE-GAN",
        "mnist-vae": "2-D VAE on MNIST",
        "question": "The question, unchanged",
        "answer": "The question, corrected",
    }
)
# From Start to the last estimate, in seconds, measured on two cores; the form measures the machine that it runs on.
PRESET_SECONDS: Mapping[str, int] = MappingProxyType(
    {
        "first-vae": 60,
        "digits-ae": 13,
        "shapes-beta": 27,
        "denoise": 5,
        "asked-digit": 7,
        "codebook": 7,
        "duel": 11,
        "vae-and-gan": 14,
        "mnist-vae": 45,
        "question": 105,
        "answer": 108,
    }
)
# What a title alone does not tell somebody who has not read the question.
PRESET_HELP: Mapping[str, str] = MappingProxyType(
    {
        "question": f"The model of {QUESTION}, with its pixels in 0..255.",
        "answer": f"The model of {QUESTION}, with pixels in 0..1 and a cross-entropy from logits.",
    }
)
# Those that the setup trains with one click; the others, too, can be changed before they start.
AT_ONCE: Mapping[str, str] = MappingProxyType(
    {"question": "Train the question unchanged", "answer": "Train the question corrected"}
)


def checked_experiment(given: Any) -> Experiment:
    """Return the experiment of a mapping or JSON text. Raises ExperimentError with a sentence for each error."""
    experiment = Experiment.parse(given)
    try:
        check_image_size(experiment.network, dataset_info(experiment.dataset).image_shape)
    except DatasetError as error:
        raise ExperimentError([str(error)]) from error
    return experiment


def from_command_line(preset: str | None, file: Path | None, settings: Sequence[str]) -> Experiment:
    """Return a preset or the experiment of a file, changed by `key=value` settings such as `terms.kl.weight=4`."""
    base: dict[str, Any] = {}
    if preset is not None:
        if preset not in PRESETS:
            raise ExperimentError([f"--preset was {preset!r}; allowed are {', '.join(PRESETS)}. Choose one of these."])
        base = dict(PRESETS[preset])
    if file is not None:
        base = _read(file)
    for setting in settings:
        _set(base, setting)
    return checked_experiment(base)


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as given:  # which may be a pipe
            content = from_json(given.read(MOST_JSON))
    except (OSError, ValueError) as error:
        raise ExperimentError([f"{file} could not be read ({error}). Give the experiment.json of a run."]) from error
    if not isinstance(content, dict):
        raise ExperimentError([f"{file} does not contain a JSON object. Give the experiment.json of a run."])
    try:
        return as_written_now(without_format(content, "experiment"))
    except FormatError as error:
        raise ExperimentError([str(error)]) from error


def _set(base: dict[str, Any], setting: str) -> None:
    key, equals, text = setting.partition("=")
    if not equals or not key:
        raise ExperimentError([f"--set was {setting!r}; give KEY=VALUE, for example --set latent_dim=2."])
    *tables, name = key.split(".")
    for table in tables:
        inner = base.setdefault(table, {})
        if not isinstance(inner, dict):
            raise ExperimentError([f"--set was {setting!r}; {table} is a single value. Write it without a dot."])
        base = inner
    try:
        base[name] = json.loads(text)
    except (ValueError, RecursionError):
        base[name] = text  # a name such as vae needs no quotes
