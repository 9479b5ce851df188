"""Answers and refusals of every route. Host and Origin are checked before, in `origin.py`."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response


def refuse(status: int, sentence: str) -> JSONResponse:
    headers = {"Retry-After": "1"} if status == 503 else {}
    return JSONResponse({"error": sentence}, status, headers)


def octets(body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """Return bytes for the page's own scripts."""
    given = {
        # An encoding of its own keeps the answer out of Streamlit's gzip: the bytes go no further than this machine.
        "Content-Encoding": "identity",
        "Cache-Control": "no-store",  # a key without a step means other bytes in a moment
        "Cross-Origin-Resource-Policy": "same-origin",
        **(headers or {}),
    }
    return Response(body, media_type="application/octet-stream", headers=given)
