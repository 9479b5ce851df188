"""From the pointer to the drawn picture while a slider is dragged, beside the plain Streamlit app that people write.

The hand reports 125 times a second, as a USB mouse does. Measured is from the time stamp of the newest report that the
page had (given by the browser's process, so waiting for the page's thread and for the frame with which Chromium hands
moves over counts) until the canvas has been drawn to. `frame` is the animation frame that comes next, in which it is
shown. All pictures of all counted blocks are taken together. A request is any HTTP request and any message by the
WebSocket; those with which a fragment's `run_every` asks on time, whatever the hand does, are counted apart.

The plain app runs with the project's own settings of Streamlit, which are faster than the default ones. Presses of an
arrow key on its `st.slider` are measured, since it sends nothing while it is dragged: from the key's time stamp until
the new image is loaded.
"""

from statistics import median

import numpy as np

from benchmarks.apps import APP, ROOT, home, served
from benchmarks.figures import Figure, median_ratio
from benchmarks.hand import LONGEST, Notes, Seat, percentile, seats
from explorer.library import models as library

MODELS = {"2-D": "bundled/mnist-vae-2d", "16-D": "bundled/mnist-vae-16d"}
BLOCKS = 5
SECONDS = 4.0  # of a drag
PRESSES = 12  # in a block, of one of the two sliders, which have room for 60
PLAIN = ROOT / "benchmarks" / "plain_app.py"


def decode_browser(blocks: int = BLOCKS) -> list[Figure]:
    """Blocks of both sides alternate: a drag for each model, then keys in the plain app. The first block warms up."""
    dragged: dict[str, list[Notes]] = {name: [] for name in MODELS}
    pressed: list[float] = []
    entry = library.find(MODELS["2-D"])
    arguments = [str(entry.folder), str(entry.snapshot)]
    with (
        home() as folder,
        home() as other,
        served(APP, folder) as ours,
        served(PLAIN, other, *arguments) as plain,
        seats(len(MODELS) + 1) as (*explorers, beside),
    ):
        for seat, model in zip(explorers, MODELS.values(), strict=True):
            if "in the browser" not in (said := seat.explore(ours.url, model)):
                raise RuntimeError(f"The page says of {model}: {said}.")
        _open_plain(beside, plain.url)
        for block in range(blocks + 1):
            for seat, notes in zip(explorers, dragged.values(), strict=True):
                notes.append(seat.drag(SECONDS))
            pressed.append(_press(beside, f"z{block % 2}"))
    figures = [figure for name, notes in dragged.items() for figure in _figures(name, notes[1:])]
    ours_ms = [float(np.median(notes.latencies())) for notes in dragged["2-D"][1:]]
    return [
        *figures,
        Figure("2-D: plain app's key / pointer to picture", median_ratio(pressed[1:], ours_ms), "x", ">= 10"),
        Figure("plain app: key to image, median", median(pressed[1:]), "ms"),
    ]


def _figures(name: str, blocks: list[Notes]) -> list[Figure]:
    drawn = [notes.latencies() for notes in blocks]
    oldest = [notes.latencies(oldest=True) for notes in blocks]
    shown = [notes.latencies(until="frame") for notes in blocks]
    sent = [sent for notes in blocks for sent in notes.sent]
    return [
        Figure(f"{name}: pointer to picture, p95", percentile(drawn, 95), "ms", "<= 16"),
        Figure(f"{name}: pointer to picture, p99", percentile(drawn, 99), "ms", "<= 33"),
        Figure(f"{name}: requests while dragging", sum(not one.own for one in sent), "", "<= 0"),
        Figure(f"{name}: requests by the page's own clock", sum(one.own for one in sent), ""),
        Figure(f"{name}: pointer to picture, median", percentile(drawn, 50), "ms"),
        Figure(f"{name}: oldest merged report to picture, p95", percentile(oldest, 95), "ms"),
        Figure(f"{name}: pointer to its frame, p95", percentile(shown, 95), "ms"),
        Figure(f"{name}: pictures", median(notes.per_second() for notes in blocks), "1/s"),
        Figure(f"{name}: frames", median(notes.frames_per_second for notes in blocks), "1/s"),
    ]


def _open_plain(seat: Seat, url: str) -> None:
    seat.page.goto(url)
    seat.page.locator('[data-testid="stImage"] img').wait_for(timeout=LONGEST)


def _press(seat: Seat, slider: str) -> float:
    """Median milliseconds from a key to the new image; the next key comes when it is there."""
    page = seat.page
    page.bring_to_front()
    page.get_by_role("group", name=slider, exact=True).get_by_role("slider").focus()
    taken = []
    for _ in range(PRESSES):
        page.evaluate("async () => { await hgProbe.start(null); hgProbe.expectImage(); }")
        page.keyboard.press("ArrowRight")
        page.evaluate("hgImage")
        found = page.evaluate("hgProbe.stop()")
        taken.append(found["drawn"][0]["at"] - found["moves"][0][0])
    return median(taken)
