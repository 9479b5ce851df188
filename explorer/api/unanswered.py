"""Requests that no route answers: an address or a method that does not exist, and clients that leave before the answer.

Streamlit answers every address that it does not know with its page and status 200, also those among our own.
"""

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.api.base import below_base
from explorer.api.edge import refuse_at

_LONGEST = 200  # characters of an address that a sentence repeats


def routes_below(path: str, app: ASGIApp) -> list[BaseRoute]:
    """Return the routes by which `app` alone answers at `path` and below it, whatever the method."""
    alone = _InWords(app)
    return [Mount(below_base(path), alone), Route(below_base(path), alone)]


class _InWords:
    """ASGI app that says in a sentence why the app inside has no answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except HTTPException as error:
            await _refuse(error, scope, receive, send)


async def _refuse(error: HTTPException, scope: Scope, receive: Receive, send: Send) -> None:
    path, headers = scope["path"][:_LONGEST], dict(error.headers or {})
    sentence = f"There is nothing at {path}. Check the address."
    if error.status_code == 405:
        headers["Allow"] = allowed = ", ".join(sorted(headers.get("Allow", "GET, HEAD").split(", ")))
        sentence = f"The method was {scope['method'][:_LONGEST]}; {path} takes {allowed}. Use one of these."
    await refuse_at(scope["path"], error.status_code, sentence, headers)(scope, receive, send)


class LeavingMiddleware:
    """ASGI middleware for which a client that leaves while it sends is no error: nobody waits for an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            return
