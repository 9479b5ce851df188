"""One tab of a page without a browser: a web socket that speaks Streamlit's protocol and keeps its timers, and the feed
of the page's live parts.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.live_feed import LiveFeed

_LONGEST_RERUN = 60.0  # seconds


@dataclass
class Tab:
    """Opens a page and asks for its fragments and its live parts as often as they say.

    `delays`: seconds from each rerun's request to its end; those of live parts are the feed's.
    """

    port: int
    page: str
    query: str
    delays: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)  # sentences in boxes
    buttons: dict[str, str] = field(default_factory=dict)  # what is sent for a click, by what is on it
    lost: int = 0  # clicks that did nothing, as the benchmark finds
    _asked: float | None = None
    _timers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    feed: LiveFeed = field(init=False)

    def __post_init__(self) -> None:
        self.feed = LiveFeed(self.port)

    async def watch(self, seconds: float) -> None:
        """Watch for so long, counted from the end of the page's first run, whose time is not among the delays."""
        async with self.opened() as page:
            await page.stay(seconds)

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncGenerator["Page"]:
        """Open the page, from the end of its first run until this is left."""
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        async with connect(address, subprotocols=["streamlit"], max_size=None, proxy=None) as socket:  # ty: ignore[invalid-argument-type]
            page = Page(self, socket)
            try:
                await page.rerun()
                self.delays.clear()
                feeding = asyncio.create_task(asyncio.to_thread(self.feed.run))
                try:
                    yield page
                finally:
                    self.feed.end()
                    await feeding
            finally:
                self._stop_timers()

    async def _ask(self, socket: ClientConnection, message: BackMsg) -> None:
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = self.page
        self._asked = self._asked or time.perf_counter()
        await socket.send(message.SerializeToString())

    def _take(self, socket: ClientConnection, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "auto_rerun":
            timer = message.auto_rerun
            self._stop_timer(timer.fragment_id)
            work = self._repeat(socket, timer.fragment_id, timer.interval)
            self._timers[timer.fragment_id] = asyncio.create_task(work)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(fragment)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta":
            self._take_element(message)
        elif kind == "script_finished" and self._asked is not None:
            self.delays.append(time.perf_counter() - self._asked)
            self._asked = None

    def _take_element(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.WhichOneof("type") == "exception":
            self.errors.append(element.exception.message)
        elif element.WhichOneof("type") == "alert":
            self.alerts.append(element.alert.body)
        elif element.WhichOneof("type") == "button":
            self.buttons[element.button.label] = element.button.id
        elif element.WhichOneof("type") == "bidi_component":
            self.feed.take(element.bidi_component)

    async def _repeat(self, socket: ClientConnection, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            message = BackMsg()
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
            await self._ask(socket, message)

    def _stop_timer(self, fragment: str) -> None:
        if timer := self._timers.pop(fragment, None):
            timer.cancel()

    def _stop_timers(self) -> None:
        for fragment in list(self._timers):
            self._stop_timer(fragment)


@dataclass
class Page:
    """An open page of a tab."""

    tab: Tab
    socket: ClientConnection

    async def stay(self, seconds: float) -> None:
        """Take what comes for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self._take()

    async def rerun(self) -> None:
        """Run the whole page again, to its end. Raises TimeoutError."""
        await self._send(BackMsg())

    async def click(self, label: str) -> None:
        """Click a button, by its label or its title in bold, and take what comes until the run that it begins ends.

        Raises TimeoutError.
        """
        message = BackMsg()
        (button,) = (each for name, each in self.tab.buttons.items() if name == label or f"**{label}**" in name)
        message.rerun_script.widget_states.widgets.add(id=button, trigger_value=True)
        await self._send(message)

    async def _send(self, message: BackMsg) -> None:
        await self.tab._ask(self.socket, message)
        finished = len(self.tab.delays)
        async with asyncio.timeout(_LONGEST_RERUN):
            while len(self.tab.delays) == finished:
                await self._take()

    async def _take(self) -> None:
        self.tab._take(self.socket, ForwardMsg.FromString(await self.socket.recv(decode=False)))
