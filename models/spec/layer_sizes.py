"""The size of each kind of layer: what comes out, its weights, and what it holds while a step is computed.

The table has one entry for each class of layer that the networks are built from. An entry takes the shapes of the
layer's inputs without the batch, the batch size, and the layer's own arguments as the builders of `models` give them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod
from types import MappingProxyType
from typing import Any

Shape = tuple[int, ...]  # without the batch
Shapes = Sequence[Shape]


@dataclass(frozen=True)
class LayerSize:
    """`shapes` of the outputs, number of `parameters`, and float32 numbers for each image of a batch.

    held: until the gradient has been taken.
    scratch: of tensors over pairs (of two images, of a code and a codebook entry) at the peak of a step.
    """

    shapes: tuple[Shape, ...]
    parameters: int = 0
    held: float = 0.0
    scratch: float = 0.0


def _dense(given: Shapes, _batch: int, units: int, *_: Any, **__: Any) -> LayerSize:
    (shape,) = given
    return LayerSize(((*shape[:-1], units),), (shape[-1] + 1) * units, prod(shape[:-1]) * units)


def _conv(
    given: Shapes, _batch: int, filters: int, kernel: int, strides: int = 1, padding: str = "valid", **_: Any
) -> LayerSize:
    ((height, width, channels),) = given
    margin = kernel - 1 if padding == "valid" else 0
    shape = (ceil((height - margin) / strides), ceil((width - margin) / strides), filters)
    return LayerSize((shape,), (kernel * kernel * channels + 1) * filters, prod(shape))


def _transposed_conv(
    given: Shapes, _batch: int, filters: int, kernel: int, strides: int = 1, padding: str = "valid", **_: Any
) -> LayerSize:
    ((height, width, channels),) = given
    margin = max(kernel - strides, 0) if padding == "valid" else 0
    shape = (height * strides + margin, width * strides + margin, filters)
    return LayerSize((shape,), (kernel * kernel * channels + 1) * filters, prod(shape))


def _same(held: float) -> Callable[..., LayerSize]:
    """Return the size of a layer whose output has its first input's shape; it holds so many tensors of that shape."""
    return lambda given, _batch, *_, **__: LayerSize((given[0],), held=held * prod(given[0]))


def _made(shape: Callable[..., Shape], held: float = 1.0) -> Callable[..., LayerSize]:
    """Return the size of a layer without weights; `shape` is given its input's shape and the layer's arguments."""

    def size(given: Shapes, _batch: int, *args: Any, **kwargs: Any) -> LayerSize:
        kwargs = {name: value for name, value in kwargs.items() if name not in {"name", "interpolation"}}
        made = shape(given[0], *args, **kwargs)
        return LayerSize((made,), held=held * prod(made))

    return size


def _cropping(given: Shapes, _batch: int, cut: Sequence[Sequence[int]], **_: Any) -> LayerSize:
    ((height, width, channels),) = given
    shape = (height - sum(cut[0]), width - sum(cut[1]), channels)
    return LayerSize((shape,), held=prod(shape) if any(map(sum, cut)) else 0)  # nothing is copied for nothing


def _concatenated(given: Shapes, _batch: int, **_: Any) -> LayerSize:
    shape = (*given[0][:-1], sum(shape[-1] for shape in given))
    return LayerSize((shape,), held=prod(shape))


def _prior(_given: Shapes, _batch: int, latent_dim: int, *_: Any, **__: Any) -> LayerSize:
    return LayerSize(((latent_dim,),), held=latent_dim)


def _quantizer(given: Shapes, _batch: int, size: int, codewords: int, **_: Any) -> LayerSize:
    (code,) = given
    # The distance of every part of the code to every entry: (batch x codewords, size).
    return LayerSize((code, code), size * (code[0] // codewords), 3 * code[0], scratch=3 * codewords * size)


def _densities(given: Shapes, batch: int, **_: Any) -> LayerSize:
    # The log density of every code under every posterior: (batch, batch, latent).
    return LayerSize(((),) * 4, scratch=batch * (5.4 * given[0][0] + 4))


def _critic_slope(given: Shapes, _batch: int, critic: Any, *_: Any, **__: Any) -> LayerSize:
    return LayerSize(((),), held=critic.held + prod(given[0]))


LAYERS: Mapping[str, Callable[..., LayerSize]] = MappingProxyType(
    {
        "Dense": _dense,
        "Conv2D": _conv,
        "Conv2DTranspose": _transposed_conv,
        "Flatten": _made(lambda shape: (prod(shape),), held=0),
        "Reshape": _made(lambda _, shape: tuple(shape), held=0),
        "Cropping2D": _cropping,
        "MaxPooling2D": _made(lambda shape, size: (shape[0] // size, shape[1] // size, shape[2])),
        "UpSampling2D": _made(lambda shape, size: (shape[0] * size, shape[1] * size, shape[2])),
        "Resizing": _made(lambda shape, height, width: (height, width, shape[2])),
        "Concatenate": _concatenated,
        "Rescaling": _same(1),
        "LeakyReLU": _same(1),
        "Activation": _same(1),
        "Clip": _same(1),
        "Dropout": _same(1.25),  # and which were kept, a byte each
        "GaussianNoise": _same(1),
        "Sampling": _same(3),
        "Binarize": _same(1),
        "Prior": _prior,
        "Shuffle": _same(3),
        "Quantizer": _quantizer,
        "Densities": _densities,
        "CriticSlope": _critic_slope,
    }
)
