"""The worker that decodes beside the page: it answers every job, and never draws from weights that are not whole."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from explorer.components.container import pack
from models.checkpoints import weights_of
from tests.support.network_page import NetworkPage, header_of, packed, small_twins, some_codes

pytestmark = pytest.mark.browser
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
    return network_page.evaluate(page, _ASK, list(messages))


def test_the_worker_answers_every_job_and_forgets_what_it_is_told_to(page: Page, network_page: NetworkPage):
    twins = small_twins()
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
    network_page.kept["small"] = packed(small_twins())
    job = {"type": "decode", "model": 1, "codes": [0, 0, 0], "count": 1}
    whole = {"type": "model", "id": 1, "bytes": "small"}
    pictures, refused = _ask(page, network_page, whole, {**job, "job": 6}, {**whole, "cut": cut}, {**job, "job": 7})
    assert pictures.keys() == {"job", "pixels"}
    assert refused.keys() == {"job", "sentence"}
    assert refused["job"] == 7
    assert refused["sentence"].startswith("The weights did not arrive whole (")
    assert refused["sentence"].endswith("). Load them again.")


def test_the_worker_refuses_what_the_network_refuses(page: Page, network_page: NetworkPage):
    twins = small_twins()
    header = {**header_of(twins), "latent": 5}
    network_page.kept["small"] = pack(header, weights_of(twins, ("decoder",)))
    job = {"type": "decode", "model": 3, "job": 1, "codes": [0] * 5, "count": 1}
    (refused,) = _ask(page, network_page, {"type": "model", "id": 3, "bytes": "small"}, job)
    sentence = "The weights decoder/dense/kernel were 3 × 16; the layer needs 5 × any."
    assert refused == {"job": 1, "sentence": sentence}
