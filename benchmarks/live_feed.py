"""The feed of a page's live parts without a browser: asks for their newest as assets/web/shared/feed.js does."""

import contextlib
import http.client
import json
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BidiComponent_pb2 import BidiComponent


def header_of(packed: bytes) -> dict[str, Any]:
    """Return the header of what `explorer.components.container.pack` made."""
    (length,) = struct.unpack_from("<Q", packed)
    return json.loads(json.loads(packed[8 : 8 + length])["__metadata__"]["header"])


@dataclass
class LiveFeed:
    """Asks while there are live parts. `delays`: seconds from each question to the whole answer."""

    port: int
    delays: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _live: dict[str, dict[str, Any]] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    def take(self, component: BidiComponent) -> None:
        """Take note of a component that the page mounts."""
        if component.WhichOneof("data") == "bytes":
            data = header_of(component.bytes)
        else:
            (data,) = json.loads(component.json)
        if live := data.get("live"):
            self._live[live["part"]] = live

    def run(self) -> None:
        """Ask at the pace that the server says, until `end`."""
        version, pace = "", 0.0
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port)) as connection:
            while self._live and not self._ended.wait(pace):
                began = time.perf_counter()
                connection.request("GET", f"/api/live?{urlencode(self._question(version))}")
                answer = connection.getresponse()
                body = answer.read()
                self.delays.append(time.perf_counter() - began)
                if answer.status != http.client.OK:
                    self.errors.append(body.decode())
                    return
                header = header_of(body)
                version, pace = header["version"], max(0.0, header["pace"] - self.delays[-1])

    def _question(self, version: str) -> dict[str, str]:
        asked = {name: value for live in self._live.values() for name, value in live["asked"].items()}
        run = next(iter(self._live.values()))["run"]
        return {"run": run, "tab": str(id(self)), "parts": ",".join(self._live), "after": version, **asked}

    def end(self) -> None:
        self._ended.set()
