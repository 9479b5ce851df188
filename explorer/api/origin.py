"""The one check of where a request comes from. It stands before pages, files, the web socket and our own routes.

Two attacks are refused. Another site's page sends requests to this server: its Origin is not ours. Another site's name
is made to lead to this machine (DNS rebinding): then Origin and Host agree, but the name is not ours.
"""

import re

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.api.edge import refuse

FOREIGN = "This request came from another site. Open Hourglass itself."
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.IGNORECASE)
_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


def own_names() -> set[str]:
    """Return the host names of this server, in lower case; every rule that adds one belongs here."""
    address = st.get_option("server.address")
    return {*_LOOPBACK, address.lower()} if address else {*_LOOPBACK}


def is_own(host: str, origin: str | None) -> bool:
    """Return True if `host` is a name of this server, and `origin` (if there is one) is a page under that very host.

    The port is free: through a tunnel, the browser's port is not the server's. But Origin and Host must have the same
    one, for another port is another program. Browsers write both in lower case and leave out the same default port, so
    they are compared as text. Streamlit compares them so too: an equal pair never makes it look up this machine's
    outside address. The scheme is free between http and https: a proxy may speak TLS to the browser and not to us.

    A request without an Origin is admitted. Browsers leave it out where somebody follows a link or types the address,
    and where a page loads an image or a script, whose bytes it cannot read. They send it with every POST and every web
    socket (RFC 6455, section 10.2). A web socket without one comes from a program, and a program can write any header.
    """
    match = _HOST.fullmatch(host)
    named = match is not None and (match[1] or match[2]).lower() in own_names()
    return named and (origin is None or origin in (f"http://{host}", f"https://{host}"))


def _is_admitted(scope: Scope) -> bool:
    """Return True if the request has exactly one Host, at most one Origin, and both are ours."""
    hosts, origins = (
        [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
        for wanted in (b"host", b"origin")
    )
    return len(hosts) == 1 and len(origins) <= 1 and is_own(hosts[0], origins[0] if origins else None)


class OriginMiddleware:
    """ASGI middleware that answers foreign requests with 403 and passes on all others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _is_admitted(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":  # closed before it is accepted: the server answers 403
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            ours = scope["path"].startswith("/api/")
            answer = refuse(403, FOREIGN) if ours else PlainTextResponse(FOREIGN, 403)
            await answer(scope, receive, send)
