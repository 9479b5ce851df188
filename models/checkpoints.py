"""The weights of twins as arrays by name, and back."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import keras
import numpy as np

from models.spec.errors import CheckpointError
from models.twins import Twins


def labelled_layers(network: keras.Model) -> Iterator[tuple[str, keras.layers.Layer]]:
    """Yield the layers of an encoder, decoder or critic with labels that are the same in every process.

    A label is such as `decoder/dense_1`.

    Keras numbers unnamed layers through the life of a process, so they are counted anew inside each network here.
    A weight's name is its layer's label and its own name: `decoder/dense_1/kernel`.
    """
    seen: Counter[str] = Counter()
    for layer in network.layers:
        kind = re.sub(r"_\d+$", "", layer.name)
        yield f"{network.name}/{kind}_{seen[kind]}" if seen[kind] else f"{network.name}/{kind}", layer
        seen[kind] += 1


def _variables(twins: Twins, networks: Sequence[str] | None) -> dict[str, keras.Variable]:
    """Return the networks' variables by name, without seed counters: those are the state of a run, not of a model."""
    chosen = twins.networks if networks is None else networks
    labelled = [each for name in chosen for each in labelled_layers(twins.networks[name])]
    return {f"{label}/{v.name}": v for label, layer in labelled for v in layer.variables if v.dtype == "float32"}


def weights_of(twins: Twins, networks: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """Return every weight of the networks by name. Without `networks`, return those of all networks of the twins."""
    return {name: variable.numpy() for name, variable in _variables(twins, networks).items()}


def assign_weights(twins: Twins, arrays: Mapping[str, np.ndarray], networks: Sequence[str] | None = None) -> None:
    """Assign arrays to the variables of the same name. Other arrays are ignored.

    Raises CheckpointError, and assigns nothing, where a weight of the networks is missing or has another shape.
    """
    assign(_variables(twins, networks), arrays)


def assign(expected: Mapping[str, keras.Variable], arrays: Mapping[str, np.ndarray]) -> None:
    """Assign arrays to variables by name. Raises CheckpointError, and assigns nothing, where one does not fit."""
    for name, variable in expected.items():
        if name not in arrays or arrays[name].shape != tuple(variable.shape):
            given = arrays[name].shape if name in arrays else "nothing"
            raise CheckpointError(
                f"The weights {name} were {given}; this model needs {tuple(variable.shape)}. "
                "Choose the snapshot that belongs to this experiment."
            )
    for name, variable in expected.items():
        variable.assign(arrays[name].astype(variable.dtype))
