"""Every kind of model under the hand on the real Explore page: the picture is what the server would decode."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

import numpy as np
import pytest
from playwright.sync_api import APIResponse, Browser, Locator, Page, Route, expect

from explorer.datasets.catalogue import DATASETS
from tests.support.browser_helpers import (
    SLOW,
    along,
    box_of,
    code,
    data_points,
    difference,
    drag,
    map_ranges,
    open_model,
    picture,
    record,
    recorded,
    slider,
    strip,
)
from tests.support.helpers import wait_for
from tests.support.made_runs import MODELS, NOT_PORTABLE, by_server, strips_by_server
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser
NOT_WHOLE = "The weights did not arrive whole."


def _matches_the_server(page: Page, name: str, told: Sequence[float] = ()) -> None:
    """The picture becomes what the server decodes the code to. A thread beside the page may need a moment.

    `told` is what a conditional decoder takes behind the code: the class as one-hot.
    """
    (expected,) = by_server(page, name, [[*code(page), *told]])
    wait_for(lambda: _same(picture(page), expected), 10)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and difference(one, other) <= 1


def _sliders(page: Page) -> Locator:
    return page.get_by_role("slider", name=re.compile(r"^z\d"))


@pytest.fixture(scope="module", params=["line", "colour", "four", "sixteen", "hundred"])
def opened(app: str, browser: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[str, Page, list[str]]]:
    """Yield the name of a model, a page that shows it, and what this page has asked for."""
    asked: list[str] = []
    with fresh_page(browser) as page:
        page.on("request", lambda request: asked.append(request.url))
        open_model(page, app, f"run/{request.param}")
        yield request.param, page, asked


def test_a_model_of_any_size_decodes_in_the_browser_as_the_server_does(opened, artefacts):
    name, page, asked = opened
    expect(page.locator(".hg-latency")).to_contain_text("in the browser")
    latent, before = MODELS[name]["latent_dim"], picture(page)
    expect(_sliders(page)).to_have_count(min(latent - (latent == 16), 16))  # one of sixteen is inactive, and folded
    for one, keys in zip(_sliders(page).all(), (("PageUp",), ("ArrowLeft", "End"), ("Home", "PageUp")), strict=False):
        for key in keys:
            one.press(key)
        _matches_the_server(page, name)
        drag(page, along(one, 0.3), along(one, 0.8))
        _matches_the_server(page, name)
    moved = picture(page)
    assert not np.array_equal(moved, before)
    coloured = DATASETS[MODELS[name]["dataset"]].image_shape[2] == 3
    assert np.ptp(moved.astype(int), axis=2).any() == coloured
    _strips_match_the_server(page, name)
    page.screenshot(path=artefacts / f"explore-made-{name}.png")
    assert any("/api/weights" in url for url in asked)
    assert not [url for url in asked if "/api/decode" in url]


def _strips_match_the_server(page: Page, name: str) -> None:
    for index, expected in strips_by_server(page, name).items():
        wait_for(lambda index=index, expected=expected: _same(strip(page, index), expected), 10)


@pytest.mark.parametrize("opened", ["hundred"], indirect=True)
def test_many_dimensions_are_folded_and_those_decode_too(opened):
    _, page, _ = opened
    page.get_by_text("84 more dimensions, 1 inactive").click()
    expect(_sliders(page)).to_have_count(100)
    before = picture(page)
    _sliders(page).nth(90).press("End")
    _matches_the_server(page, "hundred")
    assert not np.array_equal(picture(page), before)


@pytest.mark.parametrize("opened", ["sixteen"], indirect=True)
def test_a_dimension_that_says_nothing_is_named_as_such(opened):
    _, page, _ = opened
    dead = page.get_by_role("group", name="z3", exact=True)
    fold = page.get_by_text("1 inactive dimension", exact=True)
    for _ in range(3):
        fold.click()
        expect(dead).to_be_visible()
        fold.click()
        expect(dead).to_be_hidden()
    fold.click()
    expect(dead).to_contain_text("inactive")
    expect(_sliders(page).last).to_have_attribute("aria-label", "z3")  # the least active one
    expect(page.get_by_text("inactive", exact=True)).to_have_count(1)


@pytest.mark.parametrize("opened", ["line"], indirect=True)
def test_the_map_of_one_dimension_has_a_line_that_goes_with_the_hand(opened):
    _, page, _ = opened
    line = page.locator(".hg-map .hg-z")
    expect(line).to_have_attribute("d", re.compile(r"^M[\d.]+ 0V\d+$"))
    glass = page.locator(".hg-map-glass")
    box = box_of(glass)
    drag(page, along(glass, 0.5), along(glass, 0.2), (along(glass, 0.8)[0], box["y"] + 9))
    (low, high), _ = map_ranges(page)
    at = box["width"] * (code(page)[0] - low) / (high - low)
    assert at == pytest.approx(0.8 * box["width"], abs=1)
    assert float((line.get_attribute("d") or "M").split()[0][1:]) == pytest.approx(at, abs=0.1)
    _matches_the_server(page, "line")


def test_a_model_that_the_browser_cannot_run_is_decoded_by_the_server(app, page):
    open_model(page, app, "run/foreign")
    expect(page.locator(".hg-latency")).to_contain_text("by the server")
    expect(page.locator(".hg-latency")).to_have_attribute("title", NOT_PORTABLE)
    expect(page.locator(".hg-message")).to_be_empty()
    drag(page, along(slider(page, "z0"), 0.3), along(slider(page, "z0"), 0.8))
    _matches_the_server(page, "foreign")
    _strips_match_the_server(page, "foreign")


def test_a_conditional_model_is_decoded_with_the_class_that_is_chosen(app, page, artefacts):
    open_model(page, app, "run/told")
    expect(page.locator(".hg-latency")).to_contain_text("in the browser")
    label = int(data_points(page, "run/told", 1)[1][0])
    classes, other = np.eye(10), (label + 1) % 10
    expect(_chip(page, label)).to_be_checked()
    _matches_the_server(page, "told", classes[label])
    _chip(page, label).press("ArrowRight")
    _matches_the_server(page, "told", classes[other])
    page.screenshot(path=artefacts / "explore-made-told.png")
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
    page.go_back()
    expect(page.locator(".hg-latency")).to_contain_text("decoded", timeout=SLOW)
    expect(_chip(page, other)).to_be_checked()  # it outlives the visit, as the code does
    _matches_the_server(page, "told", classes[other])
    refused = page.request.post(urljoin(page.url, "/api/decode?model=run/told"), data=bytes(8))
    sentence = "this model takes 1 to 256 codes of 12 float32 values: z, then 10 for the class."
    assert (refused.status, refused.json()["error"]) == (400, f"The code was 8 bytes; {sentence}")


def _chip(page: Page, condition: int) -> Locator:
    return page.get_by_role("radiogroup", name="Draw as").get_by_role("radio", name=str(condition), exact=True)


def _cut(route: Route) -> None:
    """Answer with the beginning of the weights, under the digest of all of them."""
    whole: APIResponse = route.fetch()
    headers = {name: value for name, value in whole.headers.items() if name != "content-length"}
    route.fulfill(status=200, headers=headers, body=whole.body()[:-40])


def test_weights_that_come_in_part_are_said_and_asked_for_again(app, page):
    waiting: list[Route] = []
    answers = [_cut]
    page.route("**/api/weights*", lambda route: answers.pop()(route) if answers else waiting.append(route))
    page.route("**/api/points*", lambda route: route.abort())
    page.goto(f"{app}/?model=run/four")
    expect(page.locator(".hg-message")).to_contain_text(NOT_WHOLE, timeout=SLOW)
    wait_for(lambda: page.wait_for_timeout(50) or waiting)
    expect(page.locator(".hg-latency")).to_be_empty()  # nothing was drawn
    waiting[0].continue_()
    expect(page.locator(".hg-message")).to_be_empty(timeout=SLOW)
    expect(page.locator(".hg-latency")).to_contain_text("in the browser", timeout=SLOW)
    _matches_the_server(page, "four")


@pytest.fixture(scope="module")
def without_weights(app: str, browser: Browser) -> Iterator[Page]:
    """Yield a page that has the beginning of its model's weights, and never more."""
    with fresh_page(browser) as page:
        page.route("**/api/weights*", _cut)
        page.route("**/api/points*", lambda route: route.abort())
        page.goto(f"{app}/?model=run/four")
        expect(page.locator(".hg-message")).to_have_text(NOT_WHOLE, timeout=SLOW)  # and no longer "Asking again"
        yield page


def test_weights_that_never_come_whole_are_said_as_long_as_they_are_not_there(without_weights):
    slider(without_weights, "z0").press("PageUp")
    without_weights.wait_for_timeout(100)
    expect(without_weights.locator(".hg-message")).to_have_text(NOT_WHOLE)


def test_weights_that_never_come_whole_are_never_drawn(without_weights):
    record(without_weights)
    slider(without_weights, "z0").press("PageUp")
    without_weights.wait_for_timeout(300)
    expect(without_weights.locator(".hg-latency")).to_be_empty()
    assert not recorded(without_weights)[1]
