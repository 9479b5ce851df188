"""Generators with made-up weights, and a page of served files on which the browser runs them."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import uvicorn
from keras import layers
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from explorer.api.assets import asset_routes
from explorer.components.container import pack
from models.checkpoints import assign_weights, weights_of
from models.portable import decoder_layers
from models.spec.experiment import Experiment
from models.twins import Twins, build_twins

_RUN = """async ([name, count]) => {
    const { unpack } = await import("/web/shared/container.js");
    const { Network } = await import("/web/decoder/network.js");
    const { header, tensors } = unpack(new Uint8Array(await (await fetch(`/bytes/${name}`)).arrayBuffer()));
    const network = new Network(header, tensors);
    const codes = tensors.codes.values;
    const answer = (kind, body) => fetch(`/bytes/${name}.${kind}`, { method: "POST", body });
    await answer("floats", network.run(codes, count));
    await answer("pixels", network.decode(codes, count));
}"""


@dataclass
class NetworkPage:
    """Bytes under names, which the page gets and leaves at `/bytes/NAME`."""

    url: str = ""
    kept: dict[str, bytes] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        return [
            Route("/", lambda _request: HTMLResponse("<!doctype html><title>Networks</title>")),
            Route("/bytes/{name:path}", self._give),
            Route("/bytes/{name:path}", self._keep, methods=["POST"]),
        ]

    async def _give(self, request: Request) -> Response:
        return Response(self.kept[request.path_params["name"]], media_type="application/octet-stream")

    async def _keep(self, request: Request) -> Response:
        self.kept[request.path_params["name"]] = await request.body()
        return Response(status_code=204)

    def evaluate(self, page: Page, script: str, given: Any = None) -> Any:
        """What a script returns on the page, opened anew."""
        page.goto(self.url)
        return page.evaluate(script, given)

    def run(self, page: Page, twins: Twins, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the browser makes of the codes: floats in 0..1 and uint8 pixels, (n, height, width, channels) each."""
        self.kept["twins"] = packed(twins, codes=codes)
        self.evaluate(page, _RUN, ["twins", len(codes)])
        shape = (len(codes), *twins.generator.output_shape[1:])
        floats, pixels = self.kept["twins.floats"], self.kept["twins.pixels"]
        return np.frombuffer(floats, "<f4").reshape(shape), np.frombuffer(pixels, np.uint8).reshape(shape)


@contextmanager
def served_page() -> Generator[NetworkPage, None, None]:
    """The page on a server of its own, on a free port."""
    network_page = NetworkPage()
    app = Starlette(routes=[*asset_routes(), *network_page.routes()])
    server = uvicorn.Server(uvicorn.Config(app, port=0, ws="none", log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "The page's server did not start."
        time.sleep(0.01)
    network_page.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    yield network_page
    server.should_exit = True
    thread.join(timeout=10)


def header_of(twins: Twins) -> dict[str, Any]:
    """The header of `GET /api/weights`."""
    shape, latent = twins.generator.output_shape[1:], twins.generator.input_shape[1]
    return {"model": "run/x@1", "step": 1, "shape": shape, "latent": latent, "layers": decoder_layers(twins)}


def packed(twins: Twins, **more: np.ndarray) -> bytes:
    """The decoder as the server packs it, and arrays of the test's own."""
    return pack(header_of(twins), {**weights_of(twins, ("decoder",)), **more})


def chain_twins(latent: int, decode: Callable[[keras.KerasTensor], keras.KerasTensor], *link: Any) -> Twins:
    """Twins of which only the generator is of use: the layers of `decode`, then those of the link."""
    code = keras.Input((latent,), name="code")
    decoder = keras.Model(code, decode(code), name="decoder")
    output = decoder(code)
    for layer in link:
        output = layer(output)
    return Twins(decoder, decoder, decoder, decoder, keras.Model(code, output, name="generator"))


def small_twins() -> Twins:
    """Twins whose generator draws 4 x 4 grey pixels from 3 dimensions, with Keras' own first weights."""

    def decode(x: keras.KerasTensor) -> keras.KerasTensor:
        x = layers.Reshape((2, 2, 4))(layers.Dense(16, "relu")(x))
        return layers.Conv2DTranspose(1, 3, strides=2, padding="same")(x)

    return chain_twins(3, decode, layers.Activation("sigmoid"))


def lively_twins(network: str, pixel_model: str, shape: tuple[int, int, int], latent: int = 16) -> Twins:
    """Twins with random weights whose images use all of 0..1."""
    twins = build_twins(Experiment.parse({"network": network, "pixel_model": pixel_model, "latent_dim": latent}), shape)
    with_random_weights(twins)
    mean, deviation = (0, 3) if pixel_model.startswith("bernoulli") else (0.5, 0.5)
    linear = twins.decoder(some_codes(64, latent)).numpy()
    scale = deviation / linear.std()
    weights = weights_of(twins)
    kernel, bias = list(weights)[-2:]  # behind the last layer's weights, nothing but shapes change
    weights[kernel] = weights[kernel] * scale
    weights[bias] = weights[bias] * scale + mean - linear.mean() * scale
    assign_weights(twins, weights)
    return twins


def with_random_weights(twins: Twins) -> Twins:
    """The same twins with weights that show: Keras' own biases are zero, which would hide one that is forgotten."""
    random = np.random.default_rng(1)
    for layer in twins.decoder.layers:
        for variable in layer.trainable_variables:
            inputs = max(np.prod(variable.shape) / variable.shape[-1], 4)
            variable.assign(random.normal(0, 2 / np.sqrt(inputs), variable.shape))
    return twins


def some_codes(count: int, latent: int) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(count, latent)).astype(np.float32)
