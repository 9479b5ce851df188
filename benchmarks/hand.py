"""A hand on the mouse in a real Chromium: how it moves, what the page does meanwhile, and what the page sends."""

import contextlib
import itertools
import json
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, Request, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import connect

from benchmarks.apps import chromium, free_port

REPORTS = 125  # a second: what a USB mouse sends
SPEED = 300.0  # pixels a second along a slider: every frame finds another value
REACH = 0.4  # of a slider's width, to both sides of its middle
PROBE = Path(__file__).with_name("probe.js")
LONGEST = 60_000  # milliseconds
_LONGEST_ANSWER = 30.0  # seconds
_ASKED = 0.2  # milliseconds by which the page's clock may be off
Point = tuple[float, float]


@dataclass(frozen=True)
class Sent:
    """One thing that the page sent. `own` tells that the page's clock asked for it, whatever the hand did."""

    what: str
    bytes: int
    own: bool = False


@dataclass(frozen=True)
class Notes:
    """The notes of probe.js, and all that was sent, while the hand moved for so many seconds."""

    moves: np.ndarray  # (n, 3) ms: stamp of the event, of the oldest report in it, when the page began to handle it
    drawn: list[dict[str, Any]]
    frames: np.ndarray  # (n,) ms
    seconds: float
    sent: list[Sent] = field(default_factory=list)

    def latencies(self, what: str = "picture", *, until: str = "at", oldest: bool = False) -> np.ndarray:
        """Milliseconds from the event that a picture answers to its drawing, or to its frame (`until="frame"`).

        That event is the last one that the page had begun to handle when it asked for the picture; where a picture
        says not when that was, when it was drawn.
        """
        answers = [(entry["at"] - (entry["ms"] or 0), entry[until]) for entry in self._of(what) if entry[until]]
        asked = np.array([start for start, _ in answers])
        place = np.searchsorted(self.moves[:, 2], asked + _ASKED, "right") - 1
        stamps = self.moves[:, 1 if oldest else 0]
        return np.array([end - stamps[i] for i, (_, end) in zip(place, answers, strict=True) if i >= 0])

    def _of(self, what: str) -> list[dict[str, Any]]:
        return [entry for entry in self.drawn if entry["what"] == what]

    def per_second(self, what: str = "picture") -> float:
        return len(self._of(what)) / self.seconds

    @property
    def frames_per_second(self) -> float:
        return len(self.frames) / self.seconds

    def asked(self) -> list[Sent]:
        """The requests that the page sent because of the hand."""
        return [sent for sent in self.sent if not sent.own]


def percentile(parts: Sequence[np.ndarray], q: float) -> float:
    """Over all parts together."""
    return float(np.percentile(np.concatenate(parts), q))


