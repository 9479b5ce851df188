"""From `streamlit run` to something to read, a picture and a live decode, beside a page that only says Hello."""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from benchmarks.apps import APP, TEXT_THERE, chromium, home, served
from benchmarks.figures import Figure, median_ratio

PAIRS = 5  # the first one warms the disk's cache and is not counted
HELLO = 'import streamlit as st\n\nst.write("Hello")\n'
_LONGEST = 60_000  # milliseconds
_PATIENCE = 1_000  # milliseconds for one move of the slider; the browser itself asks again while the decoder starts
_DECODED_LIVE = """() => document.querySelector(".hg-latency")?.textContent.includes("ms")"""
_PICTURE_THERE = """() => {
  const canvas = document.querySelector(".hg-ready canvas.hg-decoded");
  if (!canvas?.width || !canvas.height) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, index) => value !== data[index % 4]);
}"""


@dataclass(frozen=True)
class Start:
    """Seconds after `streamlit run`.

    `picture` is the one that the snapshot brings along, shown before the decoder is up; `live` is the first one that
    was decoded on demand.
    """

    text: float
    picture: float | None = None
    live: float | None = None


def startup(pairs: int = PAIRS) -> list[Figure]:
    """Both apps are started alternately, each in a browser context that has cached nothing."""
    hello: list[Start] = []
    ours: list[Start] = []
    with chromium() as browser, home() as folder:
        script = folder / "hello.py"
        script.write_text(HELLO, encoding="utf-8")
        for _ in range(pairs):
            hello.append(_start(browser, script, pictures=False))
            ours.append(_start(browser, APP, pictures=True))
    hello_text = [start.text for start in hello[1:]]
    text = [start.text for start in ours[1:]]
    picture = [start.picture for start in ours[1:] if start.picture is not None]
    live = [start.live for start in ours[1:] if start.live is not None]
    return [
        Figure("first text / hello page's", median_ratio(text, hello_text), "x", "<= 1.2"),
        Figure("first picture / hello page's text", median_ratio(picture, hello_text), "x", "<= 1.7"),
        Figure("first live decode / hello page's first text", median_ratio(live, hello_text), "x", "<= 3"),
        Figure("hello page: first text", median(hello_text), "s"),
        Figure("Hourglass: first text", median(text), "s"),
        Figure("Hourglass: first picture", median(picture), "s"),
        Figure("Hourglass: first live decode", median(live), "s"),
    ]


def _start(browser: Browser, script: Path, *, pictures: bool) -> Start:
    with home() as folder, served(script, folder) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        try:
            page = context.new_page()
            page.goto(server.url, wait_until="commit")
            page.wait_for_function(TEXT_THERE, timeout=_LONGEST)
            text = time.perf_counter() - server.began
            if not pictures:
                return Start(text)
            page.wait_for_function(_PICTURE_THERE, timeout=_LONGEST)
            picture = time.perf_counter() - server.began
            _decode_live(page)
            return Start(text, picture, time.perf_counter() - server.began)
        finally:
            context.close()


def _decode_live(page: Page) -> None:
    """Move the first slider until a picture of where it stands has come."""
    slider = page.get_by_role("slider", name="z0", exact=True)
    for _ in range(_LONGEST // _PATIENCE):
        slider.press("ArrowRight", timeout=_LONGEST)
        with contextlib.suppress(PlaywrightTimeoutError):
            page.wait_for_function(_DECODED_LIVE, timeout=_PATIENCE)
            return
    raise RuntimeError("The app decoded no picture on demand.")
