"""One decode through the app's own HTTP path, as the browser asks for it, against `model.predict`."""

import http.client
import time
from collections.abc import Callable
from statistics import median
from urllib.parse import quote

import numpy as np

from benchmarks.apps import APP, Child, Server, home, served
from benchmarks.figures import Figure, median_ratio
from explorer import library
from explorer.latent.client import AnalystClient
from explorer.library import ModelEntry

BLOCKS = 7
REQUESTS = 150  # of the app in a block
PREDICTIONS = 12  # of model.predict in a block
WANTED_LATENT = 16
_LONGEST_START = 90.0  # seconds


def decode_server(blocks: int = BLOCKS) -> list[Figure]:
    """Blocks of both sides alternate; a block counts with its median."""
    entry = _entry()
    codes = np.random.default_rng(0).standard_normal((REQUESTS, entry.experiment.latent_dim)).astype("<f4")
    analyst = AnalystClient()
    try:
        with (
            home() as folder,
            served(APP, folder) as server,
            Child("benchmarks.predict_child", str(entry.folder), str(entry.snapshot)) as predict,
        ):
            ask_analyst = _analyst_asker(analyst, entry)
            for warmed in (ask_analyst, _app_asker(server, entry)):
                _warm(warmed, codes[0])
            predict.ask(2)
            served_ms: list[float] = []
            analyst_ms: list[float] = []
            predicted_ms: list[float] = []
            for _ in range(blocks):
                served_ms.append(_median_ms(_app_asker(server, entry), codes))
                predicted_ms.append(median(predict.ask(PREDICTIONS)))
                analyst_ms.append(_median_ms(ask_analyst, codes))
    finally:
        analyst.close()
    return [
        Figure("model.predict / POST /api/decode", median_ratio(predicted_ms, served_ms), "x", ">= 50"),
        Figure("model.predict, one code", median(predicted_ms), "ms"),
        Figure("POST /api/decode, one code", median(served_ms), "ms"),
        Figure("AnalystClient.ask alone, one code", median(analyst_ms), "ms"),
        Figure("latent dimensions of the model", entry.experiment.latent_dim, ""),
    ]


def _entry() -> ModelEntry:
    """A bundled model of 16 dimensions, else the first one."""
    entries = [library.find(key) for key in library.bundled()]
    if not entries:
        raise RuntimeError("There is no bundled model to decode with: run `make pretrained`.")
    wanted = [entry for entry in entries if entry.experiment.latent_dim == WANTED_LATENT]
    return (wanted or entries)[0]


def _app_asker(server: Server, entry: ModelEntry) -> Callable[[np.ndarray], bool]:
    """A function that posts one code on a kept connection; False while the decoder starts.

    A block has a connection of its own, for the server closes one that rests for 5 s. http.client sets TCP_NODELAY.
    """
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    path = f"/api/decode?model={quote(entry.key, safe='')}"
    headers = {"Origin": server.url, "Content-Type": "application/octet-stream"}
    size = int(np.prod(entry.image_shape))

    def ask(code: np.ndarray) -> bool:
        connection.request("POST", path, body=code.tobytes(), headers=headers)
        response = connection.getresponse()
        body = response.read()
        if response.status == 503:
            return False
        if response.status != 200 or len(body) != size:
            raise RuntimeError(f"The app answered {response.status} with {len(body)} bytes: {body[:200]!r}")
        return True

    return ask


def _analyst_asker(analyst: AnalystClient, entry: ModelEntry) -> Callable[[np.ndarray], bool]:
    if not analyst.wait_ready(_LONGEST_START):
        raise RuntimeError("The analyst did not start.")
    folder, snapshot = str(entry.folder), str(entry.snapshot)

    def ask(code: np.ndarray) -> bool:
        analyst.ask("decode", code.tobytes(), folder=folder, snapshot=snapshot).result(60)
        return True

    return ask


def _warm(ask: Callable[[np.ndarray], bool], code: np.ndarray) -> None:
    """Ask until the answer comes, and then some: the first request compiles the model."""
    deadline = time.monotonic() + _LONGEST_START
    while not ask(code):
        if time.monotonic() > deadline:
            raise RuntimeError("The app's decoder did not start.")
        time.sleep(0.2)
    for _ in range(50):
        ask(code)


def _median_ms(ask: Callable[[np.ndarray], bool], codes: np.ndarray) -> float:
    taken = []
    for code in codes:
        began = time.perf_counter()
        if not ask(code):
            raise RuntimeError("The app's decoder went away in the middle of the benchmark.")
        taken.append((time.perf_counter() - began) * 1e3)
    return median(taken)
