"""Networks, losses, variants and training of autoencoders: Keras and nothing else.

`models.spec` is what can be said of them without Keras; pages and the command line read only that.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.program import Program as Program
    from models.program import build as build
    from models.spec.experiment import Experiment as Experiment

_HOMES = {"Experiment": "models.spec.experiment", "Program": "models.program", "build": "models.program"}


def __getattr__(name: str) -> Any:
    """Import `Experiment`, `Program` or `build` when it is first asked for: two of them load TensorFlow."""
    if name not in _HOMES:
        raise AttributeError(f"models has no {name!r}; it offers {', '.join(_HOMES)}, and its modules.")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
