"""What every route shares: who may ask, and how it is answered or refused."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

LOOPBACK = ("localhost", "127.0.0.1", "::1")
FOREIGN = "This request came from another site. Open Hourglass itself."


def refuse(status: int, sentence: str) -> JSONResponse:
    headers = {"Retry-After": "1"} if status == 503 else {}
    return JSONResponse({"error": sentence}, status, headers)


def same_origin(request: Request) -> bool:
    """Whether the request comes from a page of this server, under one of the server's own names.

    A browser always says where a POST comes from, and of a GET where another site's script would read the answer. The
    name is checked too, for a foreign name can be made to lead here.
    """
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    try:
        ours = urlsplit(f"//{host}").hostname in {*LOOPBACK, st.get_option("server.address")}
        return ours and (origin is None or urlsplit(origin).netloc == host)
    except ValueError:  # such as "http://[", which no browser sends
        return False


def octets(body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """Bytes for the page's own scripts."""
    given = {
        # An encoding of its own keeps the answer out of Streamlit's gzip: the bytes go no further than this machine.
        "Content-Encoding": "identity",
        "Cache-Control": "no-store",  # a key without a step means other bytes in a moment
        "Cross-Origin-Resource-Policy": "same-origin",
        **(headers or {}),
    }
    return Response(body, media_type="application/octet-stream", headers=given)
