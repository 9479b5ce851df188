"""The choice of an image on Explore: by number, by keys, of one class, of all images; its three pictures are equals."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser_helpers import SLOW, box_of, code, data_points, difference, open_model, picture, pixels
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser
MODEL = "bundled/mnist-vae-2d"


@pytest.fixture(scope="module")
def page(app: str, browser: Browser) -> Iterator[Page]:
    """Yield a page with the bundled VAE of MNIST; a test goes on where the one before has left it."""
    with fresh_page(browser) as page:
        open_model(page, app, MODEL)
        yield page


@pytest.fixture(scope="module")
def known(page: Page) -> tuple[np.ndarray, list[str]]:
    """Return the codes and classes of the test sample, as the server has them."""
    return data_points(page, MODEL, 1000)


def _number(page: Page) -> int:
    return int(page.get_by_role("spinbutton", name="number of the image").input_value())


def _is_chosen(page: Page, row: int, known: tuple[np.ndarray, list[str]]) -> None:
    """The hand is on the image of a row, all words say so, and decode and reconstruction are one picture."""
    codes, labels = known
    expect(page.locator(".hg-caption")).to_have_text(f"Test image {row + 1:,}, class {labels[row]}")
    assert _number(page) == row + 1
    assert code(page) == pytest.approx(codes[row], abs=1e-6)
    reconstruction = page.get_by_role("img", name="reconstruction")
    wait_for(lambda: difference(picture(page), pixels(reconstruction)) <= 1, 10)


def test_a_number_is_typed_three_times_and_beyond_the_end_is_the_last(page, known, artefacts):
    field = page.get_by_role("spinbutton", name="number of the image")
    for number, row in ((500, 499), (17, 16), (5000, 999), (500, 499)):
        field.fill(str(number))
        field.press("Enter")
        _is_chosen(page, row, known)
    page.screenshot(path=artefacts / "chooser.png")


def test_the_three_pictures_are_of_one_size(page):
    boxes = [box_of(page.get_by_role("img", name=name)) for name in ("decoded image", "original", "reconstruction")]
    for box in boxes:
        assert box["width"] == pytest.approx(box["height"], abs=1)
        assert box["width"] == pytest.approx(boxes[0]["width"], abs=0.1)


def test_next_and_previous_by_button_and_by_key(page, known):
    for step in (1, 2, 3):
        page.get_by_role("button", name="Next image").click()
        _is_chosen(page, 499 + step, known)
    for step in (2, 1, 0):
        page.get_by_role("button", name="Previous image").click()
        _is_chosen(page, 499 + step, known)
    for key, row in zip("nnnppp", (500, 501, 502, 501, 500, 499), strict=True):
        page.get_by_role("slider", name="z0", exact=True).press(key)
        _is_chosen(page, row, known)
    field = page.get_by_role("spinbutton", name="number of the image")
    for key, row in (("ArrowUp", 500), ("ArrowUp", 501), ("ArrowDown", 500), ("ArrowDown", 499)):
        field.press(key)
        _is_chosen(page, row, known)


def test_a_class_is_gone_through_and_a_number_of_another_ends_it(page, known):
    labels = np.array(known[1])
    box = page.get_by_role("combobox", name="class of the image")
    row = 499
    for label in ("4", "0", "9"):
        box.select_option(label=label)
        if labels[row] != label:
            row = row + 1 + int((np.roll(labels, -row - 1) == label).argmax())
        _is_chosen(page, row, known)
        page.get_by_role("button", name="Next image").click()
        row = row + 1 + int((np.roll(labels, -row - 1) == label).argmax())
        _is_chosen(page, row, known)
    other = int((labels != "9").argmax())
    page.get_by_role("spinbutton", name="number of the image").fill(str(other + 1))
    page.get_by_role("spinbutton", name="number of the image").press("Enter")
    _is_chosen(page, other, known)
    expect(box).to_have_value("-1")


def test_keys_that_are_held_end_on_the_last_and_undo_goes_back(page, known):
    start = _number(page) - 1
    for _ in range(12):
        page.keyboard.press("ArrowUp")
    _is_chosen(page, start + 12, known)
    page.get_by_role("button", name="Undo").click()
    wait_for(lambda: _number(page) < start + 13)


def test_images_of_all_can_be_chosen_and_those_of_another_model_cannot(app, page):
    page.goto(f"{app}/?model=run/four")
    expect(page.locator(".hg-shown")).to_contain_text("1,000 of 1,797", timeout=SLOW)
    page.get_by_role("radio", name=re.compile("^All images")).click()
    expect(page.locator(".hg-shown")).to_contain_text("1,797 of 1,797", timeout=SLOW)
    codes, labels = data_points(page, "run/four", 1797, "all")
    field = page.get_by_role("spinbutton", name="number of the image")
    for number in (1100, 1700, 3):
        field.fill(str(number))
        field.press("Enter")
        expect(page.locator(".hg-caption")).to_contain_text(f", class {labels[number - 1]}")
        wait_for(lambda number=number: code(page) == pytest.approx(codes[number - 1], abs=1e-6))
