"""The server's own routes: files for the browser, and answers without a Streamlit rerun. And the check before them.

The answers are imported when the server has opened, or at the first request. With them come NumPy and Pydantic, which
take as long to import as Streamlit itself; the server would open that much later.
"""

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from explorer.api.assets import asset_routes
from explorer.api.origin import OriginMiddleware


async def decode(request: Request) -> Response:
    """Answer on the event loop: a code under the hand must not wait for a thread."""
    from explorer.api.decode import decode as answer

    return await answer(request)


def points(request: Request) -> Response:
    """Answer in a thread, so that reading a file holds nobody up."""
    from explorer.api.points import points as answer

    return answer(request)


def weights(request: Request) -> Response:
    """Answer in a thread, so that reading a file holds nobody up."""
    from explorer.api.weights import weights as answer

    return answer(request)


def import_answers() -> None:
    """Import what the answers need, before somebody waits for it."""
    import explorer.api.decode
    import explorer.api.points
    import explorer.api.weights  # noqa: F401 (all three: for their functions above)


def routes() -> list[Mount | Route]:
    return [
        *asset_routes(),
        Route("/api/decode", decode, methods=["POST"]),
        Route("/api/weights", weights, methods=["GET"]),
        Route("/api/points", points, methods=["GET"]),
    ]


def middleware() -> list[Middleware]:
    """Return what every request passes before it reaches Streamlit or a route of ours."""
    return [Middleware(OriginMiddleware)]
