"""The server's own routes: files for the browser, and decoding without a Streamlit rerun."""

import asyncio
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from explorer import library
from explorer.components import asset_routes
from explorer.latent.client import AnalystError, AskAgainError
from explorer.services import SERVICES

MOST_CODES = 256  # in one request
LARGEST_VALUE = 1e4
LOOPBACK = ("localhost", "127.0.0.1", "::1")
DECODE_TIMEOUT = 30.0  # seconds; the first request of a model compiles it


def _refuse(status: int, sentence: str) -> JSONResponse:
    headers = {"Retry-After": "1"} if status == 503 else {}
    return JSONResponse({"error": sentence}, status, headers)


def same_origin(request: Request) -> bool:
    """Whether the request comes from a page of this server, under one of the server's own names.

    A browser always says where a POST comes from. The name is checked too, for a foreign name can be made to lead here.
    """
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    try:
        ours = urlsplit(f"//{host}").hostname in {*LOOPBACK, st.get_option("server.address")}
        return ours and (origin is None or urlsplit(origin).netloc == host)
    except ValueError:  # such as "http://[", which no browser sends
        return False


def read_codes(body: bytes, latent_dim: int) -> np.ndarray:
    """The body as codes (n, latent) float32. Raises ValueError with a sentence."""
    count, rest = divmod(len(body), 4 * latent_dim)
    if rest or not 1 <= count <= MOST_CODES:
        raise ValueError(
            f"The code was {len(body)} bytes; this model takes 1 to {MOST_CODES} codes of {latent_dim} float32 values."
        )
    codes = np.frombuffer(body, "<f4").reshape(count, latent_dim)
    if not np.isfinite(codes).all() or np.abs(codes).max() > LARGEST_VALUE:
        raise ValueError(f"The code had a value that is no number or beyond ±{LARGEST_VALUE:,.0f}. Give a smaller one.")
    return codes


async def _body(request: Request) -> bytes:
    """The body, read no further than any allowed request is long."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_CODES * 512 * 4:
            raise ValueError(f"The request was over {MOST_CODES * 512 * 4:,} bytes. Send fewer codes.")
    return bytes(data)


async def decode(request: Request) -> Response:
    """POST /api/decode?model=KEY with float32 codes: the images as raw uint8, (n, height, width, channels)."""
    if not same_origin(request):
        return _refuse(403, "This request came from another site. Open Hourglass itself.")
    try:
        entry = library.find(request.query_params.get("model", ""))
        codes = read_codes(await _body(request), entry.experiment.latent_dim)
        future = SERVICES.decoder.ask("decode", codes.tobytes(), folder=str(entry.folder), snapshot=str(entry.snapshot))
        async with asyncio.timeout(DECODE_TIMEOUT):
            _, pixels = await asyncio.wrap_future(future)
    except ValueError as error:  # LibraryError among them
        return _refuse(400, str(error))
    except AskAgainError as error:
        return _refuse(503, str(error))
    except AnalystError as error:
        return _refuse(500, str(error))
    except TimeoutError:
        return _refuse(504, f"The decoder gave no answer within {DECODE_TIMEOUT:.0f} s. Try again.")
    # An encoding of its own keeps the answer out of Streamlit's gzip: the bytes go no further than this machine.
    return Response(pixels, media_type="application/octet-stream", headers={"Content-Encoding": "identity"})


def routes() -> list[Mount | Route]:
    return [*asset_routes(), Route("/api/decode", decode, methods=["POST"])]
