"""One decode through the app's own HTTP path, as the browser asks for it, against `model.predict`."""

import contextlib
import re
import socket
import time
from collections.abc import Callable, Generator
from statistics import median
from urllib.parse import quote

import numpy as np

from benchmarks.apps import APP, Child, Server, home, served
from benchmarks.figures import Figure, median_ratio
from explorer.analyst.client import AnalystClient
from explorer.library import models as library
from explorer.library.listing import listing
from explorer.library.models import ModelEntry

BLOCKS = 7
REQUESTS = 150  # of the app in a block
PREDICTIONS = 12  # of model.predict in a block
WANTED_LATENT = 16
_LONGEST_START = 90.0  # seconds
_LONGEST_ANSWER = 60.0
_AT_ONCE = 65_536  # bytes


def decode_server(blocks: int = BLOCKS) -> list[Figure]:
    """Blocks of both sides alternate; a block counts with its median."""
    entry = _entry()
    codes = random_codes(entry, REQUESTS)
    analyst = AnalystClient(threads=1)  # as explorer.services makes the app's decoder
    try:
        with (
            home() as folder,
            served(APP, folder) as server,
            Child("benchmarks.predict_child", str(entry.folder), str(entry.snapshot)) as predict,
        ):
            ask_analyst = _analyst_asker(analyst, entry)
            _warm(ask_analyst, codes[0])
            with _app_asker(server, entry) as ask_app:
                _warm(ask_app, codes[0])
            predict.ask(2)
            served_ms: list[float] = []
            analyst_ms: list[float] = []
            predicted_ms: list[float] = []
            for _ in range(blocks):
                with _app_asker(server, entry) as ask_app:
                    served_ms.append(_median_ms(ask_app, codes))
                predicted_ms.append(median(predict.ask(PREDICTIONS)))
                analyst_ms.append(_median_ms(ask_analyst, codes))
    finally:
        analyst.close()
    return [
        Figure("model.predict / POST /api/decode", median_ratio(predicted_ms, served_ms), "x", ">= 50"),
        Figure("model.predict / AnalystClient.ask alone", median_ratio(predicted_ms, analyst_ms), "x"),
        Figure("model.predict, one code", median(predicted_ms), "ms"),
        Figure("POST /api/decode, one code", median(served_ms), "ms"),
        Figure("AnalystClient.ask alone, one code", median(analyst_ms), "ms"),
        Figure("latent dimensions of the model", entry.experiment.latent_dim, ""),
    ]


def _entry() -> ModelEntry:
    """A bundled model of 16 dimensions, else the first one."""
    entries = [library.find(key) for key in listing().titles if key.startswith("bundled/")]
    if not entries:
        raise RuntimeError("There is no bundled model to decode with: run `make pretrained`.")
    wanted = [entry for entry in entries if entry.experiment.latent_dim == WANTED_LATENT]
    return (wanted or entries)[0]


def random_codes(entry: ModelEntry, count: int) -> np.ndarray:
    """Draws as the decoder takes them, float32 (count, values); a conditional one is told the classes in turn."""
    random = np.random.default_rng(0).standard_normal((count, entry.experiment.latent_dim))
    classes = len(entry.class_names)
    told = np.resize(np.eye(classes), (count, classes))
    return np.hstack([random, told]).astype("<f4")


@contextlib.contextmanager
def _app_asker(server: Server, entry: ModelEntry) -> Generator[Callable[[np.ndarray], bool]]:
    """A function that posts one code on a kept connection; False while the decoder starts.

    A bare socket and a prepared request: a browser's network stack is not Python, so `http.client`, which takes about
    0.3 ms for its own work, would be measured with the app. A block has a connection of its own, for the server closes
    one that rests for 5 s.
    """
    size = int(np.prod(entry.image_shape))
    head = (
        f"POST /api/decode?model={quote(entry.key, safe='')} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\nOrigin: {server.url}\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {4 * entry.code_length}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=_LONGEST_ANSWER) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(code: np.ndarray) -> bool:
            connection.sendall(head + code.tobytes())
            status, body = _answer(connection)
            if status == 503:
                return False
            if status != 200 or len(body) != size:
                raise RuntimeError(f"The app answered {status} with {len(body)} bytes: {body[:200]!r}")
            return True

        yield ask


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body of one answer, read to the end that its Content-Length gives."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _receive(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    if length is None:
        raise RuntimeError(f"The app's answer says no length: {head[:400]!r}")
    while len(body) < int(length[1]):
        body += _receive(connection)
    return int(head.split(maxsplit=2)[1]), body


def _receive(connection: socket.socket) -> bytes:
    if not (part := connection.recv(_AT_ONCE)):
        raise RuntimeError("The app closed the connection in the middle of an answer.")
    return part


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
