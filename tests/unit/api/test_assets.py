"""The files that the browser loads: as they are, and asked about each time."""

import asyncio

import pytest
from starlette.applications import Starlette

from explorer.api.assets import asset_routes
from explorer.places import WEB


def fetch(path: str, **headers: str) -> tuple[int, dict[str, str], list[bytes]]:
    """Return status, headers and the pieces of the body."""
    sent: list[dict] = []

    async def receive():
        await asyncio.Event().wait()  # the browser does not leave

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": path, "root_path": "", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    asyncio.run(Starlette(routes=asset_routes())(scope, receive, send))
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, [message["body"] for message in sent[1:] if message.get("body")]


@pytest.mark.parametrize("path", ["/web/bank.js", "/web/hourglass.css", "/plotly/plotly.min.js"])
def test_a_file_is_not_compressed_and_is_asked_about_each_time(path):
    """Streamlit's gzip leaves out what has an encoding; for Plotly's script it would hold up the server for 0.2 s."""
    status, headers, _ = fetch(path)
    assert (status, headers["content-encoding"], headers["cache-control"]) == (200, "identity", "no-cache")
    again, _, pieces = fetch(path, **{"if-none-match": headers["etag"]})
    assert (again, pieces) == (304, [])


def test_a_file_comes_whole_and_a_large_one_in_few_pieces():
    _, _, pieces = fetch("/web/bank.js")
    assert b"".join(pieces) == (WEB / "bank.js").read_bytes()
    _, headers, pieces = fetch("/plotly/plotly.min.js")
    assert sum(map(len, pieces)) == int(headers["content-length"]) > 1_000_000
    assert len(pieces) <= 8


def test_what_is_not_there_is_not_found():
    assert fetch("/web/absent.js")[0] == 404
