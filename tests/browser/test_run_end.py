"""The page of a run when it ends: what somebody zoomed and selected stays."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_helpers import SLOW, along, box_of, drag, map_ranges, map_spots, number_in
from tests.support.helpers import wait_for

pytestmark = pytest.mark.browser
CURVES = ".hg-plot[aria-label='loss curves']"
ENDS = ("stopped", "finished", "failed")


def _say(folder: Path, state: str) -> None:
    """Let the history of a run say that it is in a state."""
    with closing(sqlite3.connect(folder / "run.db")) as history, history:
        history.execute("UPDATE status SET state = ?, message = 'Told by a test.'", (state,))


@pytest.fixture(scope="module", autouse=True)
def _runs(home: Path) -> None:
    """Add three runs that seem to train; the trainer of none lives or is looked for."""
    for name in ENDS:
        folder = home / "runs" / name
        shutil.copytree(home / "runs" / "four", folder)
        with closing(sqlite3.connect(folder / "run.db")) as history, history:
            history.execute("DELETE FROM meta WHERE key IN ('pid', 'process_started')")
        _say(folder, "training")


def _curve_range(page: Page) -> list[float]:
    return page.locator(CURVES).evaluate("plot => [...plot.layout.xaxis.range]")


@pytest.mark.parametrize("state", ENDS)
def test_zoom_and_selection_outlive_the_end_of_a_run(app, home, page, state):
    page.goto(f"{app}/train?run={state}")
    expect(page.locator(".hg-map.hg-ready .hg-plot.hg-ready")).to_be_visible(timeout=SLOW)
    expect(page.locator(f"{CURVES}.hg-ready")).to_be_visible(timeout=SLOW)
    right = _curve_range(page)[1]
    spot = box_of(page.locator(CURVES).locator(".nsewdrag").first)
    middle = spot["y"] + spot["height"] / 2
    drag(page, (spot["x"] + 0.2 * spot["width"], middle), (spot["x"] + 0.6 * spot["width"], middle))
    wait_for(lambda: _curve_range(page)[1] < 0.8 * right)
    low, high = map_ranges(page)[0]
    page.get_by_role("button", name=re.compile("^Zoom")).click()
    drag(page, *map_spots(page, (low / 2, low / 2), (high / 2, high / 2)))
    wait_for(lambda: map_ranges(page)[0][1] < 0.7 * high)
    page.get_by_role("button", name=re.compile("lasso")).click()
    glass = page.locator(".hg-map-glass")
    (start, centre), (end, _) = along(glass, 0.2), along(glass, 0.8)
    reach = box_of(glass)["height"] / 3
    drag(page, (start, centre - reach), (end, centre - reach), (end, centre + reach), (start, centre + reach))
    said = page.locator(".hg-shown")
    expect(said).to_contain_text("selected")
    before = (_curve_range(page), map_ranges(page), number_in(said.inner_text(), r"([\d,]+) selected"))
    page.evaluate(f'window.kept = [...document.querySelectorAll("{CURVES}, .hg-map")]')
    _say(home / "runs" / state, state)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=SLOW)
    expect(page.get_by_role("spinbutton", name="Learning rate")).to_have_count(0)
    page.wait_for_timeout(1500)
    assert page.evaluate("window.kept.every(element => element.isConnected)")
    assert (_curve_range(page), map_ranges(page), number_in(said.inner_text(), r"([\d,]+) selected")) == before