class Seat:
    """A page that is watched, and a hand in front of it."""

    def __init__(self, browser: Browser, port: int, storage: dict[str, Any]):
        self._context = browser.new_context(viewport={"width": 1440, "height": 1000})
        self.page: Page = self._context.new_page()
        target = self._context.new_cdp_session(self.page).send("Target.getTargetInfo")["targetInfo"]["targetId"]
        self._address = f"ws://127.0.0.1:{port}/devtools/page/{target}"
        self.page.add_init_script(path=PROBE)
        for name, value in storage.items():
            pair = json.dumps([f"hourglass:{name}", json.dumps(value)])
            self.page.add_init_script(f"localStorage.setItem(...{pair})")
        self.sent: list[Sent] = []
        self.received: list[bytes] = []
        self.page.on("request", self._note_request)
        self.page.on("websocket", self._watch_socket)

    def _note_request(self, request: Request) -> None:
        head = sum(len(name) + len(value) + 4 for name, value in request.headers.items())
        self.sent.append(Sent(request.url, len(request.url) + head + len(request.post_data_buffer or b"")))

    def _watch_socket(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.sent.append(_message(frame)))
        socket.on("framereceived", lambda frame: self.received.append(frame if isinstance(frame, bytes) else b""))

    def explore(self, url: str, model: str) -> str:
        """Open a model on the Explore page; say where its pictures are decoded, in the page's own words."""
        self.page.goto(f"{url}/?model={model}")
        self.page.locator(".hg-map .hg-plot.hg-ready").wait_for(timeout=LONGEST)
        said = self.page.locator(".hg-latency", has_text="decoded")
        said.wait_for(timeout=LONGEST)
        return said.inner_text()

    def drag(self, seconds: float, hand: str = "explore") -> Notes:
        """Press on the bank's first slider, go to and fro along it, let go."""
        self.page.bring_to_front()
        self.page.locator(".hg-bank .hg-pictures").scroll_into_view_if_needed()
        box = self.page.locator(".hg-bank").get_by_role("slider").first.bounding_box()
        if box is None:
            raise RuntimeError("The page shows no slider.")
        middle, reach = box["x"] + box["width"] / 2, REACH * box["width"]
        y = box["y"] + box["height"] / 2
        return self.move(to_and_fro((middle - reach, y), (middle + reach, y), seconds), pressed=True, hand=hand)

    def move(self, path: Sequence[Point], *, pressed: bool, hand: str = "explore") -> Notes:
        """Go along a path, a point for each report of the mouse."""
        self.page.mouse.move(*path[0])
        self.page.evaluate("name => hgProbe.start(name)", hand)
        before = len(self.sent)
        seconds = self._report(path, pressed=pressed)
        found = self.page.evaluate("hgProbe.stop()")
        moves, frames = np.array(found["moves"], float).reshape(-1, 3), np.array(found["frames"], float)
        return Notes(moves, found["drawn"], frames, seconds, self.sent[before:])

    def _report(self, path: Sequence[Point], *, pressed: bool) -> float:
        """Send the reports on time, whatever the page does. Playwright's own mouse waits for the page after each."""
        events = [("mouseMoved", point) for point in path]
        if pressed:
            events = [("mousePressed", path[0]), *events, ("mouseReleased", path[-1])]
        with connect(self._address, max_queue=None) as socket:
            began = time.perf_counter()
            for number, (kind, (x, y)) in enumerate(events):
                time.sleep(max(0.0, began + number / REPORTS - time.perf_counter()))
                button = {"button": "left", "buttons": 1, "clickCount": int(kind != "mouseMoved")} if pressed else {}
                event = {"type": kind, "x": x, "y": y, **button}
                socket.send(json.dumps({"id": number, "method": "Input.dispatchMouseEvent", "params": event}))
            for _ in events:  # each is answered when the page has handled it
                socket.recv(_LONGEST_ANSWER)
            return time.perf_counter() - began

    def largest_received(self, mark: bytes) -> int:
        """Bytes of the largest message from the server with this in it, since the page was opened."""
        return max((len(message) for message in self.received if mark in message), default=0)

    def close(self) -> None:
        self._context.close()


def _message(frame: bytes | str) -> Sent:
    """A message of the page to Streamlit; its fragments with `run_every` ask by a clock of their own."""
    if isinstance(frame, str):
        return Sent("text", len(frame.encode()))
    message = BackMsg.FromString(frame)
    return Sent(str(message.WhichOneof("type")), len(frame), message.rerun_script.is_auto_rerun)


def to_and_fro(start: Point, end: Point, seconds: float) -> list[Point]:
    """At an even speed between two points, one point for each report."""
    (x0, y0), (x1, y1) = start, end
    length = float(np.hypot(x1 - x0, y1 - y0))
    way = np.arange(int(seconds * REPORTS)) * SPEED / REPORTS
    share = 1 - np.abs(1 - way / length % 2)
    return [(x0 + s * (x1 - x0), y0 + s * (y1 - y0)) for s in share.tolist()]


@contextlib.contextmanager
def seats(count: int = 1, **storage: Any) -> Generator[list[Seat]]:
    """Pages of one headless Chromium, each with cache and storage of its own; `storage` is what it remembers."""
    port = free_port()
    with chromium(f"--remote-debugging-port={port}") as browser:
        taken = [Seat(browser, port, storage) for _ in itertools.repeat(None, count)]
        try:
            yield taken
        finally:
            for seat in taken:
                seat.close()
