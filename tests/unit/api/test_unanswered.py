"""Requests that no route answers: 404 and 405 in words, where Streamlit would answer with its page, and who leaves."""

import asyncio
import json

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from streamlit import config

from explorer.api import decode
from explorer.api.routes import middleware, routes

PAGE = "<html>"
Answer = tuple[int, dict[str, str], str]


def ask(method: str, path: str, *messages: dict) -> Answer:
    """Return status, headers and body of our routes' answer, before an app that answers everything with a page.

    Raises ClientDisconnect where that one does.
    """
    sent: list[dict] = []
    coming = iter([*messages, {"type": "http.disconnect"}])

    async def receive():
        return next(coming)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "root_path": "", "query_string": b"",
        "headers": [(b"host", b"localhost:8501")],
    }  # fmt: skip
    everything = Mount("/", HTMLResponse(PAGE))
    asyncio.run(Starlette(routes=[*routes(), everything], middleware=middleware())(scope, receive, send))
    if not sent:
        return 0, {}, ""
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]).decode()


@pytest.fixture(params=["", "lab/hg"])
def base(request):
    before = config.get_option("server.baseUrlPath")
    config.set_option("server.baseUrlPath", request.param)
    yield f"/{request.param}".rstrip("/")
    config.set_option("server.baseUrlPath", before)


METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/absent", "/api/decode/", "/api/decode/x", "/api/weights/a/b"])
def test_below_api_there_is_nothing_else_and_json_says_so(base, method, path):
    status, _, body = ask(method, base + path)
    assert (status, json.loads(body)) == (404, {"error": f"There is nothing at {base + path}. Check the address."})


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/api/decode", "POST"), ("/api/weights", "GET, HEAD"), ("/api/points", "GET, HEAD"), ("/api/live", "GET, HEAD")],
)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_a_route_does_not_take_is_said_with_those_that_it_takes(base, method, path, allowed):
    if method in allowed:
        return
    status, headers, body = ask(method, base + path)
    assert (status, headers["allow"]) == (405, allowed)
    sentence = f"The method was {method}; {base + path} takes {allowed}. Use one of these."
    assert json.loads(body) == {"error": sentence}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/web", "/web/absent.js", "/web/hand", "/plotly/absent", "/web/../../app.py"])
def test_what_is_no_file_of_ours_is_said_in_text(base, method, path):
    status, headers, body = ask(method, base + path)
    assert headers["content-type"].startswith("text/plain")
    if method in {"GET", "HEAD"}:
        assert (status, body) == (404, f"There is nothing at {base + path}. Check the address.")
    else:
        assert (status, headers["allow"]) == (405, "GET, HEAD")
        assert body == f"The method was {method}; {base + path} takes GET, HEAD. Use one of these."


@pytest.mark.parametrize("path", ["/", "/train", "/apiary", "/webcam", "/absent"])
def test_every_other_address_stays_a_page(base, path):
    assert ask("GET", base + path)[2] == PAGE


def test_a_long_address_is_not_repeated_whole():
    assert len(ask("GET", "/api/" + "x" * 5000)[2]) < 300


def test_a_client_that_leaves_while_it_sends_is_no_error(monkeypatch):
    half = {"type": "http.request", "body": b"half", "more_body": True}

    async def find(_key: str) -> None:
        return None

    monkeypatch.setattr(decode, "_find", find)
    assert ask("POST", "/api/decode", half) == (0, {}, "")
    monkeypatch.setattr("explorer.api.routes.LeavingMiddleware.__call__", lambda self, *given: self.app(*given))
    with pytest.raises(ClientDisconnect):
        ask("POST", "/api/decode", half)
