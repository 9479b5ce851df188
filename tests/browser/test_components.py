"""The browser components in a real Chromium, on the component gallery."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.apps import GALLERY
from tests.support.browser_helpers import along, box_of, slider, typed
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def gallery(app_server: Callable[..., str]) -> str:
    """Return the URL of a running component gallery."""
    return app_server(GALLERY)


@pytest.fixture(scope="module")
def shown(browser: Browser, gallery: str) -> Iterator[Page]:
    """Yield a page that shows the gallery, its charts drawn; a test goes on where the one before has left it."""
    with fresh_page(browser) as page:
        yield _open(page, gallery)


def _open(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator(".hg-plot.hg-ready")).to_have_count(2, timeout=30_000)
    expect(page.locator(".hg-map.hg-ready")).to_be_visible()
    expect(page.locator(".hg-bank.hg-ready")).to_be_visible()
    return page


def _brightest(page: Page) -> list[int]:
    """Return the column and row of the decoded picture's brightest pixel."""
    return page.get_by_role("img", name="decoded image").evaluate(
        """canvas => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let best = 0;
            for (let i = 0; i < data.length; i += 4) if (data[i] > data[best]) best = i;
            return [(best / 4) % canvas.width, Math.floor(best / 4 / canvas.width)];
        }"""
    )


def _wait_for_column(page: Page, low: int, high: int) -> None:
    page.wait_for_timeout(50)
    for _ in range(100):
        column = _brightest(page)[0]
        if low <= column <= high:
            return
        page.wait_for_timeout(50)
    pytest.fail(f"the blob is at column {column}, not from {low} to {high}")


def _code(page: Page) -> Locator:
    return page.get_by_role("textbox", name="code as text")


def _chart(page: Page, label: str) -> Locator:
    return page.get_by_role("figure", name=label)


def _range(chart: Locator) -> list[float]:
    return chart.evaluate("gd => [...gd.layout.xaxis.range]")


def test_zoom_is_kept_while_the_curve_grows(shown: Page) -> None:
    chart = _chart(shown, "the terms of the loss")
    chart.scroll_into_view_if_needed()
    before = _range(chart)
    expect(chart).to_have_attribute("role", "figure")
    shown.wait_for_timeout(1500)
    assert _range(chart)[1] > before[1], "an untouched axis follows the figure"
    plane = chart.locator(".nsewdrag")
    shown.mouse.move(*along(plane, 0.2))
    shown.mouse.down()
    shown.mouse.move(*along(plane, 0.6), steps=15)
    shown.wait_for_timeout(1200)  # figures that come while the hand is at it wait for it
    shown.mouse.up()
    shown.wait_for_function("gd => gd.layout.xaxis.range[0] > 0", arg=chart.element_handle())
    zoomed = _range(chart)
    assert zoomed[0] > 0
    points = chart.evaluate("gd => gd.data[0].x.length")
    shown.wait_for_timeout(2000)
    assert chart.evaluate("gd => gd.data[0].x.length") > points, "the curve went on growing"
    assert _range(chart) == zoomed
    box = box_of(plane)
    shown.mouse.dblclick(box["x"] + 80, box["y"] + 80)
    shown.wait_for_timeout(1200)
    assert _range(chart)[0] == 0, "a double click gives the axis back to the figure"


def test_chart_updates_in_place(shown: Page) -> None:
    chart = _chart(shown, "the terms of the loss")
    chart.evaluate(
        """gd => {
            gd.dataset.mine = "yes";
            window.heights = new Set();
            new ResizeObserver(() => heights.add(gd.offsetHeight)).observe(gd);
        }"""
    )
    shown.wait_for_timeout(1600)
    assert chart.get_attribute("data-mine") == "yes"
    assert shown.evaluate("[...window.heights]") == [420]


def test_typed_value_may_pass_the_end_of_theslider(shown: Page) -> None:
    number = typed(shown, "z0")
    number.fill("-3.8")
    _wait_for_column(shown, 0, 1)
    number.press("Enter")
    assert slider(shown, "z0").input_value() == "-3"


def test_wrong_value_keeps_the_picture(shown: Page) -> None:
    number = typed(shown, "z0")
    number.fill("2")
    _wait_for_column(shown, 19, 21)
    number.fill("20000")
    expect(shown.locator(".hg-message")).to_have_text(
        "z0 takes a number from −10,000 to 10,000. The picture shows 2.00."
    )
    assert 19 <= _brightest(shown)[0] <= 21
    number.fill("0")
    expect(shown.locator(".hg-message")).to_be_empty()


def test_servers_sentence_keeps_the_picture(shown: Page, artefacts: Path) -> None:
    before = _brightest(shown)
    typed(shown, "z3").fill("6")
    expect(shown.locator(".hg-message")).to_have_text("This model cannot decode z3 above 5.")
    shown.screenshot(path=artefacts / "components-sentence.png")
    assert _brightest(shown) == before
    shown.get_by_role("button", name="Reset", exact=True).click()
    expect(shown.locator(".hg-message")).to_be_empty()


