"""The bank and the map under a pointer and a keyboard, in a real Chromium, on the component gallery."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.apps import GALLERY
from benchmarks.gallery import some_codes
from tests.support.browser_helpers import Spot, code, drag, hover, lone_point, map_ranges, map_spots, number_in
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser

EMPTY = (-2.0, -4.0)  # no point is near it


@pytest.fixture(scope="module")
def gallery(app_server: Callable[..., str]) -> str:
    """Return the URL of a running component gallery."""
    return app_server(GALLERY)


@pytest.fixture(scope="module")
def shown(browser: Browser, gallery: str) -> Iterator[Page]:
    """Yield a page that shows the gallery with four dimensions; a test goes on where the one before has left it."""
    with fresh_page(browser) as page:
        yield _open(page, gallery)


def _open(page: Page, gallery: str) -> Page:
    page.goto(f"{gallery}?dims=4&still=1")
    expect(page.locator(".hg-plot.hg-ready")).to_have_count(2, timeout=30_000)
    expect(page.locator(".hg-latency")).to_contain_text("decoded by the server", timeout=30_000)
    expect(page.locator(".hg-shown")).to_contain_text("shown", timeout=30_000)  # said last: all layers are in place
    return page


def _map(page: Page) -> Locator:
    return page.locator(".hg-map")


def _drag(page: Page, *positions: Spot) -> None:
    drag(page, *map_spots(page, *positions), steps=6)


def _code(page: Page) -> list[float]:
    return code(page, "gallery")


def _lone_point(page: Page) -> tuple[int, Spot]:
    return lone_point(page, some_codes(2000)[0][:, :2])


def test_hover_on_empty_ground_decodes_that_position_and_moves_nothing(shown: Page) -> None:
    before = _code(shown)
    hover(shown, EMPTY)
    card = shown.locator(".hg-card")
    expect(card).to_contain_text("decoded at this position")
    brightest = card.locator("canvas").first.evaluate(
        """canvas => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let best = 0;
            for (let i = 0; i < data.length; i += 4) if (data[i] > data[best]) best = i;
            return [(best / 4) % canvas.width, Math.floor(best / 4 / canvas.width)];
        }"""
    )
    assert brightest == [pytest.approx(27 * (0.5 - 2 / 8), abs=1), pytest.approx(27 * (0.5 + 4 / 8), abs=1)]
    assert _code(shown) == before
    shown.mouse.move(5, 5)
    expect(card).to_be_hidden()


def test_hover_on_a_point_shows_its_image_its_posterior_and_samples(shown: Page, artefacts: Path) -> None:
    row, place = _lone_point(shown)
    hover(shown, place)
    card = shown.locator(".hg-card")
    expect(card).to_contain_text(f"image {row + 1:,}, class ")
    expect(card).to_contain_text("posterior samples")
    expect(shown.locator(".hg-posterior")).to_be_visible()
    second = card.locator("canvas").nth(1)
    first_sample = second.evaluate("canvas => canvas.toDataURL()")
    shown.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before", arg=[second.element_handle(), first_sample]
    )
    shown.screenshot(path=artefacts / "map-posterior.png")
    # Two standard deviations: log variances of -2 and of a twentieth of the way to -4, in pixels.
    unit = _map(shown).evaluate(
        """map => {
            const [low, high] = map.querySelector(".hg-plot").layout.xaxis.range;
            return map.querySelector(".hg-map-glass").clientWidth / (high - low);
        }"""
    )
    radius = float(shown.locator(".hg-posterior").get_attribute("rx") or 0)
    assert radius == pytest.approx(2 * np.exp(-1) * unit, rel=0.02)


def test_dragging_moves_z_along_and_one_undo_takes_it_back(shown: Page) -> None:
    _drag(shown, (0, 0), (-3, -3), EMPTY)
    expect(shown.get_by_role("spinbutton", name="z1 value")).to_have_value(re.compile(r"^-(3\.9|4\.0)"))
    shown.get_by_role("button", name="Undo").click()
    expect(shown.get_by_role("spinbutton", name="z1 value")).to_have_value("0.00")
    expect(shown.get_by_role("button", name="Undo")).to_be_disabled()
    shown.get_by_role("button", name="Redo").click()
    assert _code(shown)[:2] == pytest.approx(EMPTY, abs=0.05)
    shown.get_by_role("slider", name="z0").press("Control+z")
    assert _code(shown)[:2] == [0, 0]


def test_a_locked_dimension_stays(shown: Page) -> None:
    shown.get_by_role("button", name="lock z0").click()
    expect(shown.get_by_role("slider", name="z0")).to_be_disabled()
    _drag(shown, (0, 0), EMPTY)
    shown.get_by_role("button", name="Sample").click()
    assert _code(shown)[0] == 0
    assert all(_code(shown)[1:4])
    shown.get_by_role("button", name="lock z0").click()
    expect(shown.get_by_role("slider", name="z0")).to_be_enabled()


def test_a_click_on_a_point_takes_its_code(shown: Page) -> None:
    row, place = _lone_point(shown)
    ((x, y),) = map_spots(shown, place)
    shown.mouse.click(x, y)
    expect(shown.locator(".hg-caption")).to_contain_text(f"image {row + 1:,}, class ")
    assert _code(shown) == pytest.approx(some_codes(2000)[0][row], abs=1e-4)


def test_a_click_on_empty_ground_takes_the_position_and_leaves_the_rest(shown: Page) -> None:
    shown.get_by_role("button", name="Sample").click()
    before = _code(shown)
    ((x, y),) = map_spots(shown, EMPTY)
    shown.mouse.click(x, y)
    expect(shown.get_by_role("spinbutton", name="z0 value")).to_have_value(re.compile(r"^-(1\.9|2\.0)"))
    assert _code(shown)[:2] == pytest.approx(EMPTY, abs=0.03)
    assert _code(shown)[2:] == before[2:]


def test_a_code_is_copied_and_pasted_as_text(shown: Page) -> None:
    text = shown.get_by_role("textbox", name="code as text")
    text.fill("[1.5; -2 " + "0 " * 18 + "]")
    text.press("Enter")
    expect(shown.get_by_role("spinbutton", name="z1 value")).to_have_value("-2.00")
    shown.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.get_by_role("button", name="Copy").click()
    expect(shown.get_by_role("button", name="Copied")).to_be_visible()
    assert shown.evaluate("navigator.clipboard.readText()").startswith("1.5, -2, 0")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("1, 2, 3", "The text has 3 numbers; this model's code has 20."),
        ("x " + "0 " * 19, "z0 was x; it takes a number"),
        ("0 NaN " + "0 " * 18, "z1 was NaN; it takes a number"),
        ("1e9 " + "0 " * 19, "z0 was 1e9; it takes a number"),
    ],
)
def test_a_wrong_code_is_said_and_the_picture_stays(shown: Page, given: str, sentence: str) -> None:
    canvas = shown.get_by_role("img", name="decoded image")
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    text = shown.get_by_role("textbox", name="code as text")
    text.fill(given)
    text.press("Enter")
    expect(shown.locator(".hg-message")).to_contain_text(sentence)
    assert canvas.evaluate("canvas => canvas.toDataURL()") == before


def test_lasso_and_box_select_and_the_legend_counts(shown: Page, artefacts: Path) -> None:
    codes, groups = some_codes(2000)
    shown.get_by_role("button", name=re.compile("lasso")).click()
    _drag(shown, (-5, 5), (0, 5), (0, 0), (-5, 0))
    inside = (codes[:, 0] < 0) & (codes[:, 0] > -5) & (codes[:, 1] > 0) & (codes[:, 1] < 5)
    said = shown.locator(".hg-shown")
    expect(said).to_have_text(re.compile(r"2,000 of 70,000 images shown, \d+ selected\."))
    selected = number_in(said.inner_text(), r"([\d,]+) selected")
    assert selected == pytest.approx(inside.sum(), abs=12)  # the hand's corners are whole pixels
    for group in range(10):
        text = _map(shown).locator(".hg-legend button").nth(group).text_content() or ""
        text = text.removeprefix(str(group))
        chosen, whole = (number_in(text, pattern) for pattern in (r"(\d+) /", r"/ (\d+)"))
        assert whole == (groups == group).sum()
        assert chosen == pytest.approx((inside & (groups == group)).sum(), abs=6)
    shown.screenshot(path=artefacts / "map-lasso.png")
    shown.get_by_role("button", name=re.compile("Select a box")).click()
    ((x, y),) = map_spots(shown, EMPTY)
    shown.mouse.click(x, y)
    expect(said).to_have_text("2,000 of 70,000 images shown.")


def test_zoom_survives_a_rerun_and_a_double_click_ends_it(shown: Page) -> None:
    plot = _map(shown).locator(".hg-plot")
    (left, right), (bottom, top) = map_ranges(shown)
    shown.get_by_role("button", name=re.compile("^Zoom")).click()
    _drag(shown, (left / 2, top / 2), (right / 2, bottom / 2))
    zoomed = f"plot => plot.layout.xaxis.range[0] > {0.6 * left} && plot.layout.xaxis.range[1] < {0.6 * right}"
    shown.wait_for_function(zoomed, arg=plot.element_handle())
    shown.get_by_role("button", name="Send z0 to 2").click()
    expect(shown.get_by_role("spinbutton", name="z0 value")).to_have_value("2.00")
    assert plot.evaluate(zoomed)
    shown.get_by_role("button", name=re.compile("^Set z")).click()
    x, y = map_spots(shown, (0.0, 0.0))[0]
    shown.mouse.dblclick(x, y)
    shown.wait_for_function(f"plot => plot.layout.xaxis.range[0] < {0.9 * left}", arg=plot.element_handle())


@pytest.mark.parametrize("kind", ["decodes", "density"])
def test_what_lies_behind_the_points(shown: Page, artefacts: Path, kind: str) -> None:
    shown.get_by_role("combobox", name="Backdrop").select_option(kind)
    back = _map(shown).locator(f".hg-map-back.hg-{kind}")
    expect(back).to_be_visible()
    shown.wait_for_timeout(1500)
    shown.screenshot(path=artefacts / f"map-{kind}.png")
    assert back.evaluate("canvas => canvas.width") >= (10 * 28 if kind == "decodes" else 90)
    shown.get_by_role("combobox", name="Backdrop").select_option("nothing")
    expect(_map(shown).locator(".hg-map-back")).to_be_hidden()


def test_the_meter_says_where_and_how_fast(shown: Page) -> None:
    shown.get_by_role("button", name="Timings").click()
    meter = shown.locator(".hg-meter")
    for words in ("decode", "by the server", "frame", "ms", "1,234 images/s", "2,000 of 70,000"):
        expect(meter).to_contain_text(words)
    shown.get_by_role("button", name="Timings").click()
    expect(meter).to_have_count(0)


def test_strips_follow_the_other_dimensions_and_a_click_goes_there(shown: Page) -> None:
    strip = shown.get_by_role("img", name="latent traversal of z1")
    strip.scroll_into_view_if_needed()
    read = "canvas => canvas.toDataURL()"
    shown.wait_for_function("canvas => canvas.width === 11 * 28", arg=strip.element_handle())
    before = strip.evaluate(read)
    shown.get_by_role("slider", name="z0").press("End")
    shown.wait_for_function(f"([canvas, before]) => ({read})(canvas) !== before", arg=[strip.element_handle(), before])
    box = strip.bounding_box()
    assert box
    shown.mouse.click(box["x"] + box["width"] - 2, box["y"] + 5)
    expect(shown.get_by_role("spinbutton", name="z1 value")).to_have_value(re.compile(r"^2\.9"))
    shown.get_by_label("Latent traversals").uncheck()
    expect(strip).to_be_hidden()
    shown.get_by_label("Latent traversals").check()
    expect(strip).to_be_visible()


def test_as_many_of_the_first_dimensions_have_strips_as_were_chosen(shown: Page) -> None:
    films = shown.locator(".hg-film")
    expect(films).to_have_count(4)
    most = shown.get_by_label("number of dimensions with traversals")
    most.fill("3")
    most.press("Enter")
    expect(films.nth(3)).to_be_hidden()
    expect(films.nth(2)).to_be_visible()
    shown.reload()
    expect(shown.get_by_role("slider", name="z3", exact=True)).to_be_visible(timeout=30_000)
    expect(films.nth(3)).to_be_hidden()
    expect(films.nth(2)).to_be_visible()
