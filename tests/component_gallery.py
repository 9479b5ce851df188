"""A small app with every browser component on one page, and a decoder that is a formula: a blob at (z0, z1)."""

import asyncio
import os
from pathlib import Path

import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from explorer.components import asset_routes

SIDE = 28
_starting = {"answers": 0}


def blob(code: np.ndarray) -> np.ndarray:
    """Return a (28, 28, 1) picture of a blob at z0 across and z1 up; z2 widens it."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    across, up = (SIDE - 1) * (0.5 + code[0] / 8), (SIDE - 1) * (0.5 - code[1] / 8)
    width = 3.0 * np.exp(code[2] / 4)
    picture = np.exp(-((x - across) ** 2 + (y - up) ** 2) / (2 * width**2))
    return (255 * picture).round().astype(np.uint8)[..., None]


async def decode(request: Request) -> Response:
    """Answer as the app's own route does. Model "starting" is not ready at first; z3 above 5 is an error."""
    model = request.query_params["model"]
    if model == "starting" and _starting["answers"] < 3:
        _starting["answers"] += 1
        return JSONResponse({"error": "starting"}, 503, {"Retry-After": "1"})
    code = np.frombuffer(await request.body(), "<f4")
    if code.size > 3 and code[3] > 5:
        return JSONResponse({"error": "This model cannot decode z3 above 5."}, 422)
    await asyncio.sleep(float(os.environ.get("GALLERY_DELAY", "0")))
    return Response(blob(code).tobytes(), media_type="application/octet-stream")


app = st.App(
    Path(__file__).with_name("component_gallery_page.py"),
    routes=[*asset_routes(), Route("/api/decode", decode, methods=["POST"])],
)