def test_keyboard_reset_and_random(shown: Page) -> None:
    shown.get_by_role("button", name="Reset", exact=True).click()
    track = slider(shown, "z0")
    track.focus()
    expect(shown.get_by_text("Draw as")).to_be_hidden()  # this model is not conditional
    for key, value in (("ArrowRight", "0.03"), ("End", "3"), ("Home", "-3")):
        track.press(key)
        expect(track).to_have_value(value)
    _wait_for_column(shown, 2, 4)
    shown.get_by_role("button", name="Sample").click()
    expect(shown.get_by_role("button", name="Sample")).to_have_attribute(
        "title", "Draw each dimension from a standard normal distribution."
    )
    expect(track).not_to_have_value("-3")
    shown.get_by_role("button", name="Reset", exact=True).click()
    expect(track).to_have_value("0")
    _wait_for_column(shown, 13, 14)


def test_only_a_new_revision_takes_the_code_over(shown: Page) -> None:
    slider(shown, "z1").press("End")
    expect(slider(shown, "z1")).to_have_value("3")
    shown.get_by_role("button", name="Send z0 to 2").click()
    expect(slider(shown, "z0")).to_have_value("2.01")  # the nearest of the slider's steps; the code is 2
    expect(slider(shown, "z1")).to_have_value("0")
    expect(_code(shown)).to_have_value(re.compile(r"^2, 0, 0"))


def test_dimensions_that_are_inactive_or_too_many_are_folded(shown: Page) -> None:
    folded = shown.locator(".hg-more").get_by_role("slider", include_hidden=True)
    expect(folded.first).to_be_hidden()
    shown.get_by_text(re.compile(r"^\d+ (more|inactive) dimensions?")).click()
    expect(folded.last).to_be_visible()


def test_save_png_is_crisp_and_large(shown: Page) -> None:
    with shown.expect_download() as download:
        shown.get_by_role("button", name="Save PNG").click()
    assert download.value.suggested_filename == "blob-decoded.png"
    header = Path(download.value.path()).read_bytes()[16:24]
    assert (int.from_bytes(header[:4]), int.from_bytes(header[4:])) == (560, 560)


def test_starting_decoder_is_awaited(page: Page, gallery: str) -> None:
    _open(page, f"{gallery}?model=starting")
    _wait_for_column(page, 13, 14)
    expect(page.locator(".hg-message")).to_be_empty()


def test_server_away_keeps_the_picture(shown: Page) -> None:
    shown.get_by_role("button", name="Reset", exact=True).click()
    _wait_for_column(shown, 13, 14)
    before = _brightest(shown)
    shown.route("**/api/decode*", lambda route: route.abort())
    slider(shown, "z0").press("End")
    expect(shown.locator(".hg-message")).to_contain_text("The app does not answer")
    assert _brightest(shown) == before
    shown.unroute("**/api/decode*")


def test_missing_plotly_is_said(page: Page, gallery: str) -> None:
    page.route("**/plotly.min.js", lambda route: route.abort())
    page.goto(gallery)
    expect(page.locator(".hg-failed").first).to_contain_text("could not be loaded")


def test_strip_is_redrawn_in_place(shown: Page) -> None:
    row = shown.get_by_role("img", name="input", exact=True)
    expect(row.locator("canvas")).to_have_count(12)
    canvas = row.locator("canvas").first
    canvas.evaluate("canvas => { canvas.dataset.mine = 'yes'; }")
    first = canvas.evaluate("canvas => canvas.toDataURL()")
    shown.wait_for_timeout(1500)
    assert canvas.evaluate("canvas => canvas.toDataURL()") != first
    assert canvas.get_attribute("data-mine") == "yes"


def test_theme_changes_in_place(shown: Page, artefacts: Path) -> None:
    chart = _chart(shown, "latent map")
    colour = "gd => getComputedStyle(gd.querySelector('.xtick text')).fill"
    slider(shown, "z0").press("End")
    light = chart.evaluate(colour)
    _screenshots(shown, artefacts, "light")
    shown.emulate_media(color_scheme="dark")
    shown.wait_for_function(f"gd => ({colour})(gd) !== {light!r}", arg=chart.element_handle())
    _screenshots(shown, artefacts, "dark")
    expect(slider(shown, "z0")).to_have_value("3")
    shown.emulate_media(color_scheme="light")


def test_phone_has_no_sideways_scroll(page: Page, gallery: str, artefacts: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    _open(page, gallery)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    _screenshots(page, artefacts, "phone")


def test_page_process_stays_light(shown: Page) -> None:
    expect(shown.get_by_text("heavy modules: []")).to_be_visible()


def _screenshots(page: Page, artefacts: Path, name: str) -> None:
    page.wait_for_timeout(400)
    page.screenshot(path=artefacts / f"components-{name}.png")
    _chart(page, "latent map").evaluate("gd => gd.scrollIntoView()")
    page.wait_for_timeout(400)
    page.screenshot(path=artefacts / f"components-{name}-charts.png")
