"""Who is let in: the check of Host and Origin by a table and before an app by hand.

tests/process/api/test_origin.py asks the real server.
"""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.types import Scope
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from explorer.api import names
from explorer.api.origin import FOREIGN, UNKNOWN_NAME, OriginMiddleware, refusal

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
    assert refusal(host, origin) is None


@pytest.mark.parametrize(("host", "origin"), FOREIGN_CASES)
def test_foreign_and_malformed_requests_are_refused(host, origin):
    assert refusal(host, origin)


DEFAULTS = {
    "server.address": "127.0.0.1",
    "server.allowedHosts": [],
    "server.corsAllowedOrigins": [],
    "server.baseUrlPath": "",
    "browser.serverAddress": "localhost",
}


@pytest.fixture
def told(monkeypatch):
    """Return a function that sets options as the owner of a server does."""
    monkeypatch.delenv("SPACE_HOST", raising=False)

    def tell(**options: object) -> None:
        given = {key.replace("_", ".", 1): value for key, value in options.items()}
        assert set(given) <= set(DEFAULTS)
        monkeypatch.setattr(st, "get_option", {**DEFAULTS, **given}.get)

    return tell


def test_the_server_address_is_a_name_of_ours(told):
    for address, host in [("Lab-7.example", "lab-7.EXAMPLE:8501"), ("fd00::7", "[FD00::7]:8501")]:
        told()
        assert refusal(host, None)
        told(server_address=address)
        assert refusal(host, f"http://{host}") is None
        assert refusal("localhost:8501", None) is None
        assert refusal("evil.example", None)


@pytest.mark.parametrize("address", [None, "0.0.0.0", "::"])  # noqa: S104 -- nothing is bound here
def test_on_all_interfaces_the_addresses_of_this_machine_are_ours_and_its_name_in_the_network(told, address):
    told()
    own = [net_util.get_internal_ip(), socket.gethostname(), f"{socket.gethostname()}.local"]
    elsewhere = [host for host in own if host not in names._LOOPBACK]
    assert elsewhere
    assert all(refusal(f"{host}:8501", None) for host in elsewhere)
    told(server_address=address)
    for host in own:
        assert refusal(f"{host}:8501", f"http://{host}:8501") is None
        assert refusal(f"{host}:8501", f"http://{host}:8502") == FOREIGN
    for host in ("", "None", ":8501", "0.0.0.0:8501", "evil.example", "198.51.100.7:8501"):
        assert refusal(host, None)
    told(server_address=address, server_allowedHosts=["me.example.org"])  # then the list is whole
    assert refusal("me.example.org", None) is None
    assert all(refusal(f"{host}:8501", None) for host in elsewhere)


def test_allowed_hosts_are_ours_and_no_others(told):
    told(server_allowedHosts=["Me.example.org", " *.lab.example "])
    for host in ("me.example.org", "ME.example.org:8501", "a.lab.example", "a.b.lab.example:80", "localhost:8501"):
        assert refusal(host, f"https://{host}") is None
    for host in ("example.org", "not-me.example.org", "me.example.org.evil.example", "lab.example", "evillab.example"):
        assert refusal(host, None) == UNKNOWN_NAME.format(name=host)
    told(server_allowedHosts=["*"])
    assert refusal("anything.example", "https://anything.example") is None
    assert refusal("anything.example", "https://evil.example") == FOREIGN
    assert refusal("an:y:thing", None) == FOREIGN


