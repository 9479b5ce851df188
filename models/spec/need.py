"""The need of a training: the memory of its process at its peak, in bytes, before anything is built. Without Keras.

The sizes of networks and terms are worked out; what TensorFlow does with them was measured, by `python -m benchmarks
memory` and beside it, and comes within 15 % of the peaks of 33 trainings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from models.spec.catalogue import DECODER, ENCODER, OPTIMIZER_SLOTS, PIXEL_MODELS, TENSORS
from models.spec.experiment import Experiment
from models.spec.formula.nodes import nodes_of
from models.spec.network_sizes import ImageShape, TwinSizes, twin_sizes

NUMBER = 4  # bytes of a float32
PROCESS = 625_000_000  # Python, TensorFlow and Keras, before anything is built
LAYER = 500_000  # what tracing a layer, its gradient and its optimizer leaves behind
LOOKED_AT = 1000  # images that pass forward at once between steps: validation, probe, test
LABEL = 8  # bytes of an image's class


@dataclass(frozen=True)
class Need:
    """Bytes at the peak of a training, by what they are for.

    process: the program itself. data: the images as they are held. weights: parameters, gradients, optimizer.
    activations: what the networks hold of a batch. pairs: tensors over pairs, such as batch x batch.
    parameters: the number of trainable weights of encoder and decoder.
    """

    process: int
    data: int
    weights: int
    activations: int
    pairs: int
    parameters: int

    @property
    def parts(self) -> Mapping[str, int]:
        """Its parts under their names on screen."""
        return {
            "the program": self.process,
            "images": self.data,
            "weights, gradients and optimizer": self.weights,
            "activations": self.activations,
            "pairwise terms": self.pairs,
        }

    @property
    def total(self) -> int:
        return sum(self.parts.values())


def need_of(experiment: Experiment, image_shape: ImageShape, classes: int, batch: int, held: int) -> Need:
    """Return what a training needs on images (height, width, channels): `batch` in a step, `held` in the data set."""
    sizes, pixels = twin_sizes(experiment, image_shape, classes, batch), prod(image_shape)
    network = sizes.training
    # At its peak a step computes its terms, or the gradient of its widest layer, beside all that it holds.
    passing = max(5 * pixels, pixels + 1.4 * network.widest)
    step = batch * (network.held + _held_by_terms(experiment, sizes) + passing)
    look = LOOKED_AT * (3 * pixels + 2.2 * network.widest)
    pairs = batch * (network.scratch + batch * sum(experiment.term(name).pairs for name in experiment.terms))
    copies = 3 if PIXEL_MODELS[experiment.pixel_model].binarise else 2  # as loaded, as read, in the graph
    slots = OPTIMIZER_SLOTS[experiment.optimizer]
    return Need(
        process=PROCESS + LAYER * network.applied * len(experiment.variant_info.learners),
        data=copies * held * (pixels + LABEL) + LOOKED_AT * pixels * (1 + 2 * NUMBER),
        weights=NUMBER * sizes.parameters * (3 + slots),
        activations=NUMBER * int(max(step, look)),
        pairs=NUMBER * int(max(pairs, LOOKED_AT * sizes.networks[ENCODER].scratch)),
        parameters=sizes.networks[ENCODER].parameters + sizes.networks[DECODER].parameters,
    )


def _held_by_terms(experiment: Experiment, sizes: TwinSizes) -> int:
    """Return how many numbers your own terms hold for each image: those of each step of the formula."""
    numbers = {TENSORS[name].kind: prod(shape) for name, shape in sizes.training.outputs.items()}
    formulas = [experiment.terms[name].formula for name in experiment.own_terms]
    nodes = (node for formula in formulas if formula for node in nodes_of(experiment.parse_formula(formula).root))
    return sum(numbers.get(node.kind, 1) for node in nodes)
