"""The probe set: fixed images of a run whose codes and reconstructions are followed while it trains."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from explorer.files import save_arrays
from explorer.latent.planes import steady_axes
from explorer.library.sprites import save_sprites
from explorer.runs import arrays as names
from explorer.runs.layout import PROBE_IMAGES
from explorer.trainer.critic_probe import CriticProbe, prior_codes, undisturbed
from models.checkpoints import weights_of
from models.program import Program
from models.spec import catalogue, tensors
from models.spec.unit_range import to_bytes, to_unit

SIZE = 1000  # codes in every snapshot
LIVE = 500  # codes in a live snapshot
LIVE_WHEN_SLOW = 250
SLOW = 0.025  # seconds
STRIP = 12  # images shown with their reconstruction


class Probe:
    """`images`: uint8 (n, height, width, channels), n at most SIZE, as shuffled by the run's seed; `labels` (n,)."""

    def __init__(self, program: Program, images: np.ndarray, labels: np.ndarray):
        self.program = program
        self.images = images
        self.live = LIVE
        self.previews = 0
        self.previous_points: np.ndarray | None = None
        self._data: Any = tf.constant(to_unit(images))
        self._strip = self._data[:STRIP]
        classes: Any = tf.constant(labels, tf.int32)
        experiment, twins = program.experiment, program.twins
        output = catalogue.PIXEL_MODELS[experiment.pixel_model].output
        self._noisy: Any = None
        if experiment.variant_info.uses_corruption:
            noise = np.random.default_rng(experiment.seed).normal(0, experiment.corruption, self._strip.shape)
            self._noisy = self._strip + tf.constant(noise, tf.float32)  # not clipped, just as in training

        def encode(count):
            encoded = twins.encoder(twins.inputs(self._data[:count], classes[:count]), training=False)
            return {name: encoded[name] for name in tensors.POSTERIOR if name in encoded}

        def look(strip):
            """Return images at their mean code, as the inference twin sees it, so that both rows belong together."""
            mean = twins.encoder(twins.inputs(strip, classes[:STRIP]), training=False)[tensors.Z_MEAN]
            code = twins.with_class(mean, classes[:STRIP])
            return {output: twins.decoder(code), tensors.RECONSTRUCTION: twins.generator(code)}

        self._critic_probe = CriticProbe(program, self._data, classes) if experiment.variant_info.critic else None
        drawn: Any = prior_codes(program) if experiment.variant_info.prior else None

        def preview(count):
            codes, looked = encode(count), look(self._strip if self._noisy is None else self._noisy)
            health = self._critic_probe.measure(count) if self._critic_probe else {}
            samples = {names.SAMPLES: twins.generator(drawn)} if experiment.variant_info.prior else {}
            seen = (
                *(v for learner in program.model.learners for v in learner.variables),
                *codes.values(),
                *looked.values(),
                *samples.values(),
            )
            finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(values)) for values in seen])
            return codes, looked, health, samples, finite

        number = [tf.TensorSpec([], tf.int32)]
        self._encode = tf.function(undisturbed(twins.encoder, encode), autograph=False, input_signature=number)
        pictures = [tf.TensorSpec([None, *images.shape[1:]], tf.float32)]
        self._look = tf.function(undisturbed(twins.encoder, look), autograph=False, input_signature=pictures)
        self._preview = tf.function(undisturbed(twins.training, preview), autograph=False, input_signature=number)

    def save_images(self, folder: Path) -> None:
        save_sprites(folder / PROBE_IMAGES, self.images)

    def save_preview(self, path: Path, step: int) -> bool:
        """Save the live snapshot: decoder, first codes with a steady view, the strip, samples, and the critic's
        outputs.

        All of it is of this step. A denoising model's strip is its noisy input. Returns False, and saves nothing, where
        weights, codes or pictures are not finite. Raises OSError where it cannot be written.
        """
        began = time.perf_counter()
        codes, looked, health, samples, finite = self._preview(tf.constant(self.live))
        if not finite:
            return False
        arrays = {**_codes(codes), **_shown(looked), names.STEP: np.array([step])}
        arrays |= {name: value.numpy() for name, value in health.items()}
        arrays |= {name: to_bytes(value.numpy()) for name, value in samples.items()}
        if self._critic_probe:
            arrays[names.HEALTH_LARGEST] = self._critic_probe.remember(arrays[names.HEALTH_GRADIENTS])
        if self._noisy is not None:
            arrays[names.CORRUPTED] = to_bytes(self._noisy.numpy())
        arrays |= self._view(arrays[names.MEAN]) | weights_of(self.program.twins, ["decoder"])
        save_arrays(path, arrays, durable=False)
        self.previews += 1
        if self.previews == 2 and time.perf_counter() - began > SLOW:  # the first one compiled
            self.live = LIVE_WHEN_SLOW
        return True

    def _view(self, codes: np.ndarray) -> dict[str, np.ndarray]:
        axes, centre = steady_axes(codes, self.previous_points)
        self.previous_points = (codes - centre) @ axes.T
        return {names.AXES: axes, names.CENTRE: centre}

    def save_snapshot(self, path: Path, step: int) -> None:
        """Save weights, all codes and the strip of the clean images: everything that exploring needs."""
        codes = _codes(self._encode(tf.constant(SIZE)))
        looked = {names.of_probe(name): value for name, value in _shown(self._look(self._strip)).items()}
        save_arrays(path, {**weights_of(self.program.twins), **codes, **looked, names.STEP: np.array([step])})


def _codes(encoded: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return mean and, where there is one, log-variance, as files name them."""
    return {names.of_probe(name): value.numpy() for name, value in encoded.items()}


def _shown(looked: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the decoder's linear output and its picture, as files hold them."""
    values = {name: value.numpy() for name, value in looked.items()}
    pictures = to_bytes(values.pop(tensors.RECONSTRUCTION))
    (linear,) = values.values()
    largest = float(np.finfo(np.float16).max)
    return {names.LINEAR: linear.clip(-largest, largest).astype(np.float16), names.RECONSTRUCTION: pictures}
