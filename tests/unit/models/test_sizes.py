"""Sizes that are worked out without Keras, against the networks and terms that Keras builds."""

import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from explorer.trainer.probe import SIZE
from explorer.trainer.summary import SEEN_AT_ONCE
from explorer.trainer.training import VALIDATION_BATCH
from models.architectures import NETWORKS
from models.program import OPTIMIZERS, build
from models.spec.catalogue import OPTIMIZER_SLOTS, VARIANTS
from models.spec.experiment import Experiment
from models.spec.need import LOOKED_AT
from models.spec.network_sizes import TwinSizes, twin_sizes
from models.twins import build_twins

CLASSES = 3


def assert_same(settings: dict[str, Any], shape: tuple[int, int, int]) -> None:
    experiment = Experiment.parse({"latent_dim": 6, **settings})
    twins, sizes = build_twins(experiment, shape, CLASSES), twin_sizes(experiment, shape, CLASSES, 1)
    assert {name: size.parameters for name, size in sizes.networks.items()} == {
        name: network.count_params() for name, network in twins.networks.items()
    }
    assert sizes.training.outputs == {name: tuple(o.shape[1:]) for name, o in twins.training.output.items()}


@pytest.mark.parametrize("variant", VARIANTS)
def test_shapes_and_weights_of_every_variant_are_those_that_keras_builds(variant):
    assert_same({"variant": variant}, (8, 6, 1))


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("variant", ["vae", "gan"])
def test_shapes_and_weights_of_every_network_are_those_that_keras_builds(network, variant):
    assert_same({"variant": variant, "network": network, "pixel_model": "unscaled"}, (29, 32, 3))


@pytest.mark.parametrize("depth", [1, 3, 5])
def test_shapes_and_weights_of_every_depth_are_those_that_keras_builds(depth):
    assert_same(
        {"variant": "gan", "network": "conv", "width": 6, "depth": depth, "hidden": 1 + depth // 2}, (13, 29, 3)
    )


@pytest.mark.parametrize("variant", ["vae", "gan", "conditional_vae"])
def test_shapes_are_the_same_where_images_are_sampled_at_each_step(variant):
    assert_same({"variant": variant, "pixel_model": "bernoulli_dynamic"}, (8, 6, 1))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_keeps_as_many_numbers_for_each_weight_as_the_catalogue_says(name):
    optimizer, weight = OPTIMIZERS[name](learning_rate=0.1), keras.Variable(np.zeros((5, 7)))
    before = len(optimizer.variables)
    optimizer.build([weight])
    assert sum(v.shape == weight.shape for v in optimizer.variables[before:]) == OPTIMIZER_SLOTS[name]


def test_the_trainer_passes_as_many_images_forward_at_once_as_the_need_reckons_with():
    assert {VALIDATION_BATCH, SIZE, SEEN_AT_ONCE} == {LOOKED_AT}


# More images than any layer of these networks has numbers for an image, and a prime: what holds pairs is the largest.
BATCH = 521


@pytest.mark.parametrize("variant", VARIANTS)
def test_whatever_is_larger_than_the_networks_tensors_is_declared(variant):
    """A term or a layer that holds tensors over pairs says so in its entry; nothing is computed here."""
    experiment = Experiment.parse(
        {"variant": variant, "latent_dim": 4, "batch_size": BATCH, "codebook_size": 997, "codewords": 2}
    )
    program, sizes = build(experiment, (8, 8, 1), CLASSES), twin_sizes(experiment, (8, 8, 1), CLASSES, BATCH)
    inputs = [tf.TensorSpec((BATCH, *i.shape[1:]), tf.float32) for i in program.twins.training.inputs]
    batch = inputs if program.model.conditional else inputs[0]
    traced = tf.function(lambda x: program.model.terms(x, training=True), autograph=False)
    graph = traced.get_concrete_function(batch).graph
    largest = max(numbers_of(graph), default=0) / BATCH
    assert largest <= max(sizes.training.widest, _declared(experiment, sizes)), variant


def _declared(experiment: Experiment, sizes: TwinSizes) -> float:
    pairs = sum(experiment.term(name).pairs for name in experiment.terms)
    return sizes.training.scratch + pairs * BATCH


def numbers_of(graph: Any) -> Iterator[int]:
    """How many numbers each tensor of a graph has, but for the constants of its weights."""
    for operation in graph.get_operations():
        for tensor in operation.outputs:
            if tensor.shape.rank and BATCH in tensor.shape and None not in tensor.shape.as_list():
                yield math.prod(tensor.shape.as_list())
