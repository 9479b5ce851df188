"""How the pages look: every screen, both themes, the change from one to the other in place, and what axe says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.browser_helpers import SLOW, hover, map_ranges, open_model
from tests.support.pages import WIDTH, fresh_page, restyle

pytestmark = pytest.mark.browser
PHONE = (390, 844)
SCREENS = [PHONE, (1280, 800), (1920, 1080)]
MODEL = "bundled/mnist-vae-2d"
_TOPS = "radios => radios.map(radio => radio.getBoundingClientRect().top)"
LOSSES = {
    "/losses?view=pairings": "one choice",
    "/losses?view=wirings": "five wirings",
    "/losses?view=terms": "Keras script",
}
WORDS = {"/train": "parameters", **LOSSES}  # said when the page is whole
PATHS = ["/", *WORDS]


def _behind(page: Page, kind: str) -> None:
    page.get_by_role("combobox", name="Backdrop").select_option(kind)
    if kind != "nothing":
        expect(page.locator(f".hg-map-back.hg-{kind}")).to_be_visible()
    page.wait_for_timeout(500)  # rows of decodes that are still on their way


def _hover_at_the_edge(page: Page) -> None:
    """On empty ground: the card has to find room beside the pointer."""
    (left, right), (bottom, top) = map_ranges(page)
    hover(page, (left + 0.02 * (right - left), top - 0.02 * (top - bottom)))
    expect(page.locator(".hg-card")).to_be_visible()


@pytest.fixture(scope="module", params=PATHS)
def loaded(app: str, browser: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[str, Page]]:
    """Yield a path and its page, loaded afresh on a phone; the tests give it other screens and schemes in place."""
    with fresh_page(browser, *PHONE) as page:
        if request.param == "/":
            open_model(page, app, MODEL)
        else:
            page.goto(f"{app}{request.param}")
            words = WORDS[request.param]
            expect(page.locator(".stMainBlockContainer")).to_contain_text(words, ignore_case=True, timeout=SLOW)
        assert page.evaluate(WIDTH) <= PHONE[0]
        yield request.param, page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_pages_fit_every_screen(loaded, artefacts, scheme, width, height):
    path, page = loaded
    restyle(page, width, height, scheme)
    name = f"{scheme}-{width}x{height}.png"
    if path == "/":
        _explore_fits(page, artefacts, name)
    elif path in LOSSES:
        expect(page.get_by_text(LOSSES[path]).first).to_be_visible()
        parts = page.get_by_role("radiogroup", name="Part").get_by_role("radio")
        expect(parts).to_have_count(4)
        assert len(set(parts.evaluate_all(_TOPS))) == 1, "the parts stand in one row"
    else:
        expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
    assert page.evaluate(WIDTH) <= width
    page.screenshot(path=artefacts / f"{re.sub(r'[^a-z]+', '-', path[1:]) or 'explore'}-{name}")


def _explore_fits(page: Page, artefacts: Path, name: str) -> None:
    page.locator(".hg-bank").screenshot(path=artefacts / f"explore-bank-{name}")
    for kind in ("decodes", "density"):
        _behind(page, kind)
        page.locator(".hg-map").screenshot(path=artefacts / f"explore-{kind}-{name}")
    _behind(page, "nothing")
    _hover_at_the_edge(page)
    _card_is_on_the_map(page)
    page.locator(".hg-map").screenshot(path=artefacts / f"explore-card-{name}")


def _card_is_on_the_map(page: Page) -> None:
    card, stage = page.locator(".hg-card").bounding_box(), page.locator(".hg-map-stage").bounding_box()
    assert card
    assert stage
    for start, length in (("x", "width"), ("y", "height")):
        assert card[start] >= stage[start] - 1
        assert card[start] + card[length] <= stage[start] + stage[length] + 1


@pytest.mark.parametrize("loaded", ["/"], indirect=True)
def test_a_change_of_theme_changes_everything_in_place(loaded):
    _, page = loaded
    restyle(page)
    _behind(page, "density")
    page.locator(".hg-map .hg-plot").evaluate("plot => { plot.dataset.mine = 'yes'; }")
    light = _colours(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"({_COLOURS})()[0] !== {light[0]!r}")
    expect(page.locator(".hg-map .hg-plot")).to_have_attribute("data-mine", "yes")
    page.wait_for_timeout(500)
    dark = _colours(page)
    assert all(one != other for one, other in zip(light, dark, strict=True)), (light, dark)
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"({_COLOURS})()[0] === {light[0]!r}")
    page.wait_for_timeout(500)
    assert _colours(page) == light


# Of the map: text, card, density, points, z; of the bank: text.
_COLOURS = """() => {
    const style = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
    const drawn = (selector) => document.querySelector(selector).toDataURL().slice(-2000);
    return [
        style(".hg-map .hg-legend button", "color"), style(".hg-map .xtick text", "fill"),
        style(".hg-card", "backgroundColor"), style(".hg-card", "color"),
        drawn(".hg-map-back"), drawn("canvas.hg-map-points"), style(".hg-z", "stroke"), style(".hg-caption", "color"),
    ];
}"""


def _colours(page: Page) -> list[str]:
    return page.evaluate(f"({_COLOURS})()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(loaded, scheme):
    path, page = loaded
    page.mouse.move(0, 0)
    restyle(page, scheme=scheme)
    if path == "/":
        page.get_by_role("button", name="Timings").click()
        expect(page.locator(".hg-meter")).to_be_visible()
        page.get_by_role("button", name=re.compile("lasso")).click()
    expect(page.locator("[data-stale=true]")).to_have_count(0, timeout=SLOW)  # what waits for its renewal is pale
    for _ in range(3):  # a colour may be on its way to another; what is wrong stays
        page.wait_for_timeout(700)
        if not (found := _serious(page)):
            break
    assert not found
    if path == "/":
        page.get_by_role("button", name="Timings").click()  # for the other scheme


def _serious(page: Page) -> list[tuple[str, list]]:
    found = Axe().run(page).response["violations"]
    return [(v["id"], [n["target"] for n in v["nodes"]]) for v in found if v["impact"] in {"serious", "critical"}]
