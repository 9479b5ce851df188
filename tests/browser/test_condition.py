"""A conditional model in a real Chromium, on the component gallery: whatever is decoded is told the right class."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.apps import GALLERY
from benchmarks.gallery import CLASSES, SIDE, some_codes, told
from tests.support.browser_helpers import (
    Codes,
    box_of,
    code,
    difference,
    hover,
    lone_point,
    map_ranges,
    map_spots,
    picture,
    pixels,
    strip,
    strip_codes,
)
from tests.support.helpers import wait_for

pytestmark = pytest.mark.browser

HAND = "gallery"
CODES, GROUPS = some_codes(2000)
FIRST = int(GROUPS[0])
OTHER = (FIRST + 4) % CLASSES
CORNER = (-4.8, 4.8)  # of the map, where no points are
LEAST = 24  # CSS pixels that a finger needs


@pytest.fixture(scope="module")
def gallery(app_server: Callable[..., str]) -> str:
    """Return the URL of a running component gallery."""
    return app_server(GALLERY)


def _open(page: Page, url: str, model: str) -> None:
    page.goto(f"{url}?model={model}&dims=3&still=1")
    expect(page.locator(".hg-latency")).to_contain_text("decoded", timeout=30_000)
    expect(page.locator(".hg-map.hg-ready .hg-plot.hg-ready")).to_be_visible()
    expect(page.locator(".hg-caption")).to_contain_text(", class ")


def _as(codes: Codes, condition: int) -> np.ndarray:
    """What codes (n, 20) are decoded to as a class, uint8 (n, 28, 28, 3)."""
    known = np.tile(np.eye(CLASSES)[condition], (len(codes), 1))
    return np.broadcast_to(told(np.hstack([codes, known]).astype(np.float32)), (len(codes), SIDE, SIDE, 3))


def _becomes(canvas: Callable[[], np.ndarray], expected: np.ndarray, most: int = 1) -> None:
    wait_for(lambda: (found := canvas()).shape == expected.shape and difference(found, expected) <= most, 10)


def _chip(page: Page, condition: int) -> Locator:
    return page.get_by_role("radiogroup", name="Draw as").get_by_role("radio", name=str(condition), exact=True)


def _draws(page: Page, condition: int) -> None:
    """The chip, the picture and a film strip are of this class."""
    expect(_chip(page, condition)).to_be_checked()
    _becomes(lambda: picture(page), _as([code(page, HAND)], condition)[0])
    frames = _as(strip_codes(page, 1, hand=HAND), condition)
    _becomes(lambda: strip(page, 1), np.concatenate(list(frames), axis=1))


def _grid(page: Page, condition: int) -> np.ndarray:
    """What the decodes behind the map have to be."""
    (left, right), (bottom, top) = map_ranges(page)
    height, width = (size // SIDE for size in pixels(page.locator(".hg-map-back")).shape[:2])
    rows = []
    for row in range(height):
        codes = np.tile(code(page, HAND), (width, 1))
        codes[:, 0] = left + (np.arange(width) + 0.5) / width * (right - left)
        codes[:, 1] = top - (row + 0.5) / height * (top - bottom)
        rows.append(np.concatenate(list(_as(codes, condition)), axis=1))
    return np.concatenate(rows)


def test_everything_is_drawn_as_the_class_that_is_chosen(gallery, page, artefacts):
    _open(page, gallery, "told")
    _draws(page, FIRST)
    caption = page.locator(".hg-caption")
    expect(caption).to_have_text(f"Test image 1, class {FIRST}")
    page.get_by_role("combobox", name="Backdrop").select_option("decodes")
    expect(page.locator(".hg-map-back.hg-decodes")).to_be_visible()
    _becomes(lambda: pixels(page.locator(".hg-map-back")), _grid(page, FIRST))

    page.locator(".hg-chip", has_text=str(OTHER)).click()
    _draws(page, OTHER)
    _becomes(lambda: pixels(page.locator(".hg-map-back")), _grid(page, OTHER))
    assert code(page, HAND) == pytest.approx(CODES[0], abs=1e-6)
    expect(caption).to_have_text(f"Test image 1, class {FIRST}")
    reconstruction = page.locator(".hg-bank").get_by_role("img", name="reconstruction")
    _becomes(lambda: pixels(reconstruction), _as(CODES[:1], FIRST)[0])  # as its own class
    page.screenshot(path=artefacts / "condition-light.png")

    page.keyboard.press("ArrowRight")  # the chip that was clicked has the focus
    after = (OTHER + 1) % CLASSES
    _draws(page, after)
    page.keyboard.press(str(FIRST))  # a digit is no key of theirs
    expect(_chip(page, after)).to_be_checked()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    _draws(page, FIRST)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.keyboard.press("Control+y")
    _draws(page, OTHER)
    page.get_by_role("button", name="Reset", exact=True).click()
    assert code(page, HAND)[0] == 0
    _draws(page, OTHER)


def test_a_point_of_the_map_is_drawn_as_its_own_class(gallery, page):
    _open(page, gallery, "told")
    page.get_by_role("checkbox", name="Posterior samples").uncheck()
    row, spot = lone_point(page, CODES[:, :2])
    assert GROUPS[row] != FIRST, "a point of the class that is drawn would show nothing"
    hover(page, spot)
    expect(page.locator(".hg-card")).to_contain_text(f"image {row + 1:,}, class {GROUPS[row]}")
    card = page.locator(".hg-card canvas")
    _becomes(lambda: pixels(card.last), _as(CODES[row : row + 1], GROUPS[row])[0])
    _draws(page, FIRST)  # hovering moves nothing
    ((x, y),) = map_spots(page, spot)
    page.mouse.click(x, y)
    _draws(page, GROUPS[row])
    assert code(page, HAND) == pytest.approx(CODES[row], abs=1e-6)
    hover(page, CORNER)
    expect(page.locator(".hg-card")).to_contain_text("decoded at this position")
    here = _as([[*CORNER, *CODES[row, 2:]]], GROUPS[row])[0]
    _becomes(lambda: pixels(card.first), here, most=4)  # the pointer is on whole pixels
    page.get_by_role("button", name="Undo").click()
    _draws(page, FIRST)


def test_the_server_is_sent_the_class_too_and_a_phone_has_room_for_all(gallery, page, artefacts):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    _open(page, gallery, "told-server")
    expect(page.locator(".hg-latency")).to_contain_text("by the server")
    page.locator(".hg-chip", has_text=str(OTHER)).click()
    _draws(page, OTHER)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = box_of(page.locator(".hg-chip").last)
    assert min(box["width"], box["height"]) >= LEAST
    page.screenshot(path=artefacts / "condition-phone-dark.png")