def test_a_proxy_may_pass_requests_on_under_a_host_of_its_own(told):
    told(server_allowedHosts=["me.example.org"], server_corsAllowedOrigins=["https://me.example.org:8443"])
    for origin in ("https://me.example.org", "http://me.example.org", "https://me.example.org:8443"):
        assert refusal("127.0.0.1:8501", origin) is None
    for origin in ("https://me.example.org:9000", "https://evil.example", "https://me.example.org.evil.example"):
        assert refusal("127.0.0.1:8501", origin) == FOREIGN
    told(server_allowedHosts=["localhost", "*"], browser_serverAddress="localhost")
    for origin in ("http://localhost", "https://127.0.0.1", "https://evil.example"):
        assert refusal("localhost:8501", origin) == FOREIGN
    told(server_address="10.0.0.5", server_allowedHosts=["me.example.org", "10.0.0.5"])  # as Streamlit's list becomes
    assert refusal("10.0.0.5:8501", "https://me.example.org") is None
    assert refusal("me.example.org", "http://10.0.0.5") == FOREIGN
    told(browser_serverAddress="me.example.org/hourglass")
    assert refusal("127.0.0.1:8501", "https://me.example.org") is None


def test_the_name_that_a_host_of_apps_gives_is_ours(told, monkeypatch):
    told()
    assert refusal("me-hourglass.hf.space", None)
    monkeypatch.setenv("SPACE_HOST", "me-hourglass.hf.space")
    assert refusal("me-hourglass.hf.space", "https://me-hourglass.hf.space") is None
    assert refusal("me-other.hf.space", None)
    assert refusal("me.streamlit.app", None)
    monkeypatch.setattr(names, "ROOT", Path("/mount/src/hourglass"))
    assert refusal("me.streamlit.app", "https://me.streamlit.app") is None
    assert refusal("streamlit.app", None)


def test_an_unknown_name_is_told_with_the_option_that_allows_it():
    assert refusal("evil.example:8501", None) == UNKNOWN_NAME.format(name="evil.example")
    assert refusal("[fd00::7]:8501", None) == UNKNOWN_NAME.format(name="fd00::7")
    for host in ("<script>", "me example", ""):
        assert refusal(host, None) == FOREIGN  # nothing of it is said again


def test_streamlit_looks_up_no_address_for_a_request_that_was_admitted(monkeypatch):
    lookups = []
    monkeypatch.setattr(net_util, "get_external_ip", lambda: lookups.append("external"))
    for host, origin in OWN:
        kept = dict(passed_on(("host", host), *([("origin", origin)] if origin else [])))
        assert _is_origin_allowed(kept.get("origin"), kept["host"])
    assert lookups == []
    assert not is_url_from_allowed_origins("http://evil.example")
    assert lookups == ["external"]  # as it would for one that was not checked before


def passed_on(*headers: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the headers that the app behind the check receives of an own request."""
    (scope,), _ = ask("http", "/", *headers)
    return [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]


def ask(kind: str, path: str, *headers: tuple[str, str]) -> tuple[list[Scope], list[dict[str, Any]]]:
    """Return with what the app behind the check was reached, and the messages sent."""
    reached, sent = [], []

    async def app(scope, receive, send):
        reached.append(scope)

    async def receive():
        raise AssertionError("nothing of a foreign request is read")

    async def send(message):
        sent.append(message)

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    asyncio.run(OriginMiddleware(app)({"type": kind, "path": path, "headers": raw}, receive, send))
    return reached, sent


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
    assert (reached, sent[0]["status"]) == ([], 403)


def test_the_refusal_is_said_and_the_web_socket_is_closed_before_it_is_accepted():
    evil = ("host", "evil.example")
    reached, sent = ask("websocket", "/_stcore/stream", evil)
    assert (reached, [message["type"] for message in sent]) == ([], ["websocket.close"])
    reached, sent = ask("http", "/train", evil)
    unknown = UNKNOWN_NAME.format(name="evil.example")
    assert (reached, sent[1]["body"].decode()) == ([], unknown)
    reached, sent = ask("http", "/api/weights", evil)
    assert (reached, json.loads(sent[1]["body"])) == ([], {"error": unknown})


def test_own_requests_and_the_start_of_the_server_pass():
    for kind, headers in [
        ("http", [("host", "localhost")]),
        ("websocket", [("host", "localhost"), ("origin", "http://localhost")]),
        ("lifespan", []),
    ]:
        reached, sent = ask(kind, "/_stcore/stream", *headers)
        assert (len(reached), sent) == (1, [])
