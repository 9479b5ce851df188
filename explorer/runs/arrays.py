"""The names of the arrays in a run's files, besides its weights: `snapshots/STEP.safetensors`, `preview.safetensors`.

A weight's name is that of its network and layer, such as `decoder/dense/kernel`; see `models.checkpoints`.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from models.spec.errors import CheckpointError
from models.spec.tensors import Z_LOG_VAR, Z_MEAN

STEP = "step"  # (1,)

# Codes of the probe set: all of them in a snapshot, the first ones in the live snapshot.
_PROBE = "probe/"
MEAN = f"{_PROBE}{Z_MEAN}"  # (n, latent)
LOG_VAR = f"{_PROBE}{Z_LOG_VAR}"  # (n, latent), where the encoder gives a distribution


def of_probe(name: str) -> str:
    """Return the name of what the model makes of the probe set: of its codes, or in a snapshot of its strip."""
    return _PROBE + name


# The strip: a few probe images at their mean code. In a snapshot of clean images, in the live one as they are trained.
LINEAR = "linear"  # float16 (n, height, width, channels): the decoder's linear output
RECONSTRUCTION = "reconstruction"  # uint8, the same shape: what a person sees
CORRUPTED = "corrupted"  # uint8, the same shape: the noisy images, of a denoising model

# In the live snapshot alone.
SAMPLES = "samples"  # uint8 (n, height, width, channels): what draws from the prior decode to
AXES, CENTRE = "axes", "centre"  # (2 or 1, latent) and (latent,): the steady view of the codes
HEALTH_REAL, HEALTH_MADE = "health/real", "health/made"  # (n,): a critic's logits
HEALTH_GRADIENTS, HEALTH_LARGEST = "health/gradients", "health/largest"  # (gradients,): norms, and the largest so far

HEALTH = (HEALTH_REAL, HEALTH_MADE, HEALTH_GRADIENTS, HEALTH_LARGEST, SAMPLES)
LIVE = (STEP, MEAN, AXES, CENTRE, LINEAR, RECONSTRUCTION)  # every live snapshot has these

# What each array must be: NumPy's kinds, whether all is finite, and its shape. A word is the same size wherever it is.
_FLOATS, _BYTES, _WHOLE = ("f2", "f4", "f8"), ("u1",), ("i4", "i8")
_ANOTHER = "Choose another snapshot."
_IMAGE = ("height", "width", "channels")
_Needed = tuple[tuple[str, ...], bool, tuple[str | int, ...]]
_LAYOUT: Mapping[str, _Needed] = MappingProxyType(
    {
        STEP: (_WHOLE, True, (1,)),
        MEAN: (_FLOATS, True, ("codes", "latent")),
        LOG_VAR: (_FLOATS, True, ("codes", "latent")),
        AXES: (_FLOATS, True, ("axes", "latent")),
        CENTRE: (_FLOATS, True, ("latent",)),
        LINEAR: (_FLOATS, True, ("strip", *_IMAGE)),
        of_probe(LINEAR): (_FLOATS, True, ("strip", *_IMAGE)),
        RECONSTRUCTION: (_BYTES, True, ("strip", *_IMAGE)),
        of_probe(RECONSTRUCTION): (_BYTES, True, ("strip", *_IMAGE)),
        CORRUPTED: (_BYTES, True, ("strip", *_IMAGE)),
        SAMPLES: (_BYTES, True, ("samples", *_IMAGE)),
        HEALTH_REAL: (_FLOATS, False, ("real",)),
        HEALTH_MADE: (_FLOATS, False, ("made",)),
        HEALTH_GRADIENTS: (_FLOATS, False, ("gradients",)),
        HEALTH_LARGEST: (_FLOATS, False, ("gradients",)),
    }
)
_LARGEST = 1e12  # of a number: sums of products of larger ones have no place in 32 bits, and a map no use for them


def check_arrays(
    arrays: Mapping[str, np.ndarray], file: str, image_shape: tuple[int, int, int], latent: int, probe: int
) -> None:
    """Raise CheckpointError where what is no weight does not fit a model: codes (up to `probe`, latent) and pictures.

    Weights are checked where a network takes them.
    """
    sizes = {**dict(zip(_IMAGE, image_shape, strict=True)), "latent": latent}
    for name in _LAYOUT.keys() & arrays.keys():
        _check(name, arrays[name], file, sizes)
    strip, bounds = sizes.get("strip", 1), {"codes": probe, "strip": probe, "axes": min(2, latent)}
    wrong = {side: size for side, size in sizes.items() if not 1 <= size <= bounds.get(side, size)}
    if wrong or sizes.get("samples", strip) < strip:
        counts = ", ".join(f"{size:,} {side}" for side, size in (wrong or sizes).items())
        raise CheckpointError(f"{file} has {counts} for {probe:,} images and {latent} dimensions. {_ANOTHER}")


def _check(name: str, array: np.ndarray, file: str, sizes: dict[str, int]) -> None:
    """Check one array; what it says of a size that is not known yet is put into `sizes`."""
    kinds, finite, sides = _LAYOUT[name]
    if len(sides) == array.ndim:
        new = {side: size for side, size in zip(sides, array.shape, strict=True) if isinstance(side, str)}
        sizes.update({side: size for side, size in new.items() if side not in sizes})
    needed = tuple(sizes.get(side, 0) if isinstance(side, str) else side for side in sides)
    if f"{array.dtype.kind}{array.dtype.itemsize}" not in kinds or array.shape != needed:
        raise CheckpointError(
            f"The array {name} of {file} was {array.dtype} {array.shape}; "
            f"{' or '.join(np.dtype(kind).name for kind in kinds)} {needed} is needed. {_ANOTHER}"
        )
    if finite and array.size and not float(np.abs(array).max()) <= _LARGEST:
        raise CheckpointError(f"The array {name} of {file} has values that are not finite or far too large. {_ANOTHER}")
