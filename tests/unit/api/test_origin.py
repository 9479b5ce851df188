"""Who is let in: the check of Host and Origin by a table, before an app by hand, and on the real server."""

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import streamlit as st
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from explorer.api.origin import FOREIGN, OriginMiddleware, is_own
from tests.support.helpers import ROOT

OWN = [
    ("localhost:8501", None),
    ("localhost", None),
    ("LOCALHOST:8501", None),
    ("localhost:8501", "http://localhost:8501"),
    ("localhost:8501", "https://localhost:8501"),  # TLS ends at a proxy
    ("localhost", "http://localhost"),
    ("127.0.0.1:9000", "http://127.0.0.1:9000"),  # a tunnel from another port
    ("[::1]:8501", None),
    ("[::1]:8501", "http://[::1]:8501"),
    ("[::1]", "http://[::1]"),
]
FOREIGN_CASES = [
    ("evil.example", None),
    ("evil.example:8501", None),
    ("evil.example:8501", "http://evil.example:8501"),  # DNS rebinding: the two agree
    ("evil.example:8501", "http://localhost:8501"),
    ("localhost.evil.example", None),
    ("evil.localhost", None),
    ("localhost.", None),
    ("127.0.0.1.evil.example:8501", None),
    ("192.168.0.7:8501", None),
    ("[::2]:8501", None),
    ("localhost:8501", "http://evil.example"),
    ("localhost:8501", "http://evil.example:8501"),
    ("localhost:8501", "http://localhost:8502"),  # another program of this machine
    ("localhost:8501", "http://localhost"),
    ("localhost", "http://localhost:8501"),
    ("localhost:8501", "http://127.0.0.1:8501"),
    ("localhost:8501", "http://localhost:8501.evil.example"),
    ("localhost:8501", "http://localhost:8501@evil.example"),
    ("localhost:8501", "http://localhost:8501/"),
    ("localhost:8501", "http://localhost:8501 http://evil.example"),
    ("localhost:8501", "HTTP://LOCALHOST:8501"),  # no browser writes it so
    ("localhost:8501", "null"),
    ("localhost:8501", ""),
    ("localhost:8501", "localhost:8501"),
    ("localhost:8501", "//localhost:8501"),
    ("localhost:8501", "ftp://localhost:8501"),
    ("localhost:8501", "chrome-extension://localhost:8501"),
    ("localhost:8501", "http://["),
    ("localhost:8501", "http://[::1]:8501"),
    ("", None),
    ("", "http://"),
    ("None", None),
    ("[", None),
    ("[]", None),
    ("[localhost]:8501", None),
    ("::1", None),
    ("localhost:", None),
    ("localhost:x", None),
    ("localhost:85010000", None),
    ("localhost:8501:8501", None),
    ("localhost:8501\n", None),
    (" localhost:8501", None),
    ("localhost:8501, evil.example", None),
    ("localhost/evil.example", None),
    ("me@localhost:8501", "http://me@localhost:8501"),
    ("evil.example@localhost:8501", None),
    ("locälhost:8501", None),
    ("localhoſt:8501", None),  # its upper case is LOCALHOST
]


@pytest.mark.parametrize(("host", "origin"), OWN)
def test_requests_of_our_own_pages_and_links_are_admitted(host, origin):
    assert is_own(host, origin)


@pytest.mark.parametrize(("host", "origin"), FOREIGN_CASES)
def test_foreign_and_malformed_requests_are_refused(host, origin):
    assert not is_own(host, origin)


def test_the_server_address_is_a_name_of_ours(monkeypatch):
    for address, host in [("Lab-7.example", "lab-7.EXAMPLE:8501"), ("fd00::7", "[FD00::7]:8501")]:
        assert not is_own(host, None)
        with monkeypatch.context() as patched:
            patched.setattr(st, "get_option", {"server.address": address}.get)
            assert is_own(host, f"http://{host}")
            assert is_own("localhost:8501", None)
            assert not is_own("evil.example", None)


def test_without_a_server_address_no_other_name_is_ours(monkeypatch):
    monkeypatch.setattr(st, "get_option", {"server.address": None}.get)
    assert is_own("localhost:8501", None)
    for host in ("", "None", ":8501"):
        assert not is_own(host, None)


def test_streamlit_looks_up_no_address_for_a_request_that_was_admitted(monkeypatch):
    lookups = []
    monkeypatch.setattr(net_util, "get_external_ip", lambda: lookups.append("external"))
    for host, origin in OWN:
        assert _is_origin_allowed(origin, host)
    assert lookups == []
    assert not is_url_from_allowed_origins("http://evil.example")
    assert lookups == ["external"]  # as it would for one that was not checked before


def ask(kind: str, path: str, *headers: tuple[str, str]) -> tuple[bool, list[dict[str, Any]]]:
    """Return whether the app behind the check was reached, and the messages sent."""
    reached, sent = [], []

    async def app(scope, receive, send):
        reached.append(scope)

    async def receive():
        raise AssertionError("nothing of a foreign request is read")

    async def send(message):
        sent.append(message)

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    asyncio.run(OriginMiddleware(app)({"type": kind, "path": path, "headers": raw}, receive, send))
    return bool(reached), sent


REPEATED = [
    [],
    [("host", "localhost"), ("host", "localhost")],
    [("host", "localhost"), ("host", "evil.example")],
    [("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://evil.example")],
    [("origin", "http://localhost")],
]


@pytest.mark.parametrize("headers", REPEATED, ids=range(len(REPEATED)))
def test_there_is_one_host_and_at_most_one_origin(headers):
    reached, sent = ask("http", "/", *headers)
    assert (reached, sent[0]["status"]) == (False, 403)


def test_the_refusal_is_said_and_the_web_socket_is_closed_before_it_is_accepted():
    evil = ("host", "evil.example")
    reached, sent = ask("websocket", "/_stcore/stream", evil)
    assert (reached, [message["type"] for message in sent]) == (False, ["websocket.close"])
    reached, sent = ask("http", "/train", evil)
    assert (reached, sent[1]["body"].decode()) == (False, FOREIGN)
    reached, sent = ask("http", "/api/weights", evil)
    assert (reached, json.loads(sent[1]["body"])) == (False, {"error": FOREIGN})


def test_own_requests_and_the_start_of_the_server_pass():
    assert ask("http", "/", ("host", "localhost")) == (True, [])
    assert ask("websocket", "/_stcore/stream", ("host", "localhost"), ("origin", "http://localhost")) == (True, [])
    assert ask("lifespan", "") == (True, [])


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
        assert (json.loads(body)["error"] if path.startswith("/api/") else body.decode()) == FOREIGN
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
