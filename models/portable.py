"""A generator as a chain of plain layers in JSON, for a forward pass without Keras: `assets/web/decoder` runs it.

Only a plain chain of the layers in LAYERS can leave; anything else stays with Keras, and the sentence says why.
Weights are named as in `models.checkpoints`. Every entry has a `kind`; the other keys are those of the functions here.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import keras
from keras import layers

from models.checkpoints import labelled_layers
from models.pixels import Clip
from models.twins import Twins

Entry = dict[str, Any]
_ACTIVATIONS = ("relu", "sigmoid", "tanh")
_KEPT = "The server decodes this model instead."


class NotPortableError(ValueError):
    """A generator that cannot be written as a chain of plain layers. Its sentence goes on the screen."""


def decoder_layers(twins: Twins) -> list[Entry]:
    """Describe the generator, codes (batch, latent) to images in 0..1, layer by layer. Raises NotPortableError.

    A layer with an activation of its own gives two entries, one that changes nothing gives none.
    """
    _check_chain(twins.decoder)
    chain = [*labelled_layers(twins.decoder), *((f"link/{layer.name}", layer) for layer in _link_of(twins))]
    return [entry for label, layer in chain for entry in _entries(label, layer)]


def _link_of(twins: Twins) -> list[layers.Layer]:
    """Return the generator's layers behind the decoder."""
    known, link = twins.generator.layers[:2], twins.generator.layers[2:]
    if len(known) < 2 or known[1] is not twins.decoder:
        raise NotPortableError(f"The generator does not begin with the decoder, as it should. {_KEPT}")
    return link


def _check_chain(network: keras.Model) -> None:
    """Raise NotPortableError unless each layer reads only the output of the layer before it."""
    if len(network.inputs) != 1 or len(network.outputs) != 1:
        raise NotPortableError(
            f"The {network.name} has {len(network.inputs)} inputs and {len(network.outputs)} outputs; "
            f"a chain has one of each. {_KEPT}"
        )
    given = network.inputs[0]
    for layer in network.layers[1:]:  # the first is the input itself
        try:
            follows, given = layer.input is given, layer.output
        except (AttributeError, ValueError):  # a layer that is used more than once has no such thing
            follows = False
        if not follows:
            raise NotPortableError(
                f"The layer {layer.name} of the {network.name} is not fed by the layer before it alone; "
                f"only a plain chain of layers runs in the browser. {_KEPT}"
            )
    if given is not network.outputs[0]:
        raise NotPortableError(f"The {network.name} does not end with its last layer. {_KEPT}")


def _entries(label: str, layer: layers.Layer) -> list[Entry]:
    describe = LAYERS.get(type(layer))
    if describe is None:
        names = ", ".join(kind.__name__ for kind in LAYERS)
        raise NotPortableError(
            f"The layer {label} was a {type(layer).__name__}; the layers that run in the browser are {names}. {_KEPT}"
        )
    return describe(label, layer)


def _require(label: str, **settings: tuple[Any, Any]) -> None:
    """Raise NotPortableError for a setting with a wrong value. Each is a pair: its value, and the value needed."""
    for name, (given, needed) in settings.items():
        if given != needed:
            raise NotPortableError(
                f"The layer {label} had {name} {given!r}; in the browser it must be {needed!r}. {_KEPT}"
            )


def _activation(label: str, function: Callable) -> list[Entry]:
    """Return the entry of a layer's activation function, or no entry for `linear`."""
    name = getattr(function, "__name__", repr(function))
    if function is keras.activations.linear:
        return []
    if function is keras.activations.leaky_relu:
        return [{"kind": "activation", "name": "leaky_relu", "slope": 0.2}]  # Keras' default for the bare function
    if name not in _ACTIVATIONS or function is not getattr(keras.activations, name):
        allowed = ", ".join((*_ACTIVATIONS, "leaky_relu", "linear"))
        raise NotPortableError(
            f"The layer {label} had the activation {name}; those that run in the browser are {allowed}. {_KEPT}"
        )
    return [{"kind": "activation", "name": name}]


