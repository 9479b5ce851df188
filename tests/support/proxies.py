"""A reverse proxy in front of a server, as people put one: it ends TLS, strips a prefix, or has a Host of its own."""

import asyncio
import contextlib
import re
import ssl
import threading
from collections.abc import AsyncGenerator, Coroutine, Generator
from dataclasses import dataclass, field
from typing import Any

import trustme

_LARGEST_HEAD = 2**20
_PIECE = 2**16


@dataclass
class Proxy:
    """Passes on what is asked below `prefix` without it. `outside` has the paths that were asked for elsewhere."""

    target: int = 0  # the port of the server behind it
    prefix: str = ""
    tls: ssl.SSLContext | None = None
    own_host: bool = False
    outside: list[str] = field(default_factory=list)
    port: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._closing(writer):
            line, rest = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n", 1)
            method, path, version = line.split(b" ")
            if not path.startswith(self.prefix.encode() + b"/"):
                self.outside.append(path.decode())
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            answers, asked = await asyncio.open_connection("127.0.0.1", self.target)
            async with self._closing(asked):
                asked.write(b" ".join([method, path[len(self.prefix) :], version]) + b"\r\n" + self._headers(rest))
                await asyncio.gather(_pipe(reader, asked), _pipe(answers, writer))

    @contextlib.asynccontextmanager
    async def _closing(self, writer: asyncio.StreamWriter) -> AsyncGenerator[None]:
        """Close a connection at the end, whoever ends it and how."""
        self._open.add(writer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                yield
        finally:
            self._open.remove(writer)
            writer.transport.abort()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def end(self) -> None:
        """Hang up on everybody, and wait until all is closed."""
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    def _headers(self, given: bytes) -> bytes:
        """Return the headers to pass on: one request a connection, but for a web socket."""
        if b"upgrade: websocket" not in given.lower():
            given = b"Connection: close\r\n" + re.sub(rb"(?im)^connection: [^\r]*\r\n", b"", given)
        if self.own_host:
            given = re.sub(rb"(?im)^host: [^\r]*", b"Host: 127.0.0.1:%d" % self.target, given)
        return given


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
    writer.close()


def certified(name: str) -> ssl.SSLContext:
    """Return what a server of that name needs to speak TLS, signed by nobody whom a browser knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(name).configure_cert(context)
    return context


@contextlib.contextmanager
def running(proxy: Proxy) -> Generator[Proxy]:
    """Yield the proxy with its port, while a thread runs it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def wait_for(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(10)

    server = wait_for(asyncio.start_server(proxy.answer, "127.0.0.1", 0, ssl=proxy.tls, limit=_LARGEST_HEAD))
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(server.close)
        wait_for(proxy.end())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
