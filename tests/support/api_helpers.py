"""Requests to the app's own routes, by hand through ASGI, and what the browser makes of packed arrays."""

import asyncio
import json
import struct
from urllib.parse import urlencode

import numpy as np
from safetensors.numpy import load
from starlette.applications import Starlette

from explorer.api.routes import middleware, routes

Answer = tuple[int, dict[str, str], bytes]


def call(path: str, query: dict[str, str], headers: dict[str, str], body: bytes = b"", method: str = "GET") -> Answer:
    """(status, headers, body) of a request at this path."""
    sent: list[dict] = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    given_headers = {"host": "localhost:8501", **headers}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "server": ("localhost", 8501),
        "query_string": urlencode(query).encode(), "client": ("127.0.0.1", 5),
        "headers": [(name.encode(), value.encode()) for name, value in given_headers.items()],
    }  # fmt: skip
    asyncio.run(Starlette(routes=routes(), middleware=middleware())(scope, receive, send))
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:])


def call_decode(key: str, body: bytes, **headers: str) -> Answer:
    """(status, headers, body) of the route that decodes the codes in the body with a model."""
    return call("/api/decode", {"model": key}, headers, body, "POST")


def unpack(data: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """The header and the arrays of `explorer.components.container.pack`."""
    (length,) = struct.unpack_from("<Q", data)
    metadata = json.loads(data[8 : 8 + length])["__metadata__"]
    return json.loads(metadata["header"]), load(data)
