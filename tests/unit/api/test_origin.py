"""Who is let in: the check of Host and Origin by a table and before an app by hand.

tests/process/api/test_origin.py asks the real server.
"""

import asyncio
import json
from typing import Any

import pytest
import streamlit as st
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from explorer.api.origin import FOREIGN, OriginMiddleware, is_own

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
