"""Answers and refusals of every route. Host and Origin are checked before, in `origin.py`."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, PlainTextResponse, Response

from explorer.api.base import below_base


def refuse(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    again = {"Retry-After": "1"} if status == 503 else {}
    return JSONResponse({"error": sentence}, status, {**again, **(headers or {})})


def refuse_at(path: str, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal as whoever asks at an address reads it: JSON below /api, text elsewhere."""
    api = below_base("/api")
    if path == api or path.startswith(f"{api}/"):
        return refuse(status, sentence, headers)
    return PlainTextResponse(sentence, status, headers)


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
