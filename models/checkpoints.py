"""The weights of twins as arrays by name, and back."""

import re
from collections import Counter
from collections.abc import Mapping

import keras
import numpy as np

from models.arrays import CheckpointError
from models.twins import Twins


def _variables(twins: Twins) -> dict[str, keras.Variable]:
    """Encoder's and decoder's variables by names that are the same in every process, such as `decoder/dense_1/kernel`.

    Keras numbers unnamed layers through the life of a process, so they are counted anew inside each network here.
    """
    named = {}
    for network in (twins.encoder, twins.decoder):
        seen: Counter[str] = Counter()
        for layer in network.layers:
            kind = re.sub(r"_\d+$", "", layer.name)
            label = f"{kind}_{seen[kind]}" if seen[kind] else kind
            seen[kind] += 1
            # Seed counters are the state of a run, not of a model.
            named |= {f"{network.name}/{label}/{v.name}": v for v in layer.variables if v.dtype == "float32"}
    return named


def weights_of(twins: Twins) -> dict[str, np.ndarray]:
    """Every weight of encoder and decoder by name."""
    return {name: variable.numpy() for name, variable in _variables(twins).items()}


def assign_weights(twins: Twins, arrays: Mapping[str, np.ndarray]) -> None:
    """Put arrays into the variables of the same name. Raises CheckpointError where names or shapes differ."""
    expected = _variables(twins)
    for name, variable in expected.items():
        if name not in arrays or arrays[name].shape != tuple(variable.shape):
            given = arrays[name].shape if name in arrays else "nothing"
            raise CheckpointError(
                f"The weights {name} were {given}; this model needs {tuple(variable.shape)}. "
                "Choose the snapshot that belongs to this experiment."
            )
    for name, variable in expected.items():
        variable.assign(arrays[name].astype(np.float32))
