"""POST /api/decode: codes become images, without a Streamlit rerun."""

import asyncio

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from explorer.analyst.errors import AnalystError, AskAgainError
from explorer.api.edge import octets, refuse
from explorer.components.web import LIMITS
from explorer.library import models as library
from explorer.library.keys import LIVE
from explorer.library.models import ModelEntry
from explorer.services import SERVICES

MOST_CODES = 256  # in one request
MOST_BYTES = MOST_CODES * 4 * 1024  # a code is at most 512 dimensions, and the class behind them
LARGEST_VALUE = LIMITS.largest_value
TIMEOUT = 30.0  # seconds; the first request of a model compiles it


def read_codes(body: bytes, latent_dim: int, classes: int = 0) -> np.ndarray:
    """Return the body as codes (n, latent + classes) float32. Raises ValueError with a sentence."""
    length = latent_dim + classes
    count, rest = divmod(len(body), 4 * length)
    if rest or not 1 <= count <= MOST_CODES:
        parts = f": z, then {classes} for the class" if classes else ""
        takes = f"1 to {MOST_CODES} codes of {length} float32 values{parts}"
        raise ValueError(f"The code was {len(body)} bytes; this model takes {takes}.")
    codes = np.frombuffer(body, "<f4").reshape(count, length)
    if not np.isfinite(codes).all() or np.abs(codes).max() > LARGEST_VALUE:
        raise ValueError(f"A value of the code is not finite or beyond ±{LARGEST_VALUE:,.0f}. Give a smaller one.")
    return codes


async def _find(key: str) -> ModelEntry:
    """Find the model. A live snapshot is read from its file in a thread; for others a thread would cost more."""
    return await asyncio.to_thread(library.find, key) if key.endswith(f"@{LIVE}") else library.find(key)


async def _body(request: Request) -> bytes:
    """Read the body, but no more of it than the longest allowed request has."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise ValueError(f"The request was over {MOST_BYTES:,} bytes. Send fewer codes.")
    return bytes(data)


async def decode(request: Request) -> Response:
    """POST /api/decode?model=KEY with float32 codes: the images as raw uint8, (n, height, width, channels)."""
    try:
        entry = await _find(request.query_params.get("model", ""))
        codes = read_codes(await _body(request), entry.experiment.latent_dim, len(entry.class_names))
        future = SERVICES.decoder.ask("decode", codes.tobytes(), folder=str(entry.folder), snapshot=str(entry.snapshot))
        async with asyncio.timeout(TIMEOUT):
            _, pixels = await asyncio.wrap_future(future)
    except ValueError as error:  # LibraryError among them
        return refuse(400, str(error))
    except AskAgainError as error:
        return refuse(503, str(error))
    except AnalystError as error:
        return refuse(500, str(error))
    except TimeoutError:
        return refuse(504, f"The decoder gave no answer within {TIMEOUT:.0f} s. Try again.")
    return octets(pixels)
