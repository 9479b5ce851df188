"""Loss curves in a real Chromium: a gutter beside them where there is room, a strip above each where not."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.figures.loss_panels import GUTTER
from tests.conftest import ROOT
from tests.support.browser_helpers import held_back
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser
WIDE, PHONE = (1280, 800), (390, 844)
# Where each panel's title ends and the panels begin, in pixels of the chart.
_PLACES = """plot => {
    const { left, width } = plot.getBoundingClientRect();
    const rights = [...plot.querySelectorAll(".annotation-text")].map((text) => text.getBoundingClientRect().right);
    const planes = [...plot.querySelectorAll(".nsewdrag")].map((plane) => plane.getBoundingClientRect().left - left);
    const ends = rights.map((right) => right - left);
    const heights = [...plot.querySelectorAll(".nsewdrag")].map((plane) => plane.getBoundingClientRect().height);
    return { ends, width, height: plot.clientHeight, left: Math.min(...planes), least: Math.min(...heights) };
}"""


@pytest.fixture(scope="module")
def app(app_server) -> str:
    return app_server(ROOT / "tests" / "browser" / "apps" / "figures_app.py")


@pytest.fixture(scope="module")
def wide(app: str, browser: Browser) -> Iterator[Page]:
    """Yield the page on a wide screen; a test leaves it there."""
    with drawn(browser, app, WIDE) as page:
        yield page


@contextmanager
def drawn(browser: Browser, app: str, size: tuple[int, int]) -> Generator[Page]:
    """Yield a fresh page of that size once its chart is drawn."""
    with fresh_page(browser, *size) as page:
        page.goto(app)
        expect(page.locator(".hg-plot.hg-ready")).to_be_visible(timeout=30_000)
        yield page


def places(page: Page) -> dict:
    return page.locator(".hg-plot.hg-ready").evaluate(_PLACES)


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def is_narrow(page: Page) -> bool:
    return places(page)["left"] < GUTTER


def assert_panels_fit(page: Page) -> None:
    found = places(page)
    assert len(found["ends"]) == 7
    assert max(found["ends"]) <= found["width"]
    assert found["least"] >= 110


def test_a_page_has_a_gutter_and_a_phone_none_and_each_title_fits(browser, app, wide, artefacts):
    with drawn(browser, app, PHONE) as phone:
        for page, narrow in ((wide, False), (phone, True)):
            assert is_narrow(page) is narrow
            assert_panels_fit(page)
            page.screenshot(path=artefacts / f"figures-{PHONE[0] if narrow else WIDE[0]}.png")


def test_the_gutter_follows_the_width_and_a_zoom_stays(wide):
    chart = wide.locator(".hg-plot.hg-ready")
    chart.evaluate("plot => Plotly.relayout(plot, { 'xaxis.range': [2, 5] })")
    high = places(wide)["height"]
    for _ in range(3):
        resize(wide, PHONE)
        wait_for(lambda: is_narrow(wide), 10)
        assert places(wide)["height"] > high + 7 * 40
        assert chart.evaluate("plot => plot.layout.xaxis.range") == [2, 5]
        assert_panels_fit(wide)
        resize(wide, WIDE)
        wait_for(lambda: not is_narrow(wide), 10)
        assert places(wide)["height"] == high
        assert_panels_fit(wide)


def test_the_room_is_made_before_the_library_is_there(browser, app):
    with fresh_page(browser, *PHONE) as page:
        library = re.compile(r"plotly\.min\.js")
        waiting = held_back(page, library)
        with page.expect_request(library, timeout=30_000):
            page.goto(app, wait_until="commit")
        before = page.locator(".hg-plot").evaluate("plot => plot.clientHeight")
        assert before > 400
        waiting[0].continue_()
        expect(page.locator(".hg-plot.hg-ready")).to_be_visible(timeout=30_000)
        assert places(page)["height"] == before
