"""A small app with every browser component on one page, and a decoder that is a formula: a blob at (z0, z1)."""

import asyncio
import os
from pathlib import Path

import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from explorer.components import asset_routes, pack

SIDE = 28
LATENT = 20
_starting = {"answers": 0}


def blob(code: np.ndarray) -> np.ndarray:
    """Return a (28, 28, 1) picture of a blob at z0 across and z1 up; z2 widens it."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    across, up = (SIDE - 1) * (0.5 + code[0] / 8), (SIDE - 1) * (0.5 - code[1] / 8)
    width = 3.0 * np.exp(code[2] / 4)
    picture = np.exp(-((x - across) ** 2 + (y - up) ** 2) / (2 * width**2))
    return (255 * picture).round().astype(np.uint8)[..., None]


def some_codes(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return codes (count, 20) in ten groups, and the group of each: the same ones whenever they are asked for."""
    random = np.random.default_rng(0)
    groups = random.integers(0, 10, count)
    centres = random.normal(0, 1.6, (10, LATENT))
    return centres[groups] + random.normal(0, 0.35, (count, LATENT)), groups


async def weights(request: Request) -> Response:
    """Say that there are none: the formula is no network."""
    return JSONResponse({"error": "This decoder is a formula. The server decodes it."}, 422)


async def points(request: Request) -> Response:
    """Answer as the app's own route does; each point's image is the blob of its code."""
    rows = [int(row) for row in request.query_params["rows"].split(",")]
    codes, groups = some_codes(2000)
    mean = codes[rows].astype(np.float32)
    log_var = np.tile(np.linspace(-2, -4, LATENT, dtype=np.float32), (len(rows), 1))
    images = np.stack([blob(code) for code in mean])
    header = {"rows": rows, "labels": [str(groups[row]) for row in rows], "shape": [SIDE, SIDE, 1]}
    return Response(pack(header, {"mean": mean, "log_var": log_var, "images": images}))


async def decode(request: Request) -> Response:
    """Answer as the app's own route does. Model "starting" is not ready at first; z3 above 5 is an error."""
    model = request.query_params["model"]
    if model == "starting" and _starting["answers"] < 3:
        _starting["answers"] += 1
        return JSONResponse({"error": "starting"}, 503, {"Retry-After": "1"})
    codes = np.frombuffer(await request.body(), "<f4").reshape(-1, LATENT)
    if (codes[:, 3] > 5).any():
        return JSONResponse({"error": "This model cannot decode z3 above 5."}, 422)
    await asyncio.sleep(float(os.environ.get("GALLERY_DELAY", "0")))
    return Response(b"".join(blob(code).tobytes() for code in codes), media_type="application/octet-stream")


app = st.App(
    Path(__file__).with_name("component_gallery_page.py"),
    routes=[
        *asset_routes(),
        Route("/api/decode", decode, methods=["POST"]),
        Route("/api/weights", weights),
        Route("/api/points", points),
    ],
)
