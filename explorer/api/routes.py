"""The server's own routes: files for the browser, and answers without a Streamlit rerun. And the check before them.

The answers are imported when the server has opened, or at the first request. With them come NumPy and Pydantic, which
take as long to import as Streamlit itself; the server would open that much later.
"""

from collections.abc import Callable
from importlib import import_module

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


def _in_thread(name: str) -> Callable[[Request], Response]:
    """Return the answer of that name, imported at its first request. Starlette gives it a thread."""

    def answer(request: Request) -> Response:
        return getattr(import_module(f"explorer.api.{name}"), name)(request)

    return answer


def import_answers() -> None:
    """Import what the answers need, before somebody waits for it."""
    import explorer.api.decode
    import explorer.api.points
    import explorer.api.weights  # noqa: F401 (all three: for the answers above)


def routes() -> list[Mount | Route]:
    return [
        *asset_routes(),
        Route("/api/decode", decode, methods=["POST"]),
        Route("/api/weights", _in_thread("weights"), methods=["GET"]),
        Route("/api/points", _in_thread("points"), methods=["GET"]),
    ]


def middleware() -> list[Middleware]:
    """Return what every request passes before it reaches Streamlit or a route of ours."""
    return [Middleware(OriginMiddleware)]
