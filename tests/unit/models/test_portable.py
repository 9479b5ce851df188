"""A generator as plain JSON layers: every network leaves whole, and whatever else is refused in a sentence."""

import json

import keras
import pytest
from keras import layers

from models.checkpoints import weights_of
from models.pixels import Clip
from models.portable import NotPortableError, decoder_layers
from models.spec import catalogue
from models.spec.experiment import Experiment
from models.twins import Twins, build_twins
from tests.support.network_page import chain_twins

CLIP = {"kind": "activation", "name": "clip"}
LINKS = {
    "logits": [{"kind": "activation", "name": "sigmoid"}],
    "pixel_mean": [CLIP],
    "grey_levels": [{"kind": "rescaling", "scale": 1 / 255, "offset": 0.0}, CLIP],
}
SHAPES = [(28, 28, 1), (64, 64, 1), (64, 64, 3)]


def _twins(network: str, pixel_model: str = "bernoulli", shape: tuple[int, int, int] = SHAPES[0], latent=3) -> Twins:
    experiment = Experiment.parse({"network": network, "pixel_model": pixel_model, "latent_dim": latent})
    return build_twins(experiment, shape)


@pytest.mark.parametrize("network", catalogue.NETWORKS)
@pytest.mark.parametrize("pixel_model", catalogue.PIXEL_MODELS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_network_names_each_of_its_weights_once_and_ends_in_its_link(network, pixel_model, shape):
    twins = _twins(network, pixel_model, shape)
    found = decoder_layers(twins)
    named = [layer[key] for layer in found for key in ("kernel", "bias") if layer.get(key)]
    assert sorted(named) == sorted(weights_of(twins, ("decoder",)))
    behind = found[max(number for number, layer in enumerate(found) if "kernel" in layer) + 1 :]
    assert [layer for layer in behind if layer["kind"] in {"activation", "rescaling"}] == LINKS[
        catalogue.PIXEL_MODELS[pixel_model].output
    ]
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("latent", [1, 512])
def test_the_layers_do_not_depend_on_the_number_of_dimensions_nor_on_what_was_built_before(latent):
    assert decoder_layers(_twins("question", latent=latent)) == decoder_layers(_twins("question"))


def test_the_seed_network_layer_by_layer():
    def weighted(kind, name, **more):
        return {"kind": kind, "kernel": f"decoder/{name}/kernel", "bias": f"decoder/{name}/bias", **more}

    convolution = {"strides": [1, 1], "padding": "valid"}
    leaky = {"kind": "activation", "name": "leaky_relu", "slope": pytest.approx(0.3)}
    assert decoder_layers(_twins("question")) == [
        weighted("dense", "dense"),
        leaky,
        {"kind": "reshape", "shape": [14, 14, 8]},
        weighted("conv2d", "conv2d", **convolution),
        leaky,
        {"kind": "upsampling2d", "size": [2, 2]},
        weighted("conv2d", "conv2d_1", **convolution),
        leaky,
        weighted("conv2d", "conv2d_2", **convolution),
        {"kind": "resizing", "shape": [28, 28]},
        {"kind": "activation", "name": "sigmoid"},
    ]


def test_layers_beyond_our_networks():
    def decode(x):
        x = layers.ReLU()(layers.Dense(12, "leaky_relu", use_bias=False)(x))
        x = layers.Activation("tanh")(layers.Reshape((2, -1, 2))(x))
        return layers.Flatten()(layers.Activation("linear")(x))

    assert decoder_layers(chain_twins(3, decode, Clip())) == [
        {"kind": "dense", "kernel": "decoder/dense/kernel", "bias": None},
        {"kind": "activation", "name": "leaky_relu", "slope": 0.2},
        {"kind": "activation", "name": "relu"},
        {"kind": "reshape", "shape": [2, 3, 2]},
        {"kind": "activation", "name": "tanh"},
        {"kind": "reshape", "shape": [12]},
        {"kind": "activation", "name": "clip"},
    ]


def _added(x):
    return layers.Add()([layers.Dense(4)(x), layers.Dense(4)(x)])


def _doubled(x):
    return layers.Dense(4)(2 * layers.Dense(4)(x))  # an operation, which is no layer


def _skipping(x):
    first = layers.Dense(4)(x)
    return layers.Dense(4)(first) + first


def _shared(x):
    twice = layers.Dense(3)
    return twice(twice(x))


def _square(*chain):
    def decode(x):
        x = layers.Reshape((4, 4, 1))(layers.Dense(16)(x))
        for layer in chain:
            x = layer(x)
        return x

    return decode


@pytest.mark.parametrize(
    ("decode", "sentence"),
    [
        (_added, r"is not fed by the layer before it alone; only a plain chain of layers"),
        (_doubled, r"The layer dense.* of the decoder is not fed by the layer before it alone"),
        (_skipping, r"The decoder does not end with its last layer\."),
        (_shared, r"The decoder does not end with its last layer\."),
        (layers.Softmax(), r"The layer decoder/softmax was a Softmax; the layers .* are InputLayer, Dense, .*Clip\."),
        (layers.Dense(3, "gelu"), r"decoder/dense had the activation gelu; those .* are relu, sigmoid, tanh, leaky"),
        (layers.Dense(3, lambda x: x * 2), r"decoder/dense had the activation <lambda>; those"),
        (layers.Dense(3, keras.layers.ReLU(max_value=6)), r"decoder/dense had the activation .*; those"),
        (layers.ReLU(max_value=6), r"decoder/re_lu had max_value .*6.*; in the browser it must be None\."),
        (layers.ReLU(threshold=1), r"decoder/re_lu had threshold 1.0; in the browser it must be 0.0\."),
        (
            _square(layers.Conv2D(4, 3, dilation_rate=2, padding="same")),
            r"conv2d had dilation_rate \(2, 2\); .* \(1, 1\)",
        ),
        (
            _square(layers.Conv2D(4, 3), layers.Conv2D(4, 1, groups=2)),
            r"conv2d_1 had groups 2; in the browser .* be 1\.",
        ),
        (
            _square(layers.Conv2DTranspose(4, 3, strides=2, padding="same", output_padding=0)),
            r"conv2d_transpose had output_padding .*0.*; in the browser it must be None\.",
        ),
        (_square(layers.UpSampling2D(2, interpolation="bilinear")), r"interpolation 'bilinear'; .* must be 'nearest'"),
        (_square(layers.Resizing(3, 3, interpolation="nearest")), r"interpolation 'nearest'; .* must be 'bilinear'"),
        (_square(layers.Resizing(3, 3, antialias=True)), r"resizing had antialias True; in the browser .* be False\."),
        (_square(layers.Resizing(3, 3, crop_to_aspect_ratio=True)), r"had crop_to_aspect_ratio True; .* be False\."),
        (_square(layers.Rescaling([1.0])), r"rescaling had scale \[1.0\]; in the browser it must be one number\."),
        (_square(layers.Rescaling(2, offset="1")), r"rescaling had offset '1'; in the browser it must be one number"),
        (
            _square(layers.UpSampling2D(2, data_format="channels_first")),
            r"had data_format 'channels_first'; .* 'channels_last'",
        ),
    ],
)
def test_what_cannot_leave_is_said_with_the_way_out(decode, sentence):
    with pytest.raises(NotPortableError, match=sentence) as refused:
        decoder_layers(chain_twins(3, decode, layers.Activation("sigmoid")))
    assert str(refused.value).endswith("The server decodes this model instead.")


def test_a_link_that_is_not_known_is_refused():
    with pytest.raises(NotPortableError, match=r"The layer link/softmax.* was a Softmax; the layers that run"):
        decoder_layers(chain_twins(3, layers.Dense(4), layers.Softmax()))


def test_a_generator_without_the_decoder_is_refused():
    twins = chain_twins(3, layers.Dense(4), Clip())
    other = chain_twins(3, layers.Dense(4), Clip()).generator
    with pytest.raises(NotPortableError, match=r"^The generator does not begin with the decoder"):
        decoder_layers(Twins(twins.encoder, twins.decoder, twins.training, twins.inference, other))
