"""What the browser's forward pass refuses in a sentence: layers, shapes and weights that do not fit together."""

import numpy as np
import pytest
from playwright.sync_api import Page

from explorer.components.container import pack
from models.checkpoints import weights_of
from tests.support.network_page import NetworkPage, header_of, packed, small_twins

pytestmark = pytest.mark.browser


def test_what_is_no_number_is_black_and_a_wrong_count_is_said(page: Page, network_page: NetworkPage):
    twins = small_twins()
    weights = {name: np.full_like(array, np.nan) for name, array in weights_of(twins, ("decoder",)).items()}
    network_page.kept["nan"] = pack(header_of(twins), weights)
    pixels, said = network_page.evaluate(
        page,
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
    network_page.kept["small"] = packed(small_twins())
    said = network_page.evaluate(page, _REFUSAL, ["small", change])
    assert said
    assert said.startswith(sentence)


def test_too_many_multiplications_are_refused(page: Page, network_page: NetworkPage):
    layer = {"kind": "dense", "kernel": "k", "bias": None}
    header = {"latent": 2000, "shape": [1, 1, 2000], "layers": [layer] * 11}
    network_page.kept["slow"] = pack(header, {"k": np.zeros((2000, 2000), np.float32)})
    said = network_page.evaluate(page, _REFUSAL, ["slow", ""])
    assert said == "A picture takes 44 million multiplications or more; at most 40 million run in the browser."
