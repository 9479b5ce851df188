"""Networks, losses, variants and training of autoencoders: Keras and nothing else.

In a notebook: `from models import Experiment, build, load, save`, and `variants`, `terms`, `networks`, `pixel_models`,
`optimizers` and `schedules`, which list what an experiment can name. docs/library.md tells more.

`models.spec` is what can be said of them without Keras; pages and the command line read only that.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.program import Program as Program
    from models.program import build as build
    from models.saved import load as load
    from models.saved import save as save
    from models.spec.errors import CheckpointError as CheckpointError
    from models.spec.errors import DataError as DataError
    from models.spec.experiment import Experiment as Experiment
    from models.spec.experiment import ExperimentError as ExperimentError
    from models.spec.listing import networks as networks
    from models.spec.listing import optimizers as optimizers
    from models.spec.listing import pixel_models as pixel_models
    from models.spec.listing import schedules as schedules
    from models.spec.listing import terms as terms
    from models.spec.listing import variants as variants

_HOMES = {
    "models.spec.experiment": ("Experiment", "ExperimentError"),
    "models.spec.listing": ("variants", "terms", "networks", "pixel_models", "optimizers", "schedules"),
    "models.spec.errors": ("CheckpointError", "DataError"),
    "models.program": ("Program", "build"),
    "models.saved": ("load", "save"),
}
_NAMES = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: four of them load TensorFlow."""
    if name not in _NAMES:
        raise AttributeError(f"models has no {name!r}; it offers {', '.join(_NAMES)}, and its modules.")
    from importlib import import_module

    return getattr(import_module(_NAMES[name]), name)


def __dir__() -> list[str]:
    """Return the names that a notebook completes."""
    return [*globals(), *_NAMES]
