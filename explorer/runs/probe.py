"""The probe set: fixed images of a run whose codes and reconstructions are followed while it trains."""

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from explorer.latent.planes import plane
from explorer.runs.layout import PROBE_IMAGES
from explorer.sprites import save_sprites
from models import catalogue, tensors
from models.arrays import save_arrays
from models.checkpoints import weights_of
from models.variants import Program

SIZE = 1000  # codes in every snapshot
LIVE = 500  # codes in every preview
STRIP = 12  # images shown with their reconstruction


class Probe:
    """`images`: uint8 (n, height, width, channels), n at most SIZE, as shuffled by the run's seed."""

    def __init__(self, program: Program, images: np.ndarray):
        self.program = program
        self.images = images
        self.previous_plane: np.ndarray | None = None
        self._data: Any = tf.constant(images.astype(np.float32) / 255.0)
        output = catalogue.PIXEL_MODELS[program.experiment.pixel_model].output
        twins = program.twins

        def encode(count):
            encoded = twins.encoder(self._data[:count], training=False)
            return {name: encoded[name] for name in encoded if name != tensors.Z}

        def look():
            """The strip at the mean code, as the inference twin sees it, so that both rows belong together."""
            code = twins.encoder(self._data[:STRIP], training=False)[tensors.Z_MEAN]
            return {output: twins.decoder(code), tensors.RECONSTRUCTION: twins.generator(code)}

        self._encode = tf.function(encode, input_signature=[tf.TensorSpec([], tf.int32)])
        self._look = tf.function(look, input_signature=[])

    def _looked_at(self) -> dict[str, np.ndarray]:
        looked = {name: value.numpy() for name, value in self._look().items()}
        shown = np.round(looked.pop(tensors.RECONSTRUCTION) * 255).astype(np.uint8)
        (linear,) = looked.values()
        largest = float(np.finfo(np.float16).max)
        return {"linear": linear.clip(-largest, largest).astype(np.float16), "reconstruction": shown}

    def is_finite(self) -> bool:
        """Whether weights, codes and pictures are still numbers."""
        seen = (*self._encode(tf.constant(LIVE)).values(), *self._look().values())
        return self.program.is_finite() and all(np.isfinite(value.numpy()).all() for value in seen)

    def mean_squared_error(self) -> float:
        """Of what a person would see against the probe images, per pixel, in 0..1."""
        shown = self.program.twins.inference(self._data, training=False)[tensors.RECONSTRUCTION]
        return float(tf.reduce_mean(tf.square(shown - self._data)))

    def save_images(self, folder: Path) -> None:
        save_sprites(folder / PROBE_IMAGES, self.images)

    def save_preview(self, path: Path, step: int) -> None:
        """The strip and the plane of the first codes, for the live page."""
        codes = self._encode(tf.constant(LIVE))[tensors.Z_MEAN].numpy()
        self.previous_plane = plane(codes, self.previous_plane)
        arrays = {"plane": self.previous_plane.astype(np.float32), "step": np.array([step]), **self._looked_at()}
        save_arrays(path, arrays, durable=False)

    def save_snapshot(self, path: Path, step: int) -> None:
        """Weights, all codes and the strip: everything that exploring needs."""
        codes = {f"probe/{name}": value.numpy() for name, value in self._encode(tf.constant(SIZE)).items()}
        looked = {f"probe/{name}": value for name, value in self._looked_at().items()}
        save_arrays(path, {**weights_of(self.program.twins), **codes, **looked, "step": np.array([step])})
