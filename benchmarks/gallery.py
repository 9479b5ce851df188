"""A small app with every browser component on one page, and a decoder that is a formula: a blob at (z0, z1).

The models "told" and "told-server" are conditional: one layer, which the browser or the server runs.
"""

import asyncio
import hashlib
import os
from pathlib import Path

import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from explorer.api.assets import asset_routes
from explorer.components import pack

SIDE = 28
LATENT = 20
CLASSES = 10
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


def told_kernel() -> np.ndarray:
    """The one layer of a conditional model, (20 + 10, 784): a class is a blob on a circle, z is noise over it."""
    angles = np.arange(CLASSES) * 2 * np.pi / CLASSES
    centres = np.stack([2.5 * np.cos(angles), 2.5 * np.sin(angles), 0 * angles], axis=1)
    blobs = np.stack([blob(centre) for centre in centres]).reshape(CLASSES, -1) * (8 / 255)
    noise = np.random.default_rng(0).normal(0, 0.15, (LATENT, SIDE * SIDE))
    return np.concatenate([noise, blobs]).astype(np.float32)


def told(codes: np.ndarray) -> np.ndarray:
    """Return a conditional model's images, uint8 (n, 28, 28, 1), of z and the class as one-hot, (n, 20 + 10)."""
    images = 1 / (1 + np.exp(4 - codes @ told_kernel()))
    return (255 * images).round().astype(np.uint8).reshape(-1, SIDE, SIDE, 1)


async def weights(request: Request) -> Response:
    """Give those of the conditional model "told"; say that there are none of the others."""
    if request.query_params["model"] == "told":
        layers = [
            {"kind": "dense", "kernel": "kernel", "bias": "bias"},
            {"kind": "activation", "name": "sigmoid"},
            {"kind": "reshape", "shape": [SIDE, SIDE, 1]},
        ]
        header = {"shape": [SIDE, SIDE, 1], "latent": LATENT + CLASSES, "layers": layers}
        packed = pack(header, {"kernel": told_kernel(), "bias": np.full(SIDE * SIDE, -4, np.float32)})
        return Response(packed, headers={"Hourglass-SHA256": hashlib.sha256(packed).hexdigest()})
    return JSONResponse({"error": "This decoder is a formula. The server decodes it."}, 422)


async def points(request: Request) -> Response:
    """Answer as the app's own route does; each point's image is the blob of its code."""
    rows = [int(row) for row in request.query_params["rows"].split(",")]
    codes, groups = some_codes(2000)
    mean = codes[rows].astype(np.float32)
    log_var = np.tile(np.linspace(-2, -4, LATENT, dtype=np.float32), (len(rows), 1))
    images = np.stack([blob(code) for code in mean])
    classes = groups[rows].tolist()
    header = {
        "rows": rows, "labels": [str(i) for i in classes], "classes": classes, "is_test": [True] * len(rows),
        "numbers": [row + 1 for row in rows],
        "shape": [SIDE, SIDE, 1],
    }  # fmt: skip
    return Response(pack(header, {"mean": mean, "log_var": log_var, "images": images}))


async def decode(request: Request) -> Response:
    """Answer as the app's own route does. Model "starting" is not ready at first; z3 above 5 is an error."""
    model = request.query_params["model"]
    if model == "starting" and _starting["answers"] < 3:
        _starting["answers"] += 1
        return JSONResponse({"error": "starting"}, 503, {"Retry-After": "1"})
    if model == "told-server":
        return Response(told(np.frombuffer(await request.body(), "<f4").reshape(-1, LATENT + CLASSES)).tobytes())
    codes = np.frombuffer(await request.body(), "<f4").reshape(-1, LATENT)
    if (codes[:, 3] > 5).any():
        return JSONResponse({"error": "This model cannot decode z3 above 5."}, 422)
    await asyncio.sleep(float(os.environ.get("GALLERY_DELAY", "0")))
    return Response(b"".join(blob(code).tobytes() for code in codes), media_type="application/octet-stream")


app = st.App(
    Path(__file__).with_name("gallery_page.py"),
    routes=[
        *asset_routes(),
        Route("/api/decode", decode, methods=["POST"]),
        Route("/api/weights", weights),
        Route("/api/points", points),
    ],
)
