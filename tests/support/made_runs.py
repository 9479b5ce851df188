"""Runs with made-up weights: every kind of model in a second, where training one would take a minute."""

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import tensorflow as tf
from playwright.sync_api import Page, expect

from explorer.datasets.catalogue import DATASETS
from explorer.datasets.loading import Images, load_images
from explorer.runs.layout import write_summary
from explorer.trainer import listening
from explorer.trainer.training import Trainer
from models.checkpoints import assign_weights, weights_of
from models.program import Program
from models.spec import tensors
from tests.support.browser_helpers import Codes, decoded, strip_codes
from tests.support.helpers import quick
from tests.support.network_page import lively_twins
from tests.support.run_helpers import unfinished
from tests.support.shared import new_home, own_home

STEPS = (0, 50)  # the snapshots of every made run
BRANDS = (0, 255)  # what a dense network draws into the first pixel at each of them, whatever the code
MOST_STRIPS = 8  # of the first dimensions, until somebody chooses another number
DEAD = 3  # a dimension that says nothing, where there are more than four

MODELS: dict[str, dict[str, Any]] = {
    "line": {"dataset": "digits", "network": "dense", "latent_dim": 1},
    "colour": {"dataset": "shapes_rgb", "network": "conv", "latent_dim": 2},
    "four": {"dataset": "digits", "network": "dense", "latent_dim": 4},
    "sixteen": {"dataset": "digits", "network": "conv", "latent_dim": 16},
    "hundred": {"dataset": "digits", "network": "dense", "latent_dim": 100},
    "told": {"dataset": "digits", "network": "dense", "latent_dim": 2, "variant": "conditional_vae"},
    "foreign": {"dataset": "digits", "network": "dense", "latent_dim": 2},
}
NOT_PORTABLE = "The decoder has a layer of the kind Swirl, which a browser cannot run. The server decodes this model."


def made_home() -> Path:
    """Return a HOURGLASS_HOME of this worker's own with a run for each of MODELS, and what its tests have added."""
    return own_home("made", _make)


def new_made_home() -> Path:
    """Return a HOURGLASS_HOME of the caller's own with a run for each of MODELS and nothing else."""
    return new_home("made", _make)


def by_server(page: Page, name: str, codes: Codes, step: int = STEPS[-1]) -> np.ndarray:
    """What the server of a page decodes codes to with a made run, uint8 (count, height, width, 3)."""
    return decoded(page, f"run/{name}@{step}", codes, DATASETS[MODELS[name]["dataset"]].image_shape)


def strips_by_server(page: Page, name: str, step: int = STEPS[-1]) -> dict[int, np.ndarray]:
    """The film strips that are shown, at the code under the hand, decoded by the server, by dimension.

    All frames stand side by side. Strips are shown of the first dimensions, which must all have them.
    """
    shown = page.locator(".hg-film:visible")
    expect(shown).to_have_count(min(MODELS[name]["latent_dim"], MOST_STRIPS))
    tracks = page.locator(".hg-bank input[type=range]").all()[: shown.count()]
    dimensions = [int((track.get_attribute("aria-label") or "").removeprefix("z")) for track in tracks]
    decodes = {each: by_server(page, name, strip_codes(page, each), step) for each in dimensions}
    return {each: np.concatenate(list(frames), axis=1) for each, frames in decodes.items()}


def _make(home: Path) -> None:
    for name, settings in MODELS.items():
        foreign = {"decoder": {"unsupported": NOT_PORTABLE}} if name == "foreign" else {}
        make_run(home / "runs" / name, foreign, **settings)


def make_run(folder: Path, summary: dict[str, Any], **settings: Any) -> None:
    """A finished run with a snapshot at each of STEPS, as the trainer writes them; `summary` replaces parts of it."""
    folder.mkdir(parents=True)
    experiment = quick(**settings)
    store = unfinished(folder, experiment)
    with patch.object(listening, "Lifeline", lambda: SimpleNamespace(parent_gone=threading.Event())):
        listener = listening.Listener(folder, store)  # nobody's standard input
    trainer = Trainer(folder, experiment, _images(experiment.dataset), store, listener)
    store.open_history(trainer.loop.series, list(trainer.terms))
    for number, step in enumerate(STEPS):
        _give_life(trainer.program, trainer.probe.images, np.array(trainer.summary["labels"]), number)
        trainer.step, trainer.epoch = step, float(number)
        trainer.snapshot()
    write_summary(folder, {**trainer.summary, "steps": trainer.step, **summary})
    store.set_state("finished")
    store.close()


def _images(dataset: str) -> Images:
    """A data set as it is; of a large one its beginning, for nothing here looks at all of it."""
    data = load_images(dataset)
    most = 1500
    return replace(
        data,
        images=data.images[:most],
        labels=data.labels[:most],
        test_images=data.test_images[:most],
        test_labels=data.test_labels[:most],
    )


def _give_life(program: Program, images: np.ndarray, labels: np.ndarray, number: int) -> None:
    """Weights whose pictures use all of 0..1; the second snapshot shows the negative.

    Codes with a posterior fill the prior. Others are those of a new encoder, which are nowhere yet.
    """
    twins, experiment = program.twins, program.experiment
    height, width, channels = images.shape[1:]
    code_length = twins.decoder.input_shape[1]  # with the class, where the model is conditional
    decoder = lively_twins(experiment.network, experiment.pixel_model, (height, width, channels), code_length)
    decoding = weights_of(decoder, ["decoder"])
    sign = 1 - 2 * number
    kernel, bias = list(decoding)[-2:]
    decoding[kernel], decoding[bias] = sign * decoding[kernel], sign * decoding[bias]
    if experiment.network == "dense":  # a pixel has weights of its own
        decoding[kernel][:, :channels], decoding[bias][:channels] = 0, (BRANDS[number] - 127) / 4
    weights = weights_of(twins) | decoding
    assign_weights(twins, weights)
    known = program.twins.inputs(tf.constant(images[:500] / np.float32(255)), tf.constant(labels[:500], tf.int32))
    codes = twins.encoder(known)
    if tensors.Z_LOG_VAR in codes:
        assign_weights(twins, weights | _heads(codes[tensors.Z_MEAN].numpy(), weights, sign))


def _heads(codes: np.ndarray, weights: dict[str, np.ndarray], sign: int) -> dict[str, np.ndarray]:
    """The encoder's last layers, with codes of mean 0 and variance 1 where these `codes` (n, latent) came of them."""
    mean, variance = (f"encoder/{name}" for name in (tensors.Z_MEAN, tensors.Z_LOG_VAR))
    scale = sign / codes.std(axis=0).clip(1e-6)
    width = np.full_like(scale, -3.0)
    if len(scale) > DEAD + 1:
        scale[DEAD], width[DEAD] = 0, 0
    return {
        f"{mean}/kernel": weights[f"{mean}/kernel"] * scale,
        f"{mean}/bias": (weights[f"{mean}/bias"] - codes.mean(axis=0)) * scale,
        f"{variance}/kernel": np.zeros_like(weights[f"{variance}/kernel"]),
        f"{variance}/bias": width,
    }