def _weighted(kind: str, label: str, layer: Any, **more: Any) -> list[Entry]:
    bias = f"{label}/bias" if layer.use_bias else None
    return [{"kind": kind, "kernel": f"{label}/kernel", "bias": bias, **more}, *_activation(label, layer.activation)]


def _dense(label: str, layer: layers.Dense) -> list[Entry]:
    _require(label, quantization=(layer.quantization_mode, None))
    return _weighted("dense", label, layer)


def _convolution(kind: str) -> Callable[[str, Any], list[Entry]]:
    def describe(label: str, layer: Any) -> list[Entry]:
        _require(
            label,
            data_format=(layer.data_format, "channels_last"),
            dilation_rate=(tuple(layer.dilation_rate), (1, 1)),
            groups=(getattr(layer, "groups", 1), 1),
            output_padding=(getattr(layer, "output_padding", None), None),
        )
        return _weighted(kind, label, layer, strides=list(layer.strides), padding=layer.padding)

    return describe


def _upsampling(label: str, layer: layers.UpSampling2D) -> list[Entry]:
    _require(label, data_format=(layer.data_format, "channels_last"), interpolation=(layer.interpolation, "nearest"))
    return [{"kind": "upsampling2d", "size": list(layer.size)}]


def _cropping(label: str, layer: layers.Cropping2D) -> list[Entry]:
    _require(label, data_format=(layer.data_format, "channels_last"))
    rows, columns = layer.cropping
    return [{"kind": "cropping2d", "rows": list(rows), "columns": list(columns)}]


def _resizing(label: str, layer: layers.Resizing) -> list[Entry]:
    _require(
        label,
        data_format=(layer.data_format, "channels_last"),
        interpolation=(layer.interpolation, "bilinear"),
        antialias=(layer.antialias, False),
        crop_to_aspect_ratio=(layer.crop_to_aspect_ratio, False),
        pad_to_aspect_ratio=(layer.pad_to_aspect_ratio, False),
    )
    return [{"kind": "resizing", "shape": [layer.height, layer.width]}]


def _rescaling(label: str, layer: layers.Rescaling) -> list[Entry]:
    for name in ("scale", "offset"):
        if not isinstance(given := getattr(layer, name), int | float):
            raise NotPortableError(
                f"The layer {label} had {name} {given!r}; in the browser it must be one number. {_KEPT}"
            )
    return [{"kind": "rescaling", "scale": float(layer.scale), "offset": float(layer.offset)}]


def _relu(label: str, layer: layers.ReLU) -> list[Entry]:
    _require(
        label,
        max_value=(layer.max_value, None),
        negative_slope=(float(layer.negative_slope), 0.0),
        threshold=(float(layer.threshold), 0.0),
    )
    return [{"kind": "activation", "name": "relu"}]


LAYERS: Mapping[type[layers.Layer], Callable[[str, Any], list[Entry]]] = MappingProxyType(
    {
        layers.InputLayer: lambda _label, _layer: [],
        layers.Dense: _dense,
        layers.Conv2D: _convolution("conv2d"),
        layers.Conv2DTranspose: _convolution("conv2d_transpose"),
        layers.UpSampling2D: _upsampling,
        layers.Cropping2D: _cropping,
        layers.Resizing: _resizing,
        layers.Rescaling: _rescaling,
        layers.Reshape: lambda _label, layer: [{"kind": "reshape", "shape": list(layer.output.shape[1:])}],
        layers.Flatten: lambda _label, layer: [{"kind": "reshape", "shape": list(layer.output.shape[1:])}],
        layers.Activation: lambda label, layer: _activation(label, layer.activation),
        layers.LeakyReLU: lambda _label, layer: [
            {"kind": "activation", "name": "leaky_relu", "slope": float(layer.negative_slope)}
        ],
        layers.ReLU: _relu,
        Clip: lambda _label, _layer: [{"kind": "activation", "name": "clip"}],
    }
)
