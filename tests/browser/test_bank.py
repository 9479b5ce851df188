"""The bank of Explore under a pointer and a keyboard, all on one page: keys, typed values, going and coming back."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser_helpers import (
    SLOW,
    along,
    box_of,
    code,
    drag,
    open_model,
    picture,
    slider,
    typed,
    wait_for_other_picture,
    z_on_map,
)
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page, restyle

pytestmark = pytest.mark.browser
STEPS = 200  # of a slider


@pytest.fixture(scope="module")
def page(app: str, browser: Browser) -> Iterator[Page]:
    """Yield a page with a model of four dimensions; a test goes on where the one before has left it."""
    with fresh_page(browser) as page:
        open_model(page, app, "run/four")
        yield page


def test_nothing_jumps_as_the_hand_leaves_an_image(page):
    caption = page.locator(".hg-caption")
    expect(caption).to_have_text(re.compile("^Test image 1, class"))
    before = _places(page)
    for share in (0.6, 0.4, 0.6):
        drag(page, along(slider(page, "z0"), 1 - share), along(slider(page, "z0"), share))
        assert _places(page) == before
    page.get_by_role("button", name="Sample").click()
    expect(caption).to_have_text("No image chosen")
    assert _places(page) == before
    page.get_by_role("button", name="Undo").click()
    expect(caption).to_have_text(re.compile("^Test image 1, class"))


def _places(page: Page) -> list[list[int]]:
    """Where the parts of the bank are in it, in CSS pixels."""
    parts = page.locator(".hg-bank :is(.hg-pictures, .hg-bank-tools, .hg-actions, figcaption, .hg-dims)")
    return parts.evaluate_all("parts => parts.map((part) => [part.offsetTop, part.offsetHeight])")


def test_the_map_ends_before_the_bank_begins_at_any_width(page):
    for width in (1600, 1280, 900, 1400, 1280):
        restyle(page, width)
        bank = box_of(page.locator(".hg-bank"))["x"]
        for part in (".hg-map-points", ".hg-map-glass", ".hg-legend"):
            wait_for(lambda part=part, bank=bank: _right_end(page, part) < bank, 5)


def test_the_map_stays_in_its_place_without_posterior_samples(page):
    samples = page.locator(".hg-map label", has_text="Posterior samples")
    expect(samples).to_be_visible()
    top = "stage => stage.offsetTop - stage.closest('.hg-map').offsetTop"
    stage = page.locator(".hg-map-stage")
    before = stage.evaluate(top)
    samples.evaluate("label => label.hidden = true")  # as of a model that has none
    expect(samples).to_be_hidden()
    assert stage.evaluate(top) == before
    samples.evaluate("label => label.hidden = false")


def _right_end(page: Page, part: str) -> float:
    box = box_of(page.locator(part))
    return box["x"] + box["width"]


def test_every_key_of_a_track(page):
    track = slider(page, "z0")
    low, high = (float(track.get_attribute(end) or 0) for end in ("min", "max"))
    step = (high - low) / STEPS
    track.press("Home")
    assert code(page)[0] == pytest.approx(low)
    for key, moved in {"ArrowRight": 1, "ArrowUp": 2, "PageUp": 22, "PageDown": 2, "ArrowLeft": 1}.items():
        before = picture(page)
        track.press(key)
        assert code(page)[0] == pytest.approx(low + moved * step)
        assert not np.array_equal(picture(page), before)
    track.press("End")
    assert code(page)[0] == pytest.approx(high)
    track.press("Control+z")
    assert code(page)[0] == pytest.approx(low + step)
    track.press("Control+z")
    assert code(page)[0] == pytest.approx(low + 2 * step)
    track.press("Control+y")
    track.press("Control+Shift+z")
    assert code(page)[0] == pytest.approx(high)
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()
    track.dblclick()
    assert code(page)[0] == 0  # the middle of the prior


def test_a_code_outlives_a_visit_to_another_page(page):
    drag(page, along(slider(page, "z2"), 0.3), along(slider(page, "z2"), 0.7))
    left, shown = code(page), picture(page)
    page.get_by_role("button", name="Timings").click()
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-meter")).to_have_count(0)  # its button is not here
    page.go_back()
    expect(page.locator(".hg-map.hg-ready .hg-plot.hg-ready")).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-meter")).to_be_visible()
    page.get_by_role("button", name="Timings").click()
    expect(page.locator(".hg-meter")).to_have_count(0)
    assert code(page) == left
    assert np.array_equal(picture(page), shown)
    expect(typed(page, "z2")).to_have_value(f"{left[2]:.2f}")
    slider(page, "z2").press("PageDown")
    wait_for_other_picture(page, shown)


def test_typed_values_and_locks(page):
    before = code(page)
    typed(page, "z1").fill("-1.25")
    typed(page, "z1").press("Enter")
    assert code(page) == [before[0], -1.25, *before[2:]]
    assert float(slider(page, "z1").input_value()) == pytest.approx(-1.25, abs=0.02)
    shown = picture(page)
    typed(page, "z1").fill("1e9")
    typed(page, "z1").press("Enter")
    expect(page.locator(".hg-message")).to_contain_text("z1 takes a number from")
    assert np.array_equal(picture(page), shown)
    page.get_by_role("button", name="lock z1").click()
    page.get_by_role("button", name="Sample").click()
    assert code(page)[1] == -1.25
    assert code(page)[0] != before[0]
    expect(slider(page, "z1")).to_be_disabled()
    page.get_by_role("button", name="lock z1").click()
    expect(slider(page, "z1")).to_be_enabled()


def test_the_code_of_a_model_that_diverged_fits_its_fields(page):
    far = [1.2345e8, -1.2345e8, -4.5e12, 123456.7]
    page.evaluate("async (far) => (await import('/web/hand/hand.js')).handOf('explore').begin(far, 0)", far)
    for index, shown in enumerate(["1.2e+8", "-1.2e+8", "-4.5e+12", "123457"]):
        field = typed(page, f"z{index}")
        expect(field).to_have_value(shown)
        assert float(field.get_attribute("title") or 0) == far[index]
        assert field.evaluate("field => field.scrollWidth <= field.clientWidth")


def test_a_reload_in_the_middle_of_a_drag(page):
    page.mouse.move(*along(slider(page, "z0"), 0.3))
    page.mouse.down()
    page.mouse.move(*along(slider(page, "z0"), 0.5))
    page.reload()
    page.mouse.move(300, 300)
    page.mouse.up()
    expect(page.locator(".hg-latency")).to_contain_text("decoded", timeout=SLOW)
    expect(page.locator(".hg-message")).to_be_empty()
    before = picture(page)
    drag(page, along(slider(page, "z0"), 0.3), along(slider(page, "z0"), 0.8))
    wait_for_other_picture(page, before)
    wait_for(lambda: z_on_map(page))
