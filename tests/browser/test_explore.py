"""The Explore page under a pointer: all images, two pages at once, a library that is late, an analyst that dies."""

import re
import shutil

import numpy as np
import pytest
from playwright.sync_api import Route, expect

from explorer.datasets.loading import load_images
from explorer.files import load_arrays, save_arrays
from tests.support.browser_helpers import (
    SLOW,
    along,
    code,
    data_points,
    difference,
    drag,
    held_back,
    hover,
    lone_point,
    map_ranges,
    map_spots,
    open_model,
    picture,
    pixels,
    server_of,
    slider,
    wait_for_other_picture,
)
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser


def test_all_images_are_encoded_once_and_each_is_shown_under_the_pointer(app, home, page, artefacts):
    shutil.copytree(home / "runs" / "four", home / "runs" / "anew")
    for snapshot in (home / "runs" / "anew" / "snapshots").iterdir():  # weights that nobody has encoded with
        arrays = load_arrays(snapshot)
        save_arrays(snapshot, arrays | {"encoder/z_mean/bias": arrays["encoder/z_mean/bias"] + np.float32(1e-4)})
    open_model(page, app, "run/anew")
    page.get_by_role("radio", name="Dimensions").click()
    page.get_by_role("radio", name="All images (1,797)").click()
    expect(page.get_by_text("Encoding all images")).to_be_visible(timeout=SLOW)
    shown = page.locator(".hg-shown")
    expect(shown).to_have_text("1,797 of 1,797 images shown.", timeout=3 * SLOW)  # after what others asked for
    codes, labels = data_points(page, "run/anew", 1797, "all")
    read = "plot => plot.layout.xaxis.title.text + plot.layout.yaxis.title.text"
    across, up = (int(index) for index in re.findall(r"\d", page.locator(".hg-map .hg-plot").evaluate(read)))
    row, spot = lone_point(page, codes[:, [across, up]])
    hover(page, spot)
    card = page.locator(".hg-card")
    expect(card).to_contain_text(f"image {row + 1:,}, class {labels[row]}", ignore_case=True)
    data = load_images("digits")
    image = np.concatenate([data.images, data.test_images])[row]
    assert labels[row] == str(np.concatenate([data.labels, data.test_labels])[row])
    assert difference(pixels(card.locator("canvas").first), np.broadcast_to(image, (28, 28, 3))) == 0
    page.screenshot(path=artefacts / "explore-all.png")
    ((x, y),) = map_spots(page, spot)
    page.mouse.click(x, y)
    expect(page.locator(".hg-caption")).to_contain_text(f"image {row + 1:,}, class {labels[row]}", ignore_case=True)
    assert code(page) == pytest.approx(codes[row], abs=1e-6)

    shutil.rmtree(home / "codes")  # the page computes them again by itself
    page.mouse.move(0, 0)
    _, spot = lone_point(page, np.delete(codes[:, [across, up]], row, axis=0))  # the browser keeps the other one
    hover(page, spot)
    wait_for(lambda: any((home / "codes").glob("*.safetensors")))
    expect(page.locator(".hg-shown")).to_have_text("1,797 of 1,797 images shown.", timeout=SLOW)
    np.testing.assert_array_equal(data_points(page, "run/anew", 1797, "all")[0], codes)
    expect(page.locator(".hg-message")).to_have_text("")


def test_two_pages_have_a_hand_each(app, browser):
    with fresh_page(browser) as page:
        with fresh_page(browser) as other:
            open_model(page, app, "run/four")
            open_model(other, app, "run/colour")
            left = code(other)
            slider(page, "z0").press("End")
            drag(other, along(slider(other, "z1"), 0.4), along(slider(other, "z1"), 0.6))
            assert len(code(page)) == 4
            assert code(other)[0] == left[0]
            assert code(other)[1] != left[1]
        before = picture(page)
        slider(page, "z0").press("Home")
        wait_for_other_picture(page, before)


def test_a_page_may_be_left_while_its_chart_library_is_on_its_way(app, browser):
    with fresh_page(browser) as page:
        waiting = held_back(page, "**/plotly.min.js")
        page.goto(f"{app}/?model=run/four")
        expect(page.locator(".hg-latency")).to_contain_text("decoded", timeout=SLOW)
        wait_for(lambda: page.wait_for_timeout(50) or waiting)
        page.get_by_role("link", name="Train", exact=True).click()
        expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
        expect(page.locator(".hg-map")).to_have_count(0)
        waiting[0].continue_()
        page.wait_for_function("window.Plotly", timeout=SLOW)
        page.wait_for_timeout(200)


def test_a_map_that_is_updated_while_it_is_first_drawn_follows_a_zoom(app, page):
    page.route("**/plotly.min.js", _slow_at_first)
    page.goto(f"{app}/?model=run/four@50")
    page.wait_for_function("window.drawing", timeout=SLOW)
    page.get_by_role("slider", name="Snapshot").press("ArrowLeft")
    expect(page.locator(".hg-map .hg-plot.hg-ready")).to_be_visible(timeout=SLOW)
    wait_for(lambda: page.url.endswith("%400"))
    page.wait_for_timeout(500)
    (left, right), (bottom, top) = map_ranges(page)
    page.get_by_role("button", name=re.compile("^Zoom")).click()
    drag(page, *map_spots(page, (left / 2, bottom / 2), (right / 2, top / 2)))
    wait_for(lambda: map_ranges(page)[0][1] < right, 10)
    before = pixels(page.locator("canvas.hg-map-points"))
    page.get_by_role("group", name="map tools").get_by_role("button", name="Reset zoom").click()
    wait_for(lambda: map_ranges(page)[0][1] == right, 10)
    page.wait_for_timeout(200)
    assert not np.array_equal(pixels(page.locator("canvas.hg-map-points")), before)


def _slow_at_first(route: Route) -> None:
    """Plotly, whose first drawing takes a while, as it does on a slow machine."""
    slow = """;(() => {
        const { react } = Plotly;
        Plotly.react = async (...figure) => {
            Plotly.react = react;
            window.drawing = true;
            await new Promise((resolve) => setTimeout(resolve, 2000));
            return react(...figure);
        };
    })();"""
    answer = route.fetch()
    route.fulfill(status=200, content_type="text/javascript", body=answer.text() + slow)


def test_a_killed_analyst_comes_back_by_itself(app, page):
    open_model(page, app, "run/foreign")
    before = picture(page)
    for child in server_of(app).children():
        if "explorer.analyst.server" in child.cmdline():
            child.kill()
    slider(page, "z1").press("PageDown")
    expect(page.locator(".hg-message")).not_to_be_empty(timeout=SLOW)  # said in words, the picture stays
    assert np.array_equal(picture(page), before)
    wait_for_other_picture(page, before)
    expect(page.locator(".hg-message")).to_be_empty(timeout=SLOW)
