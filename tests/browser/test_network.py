"""The browser's forward pass is Keras': the same images, in a real Chromium, from the bytes that the server sends."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from keras import layers
from playwright.sync_api import Page

from explorer.components.container import pack
from models.checkpoints import assign_weights, weights_of
from models.pixels import Clip
from models.spec.catalogue import PIXEL_MODELS
from models.twins import Twins
from tests.support.network_page import (
    NetworkPage,
    chain_twins,
    header_of,
    lively_twins,
    packed,
    served_page,
    some_codes,
    with_random_weights,
)

pytestmark = pytest.mark.browser

GREY, COLOUR = (28, 28, 1), (64, 64, 3)
CASES = [(network, pixels, GREY) for network in ("dense", "conv", "question") for pixels in PIXEL_MODELS]
CASES += [
    ("conv", "bernoulli", COLOUR),
    ("conv", "gaussian", COLOUR),
    ("conv", "unscaled", COLOUR),
    ("question", "bernoulli", (17, 14, 1)),
]


@pytest.fixture(scope="module")
def network_page() -> Iterator[NetworkPage]:
    with served_page() as served:
        yield served


def _lively_twins(network: str, pixel_model: str, shape: tuple[int, int, int]) -> Twins:
    """Twins whose images use all of 0..1, also where white is not 1."""
    twins = lively_twins(network, pixel_model, shape)
    weights = weights_of(twins)
    for name in list(weights)[-2:]:  # behind the last layer's weights, nothing but shapes change
        weights[name] = weights[name] * PIXEL_MODELS[pixel_model].scale
    assign_weights(twins, weights)
    return twins


@pytest.mark.parametrize(("network", "pixel_model", "shape"), CASES)
def test_every_network_gives_the_images_of_keras(
    page: Page, network_page: NetworkPage, record_property, network, pixel_model, shape
):
    twins = _lively_twins(network, pixel_model, shape)
    codes = some_codes(200, 16)
    expected = twins.generator.predict(codes, verbose=0)
    low, high = np.percentile(expected, [10, 90])
    assert low < 0.15, "the images must use all of 0..1, or the test shows nothing"
    assert high > 0.85
    floats, pixels = network_page.run(page, twins, codes)
    largest = float(np.abs(floats - expected).max())
    record_property("largest_difference", largest)
    print(f"{network} {pixel_model} {shape}: {largest:.1e}")  # noqa: T201 -- seen with -s
    assert largest <= 1 / 255
    assert np.abs(pixels.astype(int) - (255 * expected).round().astype(int)).max() <= 1


@pytest.mark.parametrize("latent", [1, 2, 100, 512])
def test_any_number_of_dimensions_and_of_codes(page: Page, network_page: NetworkPage, latent):
    twins = lively_twins("dense", "bernoulli", GREY, latent)
    for count in (1, 67):
        codes = some_codes(count, latent)
        floats, _ = network_page.run(page, twins, codes)
        np.testing.assert_allclose(floats, twins.generator(codes), atol=1e-4)


def _valid(x):
    x = layers.Reshape((5, 4, 2))(layers.Dense(40, "tanh")(x))
    x = layers.Conv2DTranspose(3, (2, 3), strides=(3, 2), padding="valid", use_bias=False)(x)  # gaps between kernels
    x = layers.LeakyReLU(0.1)(x)
    return layers.Conv2D(9, (4, 2), strides=(2, 1), activation="sigmoid")(x)


def _same(x):
    x = layers.Reshape((6, 5, 2))(layers.Dense(60, "leaky_relu", use_bias=False)(x))
    x = layers.Conv2D(4, (3, 4), strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(5, 2, strides=(3, 1), padding="same")(x)
    return layers.Dense(11)(layers.ReLU()(x))  # on the last axis


def _shapes(x):
    x = layers.Reshape((6, 4, 3))(layers.Dense(72)(x))
    x = layers.UpSampling2D((2, 3))(x)
    x = layers.Cropping2D(((1, 2), (0, 5)))(x)
    x = layers.Rescaling(0.5, offset=0.25)(layers.Resizing(5, 16)(x))  # shorter one way, longer the other
    return layers.Reshape((10, 8, 3))(layers.Flatten()(x))


@pytest.mark.parametrize("decode", [_valid, _same, _shapes])
@pytest.mark.parametrize("link", [layers.Activation("sigmoid"), Clip()], ids=["sigmoid", "clip"])
def test_every_layer_as_keras_may_be_told_to_use_it(page: Page, network_page: NetworkPage, decode, link):
    twins = with_random_weights(chain_twins(3, decode, type(link).from_config(link.get_config())))
    codes = 2 * some_codes(40, 3)
    expected = twins.generator(codes).numpy()
    assert expected.std() > 0.05
    floats, _ = network_page.run(page, twins, codes)
    np.testing.assert_allclose(floats, expected, atol=1e-5)


def _small() -> Twins:
    def decode(x):
        x = layers.Reshape((2, 2, 4))(layers.Dense(16, "relu")(x))
        return layers.Conv2DTranspose(1, 3, strides=2, padding="same")(x)

    return chain_twins(3, decode, layers.Activation("sigmoid"))


def _in_page(page: Page, network_page: NetworkPage, script: str, given: Any = None) -> Any:
    page.goto(network_page.url)
    return page.evaluate(script, given)


def test_what_is_no_number_is_black_and_a_wrong_count_is_said(page: Page, network_page: NetworkPage):
    twins = _small()
    weights = {name: np.full_like(array, np.nan) for name, array in weights_of(twins, ("decoder",)).items()}
    network_page.kept["nan"] = pack(header_of(twins), weights)
    pixels, said = _in_page(
        page,
        network_page,
        """async () => {
            const { unpack } = await import("/web/shared/container.js");
            const { Network } = await import("/web/decoder/network.js");
            const bytes = new Uint8Array(await (await fetch("/bytes/nan")).arrayBuffer());
            const { header, tensors } = unpack(bytes);
            const network = new Network(header, tensors);
            let said = "";
            try { network.decode(new Float32Array(4), 1); } catch (error) { said = error.message; }
            return [[...network.decode(new Float32Array(3), 1)], said];
        }""",
    )
    assert pixels == [0] * 16
    assert said == "There were 4 values for 1 codes of 3 dimensions."


_REFUSAL = """async ([name, change]) => {
    const { unpack } = await import("/web/shared/container.js");
    const { Network, NotRunnableError } = await import("/web/decoder/network.js");
    const { header, tensors } = unpack(new Uint8Array(await (await fetch(`/bytes/${name}`)).arrayBuffer()));
    new Function("header", "layers", "tensors", change)(header, header.layers, tensors);
    try { new Network(header, tensors); } catch (error) {
        if (error instanceof NotRunnableError) return error.message;
        throw error;
    }
}"""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("layers[0].kind = 'attention'", "The layer was attention; those that run here are dense, conv2d, "),
        ("layers[0].kind = 'toString'", "The layer was toString; those"),
        ("layers[1].name = 'constructor'", "The activation was constructor; those that run here are relu, "),
        ("layers[0] = null", "The weights came without a list of layers."),
        ("delete header.layers", "The weights came without a list of layers."),
        ("header.latent = 4", "The weights decoder/dense/kernel were 3 × 16; the layer needs 4 × any."),
        ("header.latent = 0", "The number of latent dimensions was [0]; it must be 1 whole numbers from 1 on."),
        ("header.shape = [4, 4, 3]", "The layers end in 4 × 4 × 1; the model's images are 4 × 4 × 3."),
        (
            "tensors['decoder/dense/bias'].shape = [4, 4]",
            "The weights decoder/dense/bias were 4 × 4; the layer needs 16.",
        ),
        (
            "tensors['decoder/dense/bias'].values = new Uint8Array(16)",
            "The weights decoder/dense/bias were not there as float32.",
        ),
        ("layers[0].kernel = 'decoder/x'", "The weights decoder/x were not there as float32."),
        ("layers[2].shape = [2, 2, 3]", "Values of shape 16 cannot become 2 × 2 × 3."),
        ("layers[2].shape = [2, 8]", "The layer conv2d_transpose was given values of shape 2 × 8; it needs an image."),
        (
            "layers[3].strides = [2, 0.5]",
            "The strides of decoder/conv2d_transpose/kernel was [2,0.5]; it must be 2 whole",
        ),
        ("layers[3].padding = 'causal'", "The padding of decoder/conv2d_transpose/kernel was causal; it must be"),
        (
            "layers[3].kind = 'conv2d'",
            "The weights decoder/conv2d_transpose/kernel were 3 × 3 × 1 × 4; the layer needs any",
        ),
        (
            "layers.splice(3, 0, {kind: 'upsampling2d', size: [2**20, 2**20]})",
            "A layer gives 17,592,186,044,416 values; ",
        ),
        ("layers.push({ kind: 'rescaling', scale: 'x' })", "The scale and offset of rescaling were x and undefined; "),
        ("layers.push({ kind: 'cropping2d', rows: [2, 2], columns: [0, 0] })", "Cropping would leave nothing of an"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_a_sentence(page: Page, network_page: NetworkPage, change, sentence):
    network_page.kept["small"] = packed(_small())
    said = _in_page(page, network_page, _REFUSAL, ["small", change])
    assert said
    assert said.startswith(sentence)


def test_too_many_multiplications_are_refused(page: Page, network_page: NetworkPage):
    layer = {"kind": "dense", "kernel": "k", "bias": None}
    header = {"latent": 2000, "shape": [1, 1, 2000], "layers": [layer] * 11}
    network_page.kept["slow"] = pack(header, {"k": np.zeros((2000, 2000), np.float32)})
    said = _in_page(page, network_page, _REFUSAL, ["slow", ""])
    assert said == "A picture takes 44 million multiplications or more; at most 40 million run in the browser."


_ASK = """async (messages) => {
    const worker = new Worker("/web/decoder/worker.js", { type: "module" });
    const fetched = async (name) => (await fetch(`/bytes/${name}`)).arrayBuffer();
    const answers = [];
    let heard = () => {};
    worker.onmessage = ({ data }) => {
        answers.push(data.pixels ? { ...data, pixels: [...data.pixels] } : data);
        heard();
    };
    worker.onerror = (event) => { answers.push({ type: "error", sentence: event.message }); heard(); };
    for (const { cut, ...message } of messages) {
        if (message.type === "model") message.bytes = (await fetched(message.bytes)).slice(0, cut);
        if (message.codes) message.codes = Float32Array.from(message.codes);
        const answered = new Promise((resolve) => { heard = resolve; });
        worker.postMessage(message);
        if (message.type === "decode") await answered;
    }
    worker.terminate();
    return answers;
}"""


def _ask(page: Page, network_page: NetworkPage, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    return _in_page(page, network_page, _ASK, list(messages))


def test_the_worker_answers_every_job_and_forgets_what_it_is_told_to(page: Page, network_page: NetworkPage):
    twins = _small()
    network_page.kept["small"] = packed(twins)
    codes = some_codes(2, 3)
    job = {"type": "decode", "model": 1, "codes": codes.ravel().tolist(), "count": 2}
    early, pictures, other, late = _ask(
        page,
        network_page,
        {**job, "job": 1},
        {"type": "model", "id": 1, "bytes": "small"},
        {**job, "job": 2},
        {**job, "job": 3, "model": 2},
        {"type": "drop", "id": 1},
        {**job, "job": 4},
    )
    assert [early, other, late] == [{"job": number, "sentence": "This model has been left."} for number in (1, 3, 4)]
    assert pictures.keys() == {"job", "pixels"}
    assert pictures["job"] == 2
    expected = (255 * twins.generator(codes).numpy()).round().astype(int)
    assert np.abs(np.array(pictures["pixels"]).reshape(2, 4, 4, 1) - expected).max() <= 1


@pytest.mark.parametrize("cut", [0, 3, 100, 700, -20])
def test_weights_that_did_not_arrive_whole_are_refused_and_never_drawn(page: Page, network_page: NetworkPage, cut):
    network_page.kept["small"] = packed(_small())
    job = {"type": "decode", "model": 1, "codes": [0, 0, 0], "count": 1}
    whole = {"type": "model", "id": 1, "bytes": "small"}
    pictures, refused = _ask(page, network_page, whole, {**job, "job": 6}, {**whole, "cut": cut}, {**job, "job": 7})
    assert pictures.keys() == {"job", "pixels"}
    assert refused.keys() == {"job", "sentence"}
    assert refused["job"] == 7
    assert refused["sentence"].startswith("The weights did not arrive whole (")
    assert refused["sentence"].endswith("). Load them again.")


def test_the_worker_refuses_what_the_network_refuses(page: Page, network_page: NetworkPage):
    twins = _small()
    header = {**header_of(twins), "latent": 5}
    network_page.kept["small"] = pack(header, weights_of(twins, ("decoder",)))
    job = {"type": "decode", "model": 3, "job": 1, "codes": [0] * 5, "count": 1}
    (refused,) = _ask(page, network_page, {"type": "model", "id": 3, "bytes": "small"}, job)
    sentence = "The weights decoder/dense/kernel were 3 × 16; the layer needs 5 × any."
    assert refused == {"job": 1, "sentence": sentence}
