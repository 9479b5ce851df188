"""The networks, images and noise that every wiring gets, and the reference that it is compared with."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from models.program import build
from models.spec.experiment import Experiment
from models.training import Learner, TrainingModel
from models.twins import Twins

KL_WEIGHT = 0.5  # not 1, so that a wiring that forgets its weight is found out
BATCH = 32


class GradientRecorder(keras.optimizers.Optimizer):
    """Moves nothing, and keeps the gradients that it is handed: what a wiring really gives to its optimizer."""

    def __init__(self):
        super().__init__(learning_rate=0.0)
        self.traces = 0

    def build(self, variables: Sequence[keras.Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        self.recorded = [self.add_variable_from_reference(variable, name="gradient") for variable in variables]

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        self.traces += 1  # Python comes here only while Keras traces the step
        super().apply(grads, trainable_variables)

    def update_step(self, gradient: Any, variable: keras.Variable, learning_rate: Any) -> None:
        del learning_rate  # nothing moves
        self.assign(self.recorded[self._get_variable_index(variable)], gradient)

    def gradient(self, variables: Sequence[keras.Variable]) -> np.ndarray:
        """Return the recorded gradients of these variables as one vector."""
        return np.concatenate([self.recorded[self._get_variable_index(v)].numpy().ravel() for v in variables])


def sampling_state(model: keras.Model) -> keras.Variable:
    """Return the state of the encoder's noise; the encoder is this model or inside it."""
    encoder = model if model.name == "encoder" else model.get_layer("encoder")
    return encoder.get_layer("sampling").generator.state


@dataclass
class Wired:
    """A wiring at work: its module, its compiled model, and the optimizer that records."""

    module: Any
    model: Any
    recorder: GradientRecorder


class Bench:
    """Measurements of wirings on the same weights, each time from the same noise."""

    def __init__(self, images: np.ndarray, seed: int = 0):
        """Take images, float32 (n, height, width, channels) in 0..1, at least a batch and a short one."""
        settings = {"network": "dense", "variant": "vae", "latent_dim": 4, "terms": {"kl": KL_WEIGHT}, "seed": seed}
        program = build(Experiment.parse(settings), images.shape[1:])
        self.images = images
        self.twins: Twins = program.twins
        self.recorder = GradientRecorder()
        learner = Learner(program.model.objectives[0], (self.twins.encoder, self.twins.decoder), self.recorder)
        self.reference = TrainingModel(self.twins.training, (learner,))
        self.reference.compile(jit_compile=False)
        self._noise = sampling_state(self.twins.encoder).numpy()

    @property
    def variables(self) -> list[keras.Variable]:
        return [*self.twins.encoder.trainable_variables, *self.twins.decoder.trainable_variables]

    def rewind(self, model: keras.Model | None = None) -> None:
        """Reset the noise of this model, or of the bench's own encoder, to its first state."""
        sampling_state(model or self.twins.encoder).assign(self._noise)

    def wire(self, name: str, kl_weight: Any = KL_WEIGHT) -> Wired:
        module, recorder = importlib.import_module(f"models.wirings.{name}"), GradientRecorder()
        model = module.wire(self.twins.encoder, self.twins.decoder, recorder, kl_weight)
        return Wired(module, model, recorder)

    def step(self, wired: Wired, count: int = BATCH) -> dict[str, float]:
        """Return the logs of one step on the first `count` images, which changes no weights."""
        self.rewind()
        images = self.images[:count]
        return wired.model.train_on_batch(images, wired.module.targets(images), return_dict=True)

    def reference_step(self, count: int = BATCH) -> dict[str, float]:
        """Return reconstruction, KL and total of the first `count` images; the recorder has the gradients."""
        self.rewind()
        return self.reference.train_on_batch(self.images[:count], return_dict=True)

    def truth(self) -> dict[str, float]:
        """Return the exact means over all images in batches, summed in float64, with the noise that an epoch draws."""
        self.rewind()
        sums = dict.fromkeys(self.reference.series, 0.0)
        for start in range(0, len(self.images), BATCH):
            values = self.reference.terms(self.images[start : start + BATCH], training=False)
            for name, value in values.items():
                sums[name] += float(np.sum(keras.ops.convert_to_numpy(value), dtype=np.float64))
        return {name: total / len(self.images) for name, total in sums.items()}

    def compare(self, wired: Wired, count: int) -> dict[str, float]:
        """Compare total and gradients of a wiring on the first `count` images with the reference's."""
        expected, total = self.reference_step(count)["loss"], self.step(wired, count)["loss"]
        gradient, given = self.recorder.gradient(self.variables), wired.recorder.gradient(self.variables)
        return {
            "images": count,
            "total": float(total),
            "reference": float(expected),
            "total_difference": abs(float(total) - float(expected)) / abs(float(expected)),
            "gradient_difference": float(np.linalg.norm(given - gradient) / np.linalg.norm(gradient)),
        }
