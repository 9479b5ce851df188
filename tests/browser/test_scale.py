"""The scale of the map: one unit is as long on both axes until Fill ends that; the prior's circles are in place."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser_helpers import SLOW, data_points, drag, map_ranges, map_spots, open_model
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page, restyle

pytestmark = pytest.mark.browser
_SIZE = """glass => {
    const { width, height } = glass.getBoundingClientRect();
    return [width, height];
}"""
_BOXES = """lines => lines.map((line) => {
    const { left, top, right, bottom } = line.getBoundingClientRect();
    return [left, top, right, bottom];
})"""


@pytest.fixture(scope="module")
def page(app: str, browser: Browser) -> Iterator[Page]:
    """Yield a page with a VAE of four dimensions; a test goes on where the one before has left it."""
    with fresh_page(browser) as page:
        open_model(page, app, "run/four")
        yield page


def _units(page: Page) -> np.ndarray:
    """The plane's units in a pixel, across and up."""
    size = page.locator(".hg-map-glass").evaluate(_SIZE)
    return np.ptp(np.array(map_ranges(page)), axis=1) / size


def _is_even(page: Page) -> bool:
    across, up = _units(page)
    return bool(abs(across / up - 1) < 0.005)  # Plotly rounds the plane's size to whole pixels


def _circles_are_around(page: Page, middle: np.ndarray) -> None:
    """Both circles, as they are drawn, are where places one and two standard deviations from the middle are."""
    page.locator(".hg-map").scroll_into_view_if_needed()
    boxes = np.array(page.locator(".hg-prior-line").evaluate_all(_BOXES))
    for sigmas, (left, top, right, bottom) in zip((1, 2), boxes, strict=True):
        x, y = middle
        spots = map_spots(page, (x - sigmas, y + sigmas), (x + sigmas, y - sigmas))
        assert np.abs(np.array(spots) - [(left, top), (right, bottom)]).max() < 2


def test_a_dimension_is_as_long_as_another_three_times_with_fill_between(page, artefacts):
    page.get_by_role("radio", name="Dimensions").click()
    wait_for(lambda: _is_even(page))
    fill = page.get_by_role("checkbox", name="Fill")
    page.screenshot(path=artefacts / "scale-equal.png")
    for _ in range(3):
        fill.check()
        wait_for(lambda: not _is_even(page))
        _circles_are_around(page, np.zeros(2))  # ellipses by now, and still where the prior is
        fill.uncheck()
        wait_for(lambda: _is_even(page))
        _circles_are_around(page, np.zeros(2))


def test_a_box_a_move_and_another_width_leave_the_scale_even(page):
    whole = map_ranges(page)
    (left, right), (_, top) = whole
    for _ in range(3):
        page.get_by_role("button", name=re.compile("^Zoom")).click()
        drag(page, *map_spots(page, (left / 2, top / 2), (right / 2, top / 4)))
        wait_for(lambda: map_ranges(page) != whole)
        assert _is_even(page)
        page.get_by_role("button", name="Pan").click()
        drag(page, *map_spots(page, (0, 0), (right / 9, top / 9)))
        wait_for(lambda: _is_even(page))
        _circles_are_around(page, np.zeros(2))
        page.get_by_role("group", name="map tools").get_by_role("button", name="Reset zoom").click()
        wait_for(lambda: map_ranges(page) == whole)
    page.get_by_role("button", name=re.compile("^Set z")).click()
    for width in (1600, 900, 1280):
        restyle(page, width)
        wait_for(lambda: _is_even(page))
    assert map_ranges(page) == whole


def test_circles_in_pca_are_around_the_code_of_zeros(page):
    codes, _ = data_points(page, "run/four", 1000)
    centred = codes - codes.mean(axis=0)
    _, _, axes = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    largest = axes[[0, 1], np.abs(axes[:2]).argmax(axis=1)]
    middle = -(axes[:2] * np.sign(largest)[:, None]) @ codes.mean(axis=0)
    page.get_by_role("radio", name="PCA").click()
    expect(page.locator(".hg-map .xtitle")).to_contain_text("PC 1", timeout=SLOW)
    wait_for(lambda: _is_even(page))
    _circles_are_around(page, middle)


def test_without_a_prior_there_is_no_circle_and_a_class_has_no_scale(app, page):
    open_model(page, app, "bundled/mnist-ae-16d")
    wait_for(lambda: _is_even(page))
    assert page.locator(".hg-prior-line").evaluate_all("lines => lines.map((line) => line.getAttribute('d'))") == [
        "",
        "",
    ]
    open_model(page, app, "run/line")
    fill = page.get_by_role("checkbox", name="Fill")
    expect(fill).to_be_disabled()
    expect(fill).to_be_checked()
    page.locator(".hg-map").scroll_into_view_if_needed()
    ((left, _, right, _), _) = page.locator(".hg-prior-line").evaluate_all(_BOXES)
    spots = map_spots(page, (-1, 0), (1, 0))
    assert [left, right] == pytest.approx([x for x, _ in spots], abs=2)
