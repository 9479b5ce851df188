"""Loss curves in a real Chromium: two columns where there is room, one where the chart is narrow, also on resize."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.support.browser_helpers import held_back
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser
WIDE, PHONE = (1280, 800), (390, 844)
# Where each panel's title ends and the two columns begin, in pixels of the chart.
_PLACES = """plot => {
    const { left, width } = plot.getBoundingClientRect();
    const rights = [...plot.querySelectorAll(".annotation-text")].map((text) => text.getBoundingClientRect().right);
    const planes = [...plot.querySelectorAll(".nsewdrag")].map((plane) => plane.getBoundingClientRect().left - left);
    const ends = rights.map((right) => right - left);
    return { ends, width, height: plot.clientHeight, first: Math.min(...planes), second: Math.max(...planes) };
}"""


@pytest.fixture(scope="module")
def app(app_server) -> str:
    return app_server(ROOT / "tests" / "browser" / "apps" / "figures_app.py")


def places(page: Page) -> dict:
    return page.locator(".hg-plot.hg-ready").evaluate(_PLACES)


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def is_one_column(page: Page) -> bool:
    found = places(page)
    return found["first"] == found["second"]


def assert_titles_fit(page: Page) -> None:
    found = places(page)
    assert len(found["ends"]) == 7
    limits = [found["second"]] * 4 + [found["width"]] * 3
    for end, limit in zip(found["ends"], [found["width"]] * 7 if is_one_column(page) else limits, strict=True):
        assert end <= limit


def test_a_phone_has_one_column_and_a_page_two_and_each_title_fits(browser, app, artefacts):
    for size, one_column in ((WIDE, False), (PHONE, True)):
        with fresh_page(browser, *size) as page:
            page.goto(app)
            expect(page.locator(".hg-plot.hg-ready")).to_be_visible(timeout=30_000)
            assert is_one_column(page) is one_column
            assert_titles_fit(page)
            page.screenshot(path=artefacts / f"figures-{size[0]}.png")


def test_the_columns_follow_the_width_and_a_zoom_stays(browser, app):
    with fresh_page(browser, *WIDE) as page:
        page.goto(app)
        chart = page.locator(".hg-plot.hg-ready")
        expect(chart).to_be_visible(timeout=30_000)
        chart.evaluate("plot => Plotly.relayout(plot, { 'xaxis.range': [2, 5] })")
        high = places(page)["height"]
        resize(page, PHONE)
        wait_for(lambda: is_one_column(page), 10)
        assert places(page)["height"] > 1.5 * high
        assert chart.evaluate("plot => plot.layout.xaxis.range") == [2, 5]
        assert_titles_fit(page)
        resize(page, WIDE)
        wait_for(lambda: not is_one_column(page), 10)
        assert places(page)["height"] == high
        assert_titles_fit(page)


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
