"""Who the real server lets in: requests and web sockets with foreign and own Host and Origin, and whom it calls."""

import http.client
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from explorer.api.origin import FOREIGN, UNKNOWN_NAME
from tests.support.helpers import ROOT


class Outside:
    """A proxy that the server is told to use: it counts who calls out, and never answers, as where packets are lost."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self._open.append(self._socket.accept()[0])
            except OSError:  # closed
                return
            self.calls += 1

    def close(self) -> None:
        for opened in (self._socket, *self._open):
            opened.close()


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    listener = Outside()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def port(app_server, outside) -> int:
    """Return the port of the real app, whose calls to the outside go to `outside`."""
    url = app_server(ROOT / "app.py", http_proxy=outside.url, https_proxy=outside.url, no_proxy="")
    return urlsplit(url).port


def get(port: int, path: str, host: str, origin: str | None = None, method: str = "GET") -> tuple[int, bytes]:
    """Return status and body of a request with exactly these headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host)
    if origin is not None:
        connection.putheader("Origin", origin)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def shake_hands(port: int, host: str, origin: str | None = None) -> int:
    """Return the status of a web socket's handshake: 101 where it was accepted."""
    try:
        wire = socket.create_connection(("127.0.0.1", port), timeout=10)
        # websockets types origins as its own str
        with connect(f"ws://{host}/_stcore/stream", sock=wire, origin=origin, proxy=None, open_timeout=10):  # ty: ignore[invalid-argument-type]
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


PATHS = ["/", "/train", "/web/bank.js", "/api/weights?model=bundled/mnist-vae-2d", "/_stcore/health", "/absent"]


def foreign_cases(port: int) -> list[tuple[str, str | None]]:
    own = f"127.0.0.1:{port}"
    return [
        ("evil.example", None),
        (f"evil.example:{port}", f"http://evil.example:{port}"),
        (own, "http://evil.example"),
        (own, f"http://127.0.0.1:{port + 1}"),
        (own, f"http://localhost:{port}"),
        (own, "null"),
        (own, "http://["),
    ]


@pytest.mark.parametrize("path", PATHS)
def test_the_server_refuses_foreign_requests(port, path):
    for host, origin in [*foreign_cases(port), ("[", None), ("", None)]:
        status, body = get(port, path, host, origin)
        assert (host, origin, status) == (host, origin, 403)
        said = json.loads(body)["error"] if path.startswith("/api/") else body.decode()
        assert said == (UNKNOWN_NAME.format(name="evil.example") if host.startswith("evil") else FOREIGN)
    assert get(port, "/api/decode", "evil.example", method="POST")[0] == 403


def test_the_server_refuses_foreign_web_sockets_at_once_and_asks_nobody_outside(port, outside):
    for host, origin in foreign_cases(port):
        seconds = []
        for _ in range(3):
            began = time.perf_counter()
            assert (host, origin, shake_hands(port, host, origin)) == (host, origin, 403)
            seconds.append(time.perf_counter() - began)
        assert min(seconds) < 0.5, (host, origin, seconds)  # a lookup that nobody answers takes 2 s
    assert outside.calls == 0


def test_the_server_admits_its_own_pages_without_asking_outside(port, outside):
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", "localhost:9000", "localhost"):
        for origin in (None, f"http://{host}"):
            assert (host, origin, shake_hands(port, host, origin)) == (host, origin, 101)
            for path in PATHS[:-1]:
                assert (host, path, get(port, path, host, origin)[0]) == (host, path, 200)
    assert outside.calls == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/absent", 404),
        ("HEAD", "/api/absent", 404),
        ("POST", "/api", 404),
        ("GET", "/api/decode", 405),
        ("POST", "/api/weights?model=bundled/mnist-vae-2d", 405),
        ("GET", "/web/absent.js", 404),
        ("DELETE", "/web/bank.js", 405),
        ("POST", "/explore", 405),
    ],
)
def test_the_server_has_no_page_at_the_addresses_of_our_routes(port, method, path, status):
    found, body = get(port, path, f"127.0.0.1:{port}", method=method)
    assert (found, b"<html" in body) == (status, False)
    assert method == "HEAD" or len(body) > 10


@pytest.fixture
def log(port, tmp_path_factory) -> Path:
    """Return what the real app has printed."""
    logs = tmp_path_factory.getbasetemp().glob("home*/server.log")
    return next(path for path in logs if f":{port}\n" in path.read_text(errors="replace"))


def leave(port: int, method: str, path: str, body: bytes = b"", length: int = 0, read: int = 0) -> None:
    """Ask for something, read a little of the answer, and reset the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        # of zero seconds: the socket's end is a reset
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\n\r\n"
        wire.sendall(head.encode() + body)
        if read:
            wire.recv(read)
        else:
            time.sleep(0.05)  # the request is being answered


def test_a_client_that_leaves_says_nothing_in_the_terminal(port, log):
    model = "?model=bundled/mnist-vae-2d"
    for path in (f"/api/decode{model}", "/api/absent", "/web/bank.js", f"/api/weights{model}", "/", "/train"):
        leave(port, "POST", path, b"half", 100_000)
    leave(port, "PUT", "/_stcore/upload_file/a/b", b"half", 100_000)  # a route of Streamlit's own
    for path in ("/plotly/plotly.min.js", f"/api/weights{model}", f"/api/points{model}&rows=1,2,3", "/web/bank.js"):
        leave(port, "GET", path, read=100)
        leave(port, "GET", path)
    time.sleep(0.3)
    assert get(port, "/_stcore/health", f"127.0.0.1:{port}")[0] == 200
    printed = log.read_text(errors="replace")
    assert "Traceback" not in printed, printed[-3000:]
