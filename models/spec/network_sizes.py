"""The sizes of an experiment's networks, without Keras: shapes, weights, and what a training step holds of each image.

`models.twins` is recorded, and the sizes of its layers are added up along the tensors that a training reads.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

from models.spec.experiment import Experiment
from models.spec.layer_sizes import LAYERS, LayerSize, Shape
from models.spec.recorder import Item, Name, RecordedCall, Recorder

ImageShape = tuple[int, int, int]


@dataclass(frozen=True)
class NetworkSize:
    """A network from its inputs to its outputs: their shapes without the batch, and the sums of its layers' sizes.

    widest: the most numbers that go into a layer and come out of it, for each image. applied: how many layers are
    applied, in all.
    """

    outputs: Mapping[str, Shape]
    parameters: int
    held: float
    scratch: float
    widest: int
    applied: int


@dataclass(frozen=True)
class TwinSizes:
    """The networks that are trained, by name, and the training twin, which applies each as often as it is needed."""

    networks: Mapping[str, NetworkSize]
    training: NetworkSize

    @property
    def parameters(self) -> int:
        """All trainable weights, a critic's too."""
        return sum(network.parameters for network in self.networks.values())


def twin_sizes(experiment: Experiment, image_shape: ImageShape, classes: int, batch: int) -> TwinSizes:
    """Return the sizes of the networks of an experiment for `batch` images (height, width, channels) of `classes`."""
    recorded = _recorded(experiment.model_copy(update=_NO_DIFFERENCE), image_shape, classes)
    walk = _Walk(batch)
    networks = {name: walk.network(network) for name, network in recorded.networks.items()}
    return TwinSizes(networks, walk.network(recorded.training))


_NO_DIFFERENCE = {"batch_size": 1, "epochs": 1, "seed": 0, "learning_rate": 1e-3}  # to a recording


@lru_cache(maxsize=64)
def _recorded(experiment: Experiment, image_shape: ImageShape, classes: int) -> Any:
    """Return the twins as they are recorded for an experiment."""
    return Recorder().load("models.twins").build_twins(experiment, image_shape, classes)


class _Walk:
    """Sizes of recorded calls for batches of one size, each worked out once."""

    def __init__(self, batch: int):
        self.batch = batch
        self.networks: dict[tuple[RecordedCall, frozenset[str]], NetworkSize] = {}
        self.layers: dict[RecordedCall, LayerSize] = {}

    def network(self, model: RecordedCall, used: Collection[str] = ()) -> NetworkSize:
        """Return the size of a recorded `keras.Model`, of the outputs that are used or, without a name, of all."""
        key = (model, frozenset(used))
        if key not in self.networks:
            outputs = {name: tensor for name, tensor in _by_name(model.args[1]).items() if not used or name in used}
            calls = _calls_behind(outputs.values())
            inner = [self.network(made.function, keys) for made, keys in calls.items() if made.function.is_model]
            layers = {made: self.layer(made) for made in calls if not made.function.is_model}
            parts = (*inner, *layers.values())
            self.networks[key] = NetworkSize(
                {name: self.shape(tensor) for name, tensor in outputs.items()},
                sum(layer.parameters for layer in layers.values()),
                sum(part.held for part in parts),
                sum(part.scratch for part in parts),
                max([*(self._width(*each) for each in layers.items()), *(network.widest for network in inner)]),
                len(layers) + sum(network.applied for network in inner),
            )
        return self.networks[key]

    def layer(self, made: RecordedCall) -> LayerSize:
        """Return the size of a layer that is applied. Raises KeyError for a layer that the table does not have."""
        if made not in self.layers:
            layer = made.function
            given = [self.shape(tensor) for tensor in _flat(made.args)]
            own = [self.network(value) if isinstance(value, RecordedCall) else value for value in layer.args]
            self.layers[made] = LAYERS[_class_of(layer)](given, self.batch, *own, **layer.kwargs)
        return self.layers[made]

    def _width(self, made: RecordedCall, layer: LayerSize) -> int:
        return sum(map(prod, layer.shapes)) + sum(prod(self.shape(tensor)) for tensor in _flat(made.args))

    def shape(self, tensor: Any) -> Shape:
        """Return the shape of a recorded tensor, without the batch."""
        made, key = _call_and_output(tensor)
        if made.is_input:
            return tuple(made.args[0])
        if made.function.is_model:
            return self.network(made.function).outputs[key]
        return self.layer(made).shapes[key or 0]


def _by_name(outputs: Any) -> Mapping[str, Any]:
    """Return the outputs of a network by name; a single one has none."""
    return outputs if isinstance(outputs, dict) else {"": outputs}


def _call_and_output(tensor: Any) -> tuple[RecordedCall, Any]:
    """Return the call that a recorded tensor is of, and which of its outputs."""
    return (tensor.call, tensor.key) if isinstance(tensor, Item) else (tensor, "")


def _calls_behind(tensors: Iterable[Any]) -> Mapping[RecordedCall, set[Any]]:
    """Return the applied layers and networks that tensors of one network are made of, with the outputs that are used.

    TensorFlow computes no other output of a network within another.
    """
    found: dict[RecordedCall, set[Any]] = {}
    waiting = list(tensors)
    while waiting:
        made, output = _call_and_output(waiting.pop())
        if made.makes_tensors:
            waiting += [] if made in found else _flat(made.args)
            found.setdefault(made, set()).add(output)
    return found


def _flat(args: Any) -> list[Any]:
    """Return the tensors that a layer is applied to; some take a list."""
    return [tensor for value in args for tensor in (value if isinstance(value, list | tuple) else [value])]


def _class_of(layer: RecordedCall) -> str:
    """Return the name of a recorded layer's class, Keras' or ours."""
    return layer.function.path.rpartition(".")[2] if isinstance(layer.function, Name) else layer.function.__name__
