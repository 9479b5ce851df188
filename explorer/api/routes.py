"""The server's own routes: files for the browser, and answers without a Streamlit rerun. And the check before them."""

from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from explorer.api.decode import decode
from explorer.api.origin import OriginMiddleware
from explorer.api.points import points
from explorer.api.weights import weights
from explorer.components import asset_routes


def routes() -> list[Mount | Route]:
    """Plain functions among the endpoints run in threads, so that reading a file holds nobody up."""
    return [
        *asset_routes(),
        Route("/api/decode", decode, methods=["POST"]),
        Route("/api/weights", weights, methods=["GET"]),
        Route("/api/points", points, methods=["GET"]),
    ]


def middleware() -> list[Middleware]:
    """Return what every request passes before it reaches Streamlit or a route of ours."""
    return [Middleware(OriginMiddleware)]
