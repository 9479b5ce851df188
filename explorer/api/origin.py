"""The one check of where a request comes from. It stands before pages, files, the web socket and our own routes.

Two attacks are refused. Another site's page sends requests to this server: its Origin is not ours. Another site's name
is made to lead to this machine (DNS rebinding): then Origin and Host agree, but the name is not ours.
"""

import re

import streamlit as st
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.api.edge import refuse_at
from explorer.api.names import is_name_of_ours, matches, names_of_this_server, told_names

FOREIGN = "This request came from another site. Open Hourglass itself."
UNKNOWN_NAME = (
    "Hourglass does not answer under the name {name}. Whoever runs it can allow the name: "
    "start it with --server.allowedHosts {name}, or see docs/deploy.md."
)
_NAME = r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))"
_HOST = re.compile(rf"{_NAME}(?::[0-9]{{1,5}})?", re.IGNORECASE)
_ORIGIN = re.compile(rf"https?://{_NAME}")
_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


def refusal(host: str, origin: str | None) -> str | None:
    """Return why a request is refused: `host` must be a name of this server, `origin` (if there is one) its page.

    The port is free: through a tunnel, the browser's port is not the server's. But Origin and Host must have the same
    one, for another port is another program. Browsers write both in lower case and leave out the same default port, so
    they are compared as text. The scheme is free between http and https: a proxy may speak TLS to the browser and not
    to us.

    A request without an Origin is admitted. Browsers leave it out where somebody follows a link or types the address,
    and where a page loads an image or a script, whose bytes it cannot read. They send it with every POST and every web
    socket (RFC 6455, section 10.2). A web socket without one comes from a program, and a program can write any header.
    """
    match = _HOST.fullmatch(host)
    if match is None:
        return FOREIGN
    name = match[1] or match[2]
    if not is_name_of_ours(name):
        return UNKNOWN_NAME.format(name=name)
    same = origin is None or origin in (f"http://{host}", f"https://{host}")
    return None if same or _is_told(origin) else FOREIGN


def _is_told(origin: str) -> bool:
    """Return True if the owner told this Origin: a proxy may pass requests on under a Host of its own.

    By its name alone only with the default port, and never this machine itself: any other program may listen there.
    """
    if origin in st.get_option("server.corsAllowedOrigins"):
        return True
    match = _ORIGIN.fullmatch(origin)
    if match is None or matches(name := match[1] or match[2], names_of_this_server()):
        return False
    return matches(name, [told for told in told_names() if told.strip() != "*"])


class OriginMiddleware:
    """ASGI middleware that answers foreign requests with 403 and passes on all others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif why := _refused(scope):
            await _refuse(why, scope, receive, send)
        else:
            await self.app(_without_origin(scope), receive, send)


def _refused(scope: Scope) -> str | None:
    """Return why a request is refused; it must have exactly one Host and at most one Origin."""
    hosts, origins = (
        [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
        for wanted in (b"host", b"origin")
    )
    if len(hosts) != 1 or len(origins) > 1:
        return FOREIGN
    return refusal(hosts[0], origins[0] if origins else None)


def _without_origin(scope: Scope) -> Scope:
    """Return what goes on: of an Origin other than Host, Streamlit asks the outside for this machine's address."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"origin"]}


async def _refuse(why: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":  # closed before it is accepted: the server answers 403
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    await refuse_at(scope["path"], 403, why)(scope, receive, send)
