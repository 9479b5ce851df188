"""The server's own routes: files for the browser, and answers without a Streamlit rerun. And the check before them.

The answers are imported when the server has opened, or at the first request. With them come NumPy and Pydantic, which
take as long to import as Streamlit itself; the server would open that much later.
"""

from collections.abc import Callable
from importlib import import_module

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, Router

from explorer.api.assets import asset_routes
from explorer.api.base import below_base
from explorer.api.origin import OriginMiddleware
from explorer.api.unanswered import LeavingMiddleware, routes_below


async def decode(request: Request) -> Response:
    """Answer on the event loop: a code under the hand must not wait for a thread."""
    from explorer.api.decode import decode as answer

    return await answer(request)


def explore(request: Request) -> Response:
    """Route to Explore, which Streamlit has at the root only. Relative, so that it holds below a base path too."""
    query = request.url.query
    return RedirectResponse(f"./?{query}" if query else "./")


def _in_thread(name: str) -> Callable[[Request], Response]:
    """Return the answer of that name, imported at its first request. Starlette gives it a thread."""

    def answer(request: Request) -> Response:
        return getattr(import_module(f"explorer.api.{name}"), name)(request)

    return answer


def import_answers() -> None:
    """Import what the answers need, before somebody waits for it."""
    import explorer.api.decode
    import explorer.api.live
    import explorer.api.points
    import explorer.api.weights  # noqa: F401 (all four: for the answers above)


def routes() -> list[BaseRoute]:
    answers = [
        Route("/decode", decode, methods=["POST"]),
        Route("/keep", _in_thread("keep"), methods=["POST"]),
        Route("/weights", _in_thread("weights"), methods=["GET"]),
        Route("/live", _in_thread("live"), methods=["GET"]),
        Route("/points", _in_thread("points"), methods=["GET"]),
    ]
    return [
        *asset_routes(),
        *routes_below("/api", Router(answers, redirect_slashes=False)),
        Route(below_base("/explore"), explore, methods=["GET"]),
    ]


def middleware() -> list[Middleware]:
    """Return what every request passes before it reaches Streamlit or a route of ours."""
    return [Middleware(OriginMiddleware), Middleware(LeavingMiddleware)]
