"""Another snapshot under a hand that goes on dragging: no picture, strip or grid ever mixes two models."""

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from explorer.runs.layout import SNAPSHOTS
from tests.support.browser_helpers import (
    along,
    code,
    difference,
    held_back,
    open_model,
    picture,
    record,
    recorded,
    slider,
    strip,
)
from tests.support.helpers import wait_for
from tests.support.made_runs import BRANDS, MODELS, STEPS, by_server, strips_by_server

pytestmark = pytest.mark.browser
NEW, OLD = STEPS
NEW_BRAND, OLD_BRAND = BRANDS
# At each frame of the page: the first pixels of the picture, of all images in all strips, of all decodes on the map.
_WATCH = """side => {
    const first = (canvas) => {
        const across = canvas.width / side;
        const images = [...Array(Math.floor(across) * Math.floor(canvas.height / side)).keys()];
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return images.map((i) => data[4 * side * ((i % across) + canvas.width * Math.floor(i / across))]);
    };
    const all = (selector) => [...new Set([...document.querySelectorAll(selector)].flatMap(first))];
    const kinds = ["canvas.hg-decoded", "canvas.hg-film", "canvas.hg-map-back"];
    window.seen = [];
    const look = () => {
        window.seen.push(kinds.map(all));
        requestAnimationFrame(look);
    };
    look();
}"""


def _take_new_snapshot(page: Page) -> None:
    page.get_by_role("slider", name="Snapshot").press("ArrowLeft")


@pytest.mark.parametrize(("name", "lag"), [("four", 0), ("colour", 40), ("foreign", 40)])
def test_a_switch_during_a_drag_never_mixes_two_models(app, page, name, lag):
    """`lag`: how many codes ago a picture may have been asked for: none where the page's own thread decodes."""
    open_model(page, app, f"run/{name}@{OLD}")
    page.get_by_role("combobox", name="Backdrop").select_option("decodes")
    expect(page.locator("canvas.hg-map-back")).to_be_visible()
    waiting = held_back(page, "**/api/weights*")
    record(page)
    page.evaluate(_WATCH, picture(page).shape[0])
    _drag_through_a_switch(page, waiting)
    _drawn_are_of_one_model_each(page, name, lag)
    if MODELS[name]["network"] == "dense":
        _seen_were_of_one_model_each(page)
    assert difference(picture(page), by_server(page, name, [code(page)], NEW)[0]) <= 1
    for index, expected in strips_by_server(page, name, NEW).items():
        assert difference(strip(page, index), expected) <= 1


def _drag_through_a_switch(page: Page, waiting: list[Route]) -> None:
    """Press on z0 and go on moving it: the new snapshot is chosen, later its weights come, later the hand lets go."""
    track = slider(page, "z0")
    page.mouse.move(*along(track, 0.2))
    page.mouse.down()
    page.mouse.move(*along(track, 0.4), steps=10)
    _take_new_snapshot(page)
    wait_for(lambda: page.mouse.move(*along(track, 0.4 + 0.1 * np.random.default_rng().random())) or waiting, 20)
    page.mouse.move(*along(track, 0.6), steps=10)
    waiting[0].continue_()
    for share in np.linspace(0.6, 0.9, 30):
        page.mouse.move(*along(track, share))
        page.wait_for_timeout(20)
    page.mouse.up()
    expect(page.locator(".hg-message")).to_be_empty()
    page.wait_for_timeout(600)  # strips and grid that are still on their way


def _drawn_are_of_one_model_each(page: Page, name: str, lag: int) -> None:
    """Each picture is the old model's or the new one's decode of its code, and no old one follows a new one."""
    codes, drawn = recorded(page)
    assert len(drawn) > 15
    assert np.ptp(np.array(codes)[:, 1:], axis=0).max() == 0  # the hand moved z0 alone
    by_old, by_new = (by_server(page, name, codes, step) for step in (OLD, NEW))
    models = []
    for newest, drawn_picture in drawn:
        near = range(max(0, newest - lag), newest + 1)
        is_old, is_new = (any(difference(drawn_picture, one[at]) <= 1 for at in near) for one in (by_old, by_new))
        assert is_old != is_new
        models.append("new" if is_new else "old")
    assert models == sorted(models, reverse=True)
    assert set(models) == {"old", "new"}


def _seen_were_of_one_model_each(page: Page) -> None:
    seen = page.evaluate("window.seen")
    for frame in seen:
        assert all(len(brands) == 1 for brands in frame), frame
    for kind in zip(*seen, strict=True):
        brands = [brand for (brand,) in kind]
        assert brands == sorted(brands, reverse=OLD_BRAND > NEW_BRAND)
        assert (brands[0], brands[-1]) == (OLD_BRAND, NEW_BRAND)


def test_a_hand_that_rests_on_an_image_goes_along_to_its_code_in_another_snapshot(app, home, page):
    open_model(page, app, f"run/four@{OLD}")
    before, original = code(page), page.get_by_role("img", name="original").screenshot()
    _take_new_snapshot(page)
    expected = by_server(page, "four", [[-value for value in before]], NEW)[0]  # so these runs are made
    wait_for(lambda: difference(picture(page), expected) <= 1, 20)
    assert code(page) == pytest.approx([-value for value in before], abs=1e-4)
    expect(page.locator(".hg-caption")).to_contain_text("image 1, class ")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert page.get_by_role("img", name="original").screenshot() == original
    assert page.url.endswith(f"%40{NEW}")
    mark = home / "runs" / "four" / SNAPSHOTS / f"{NEW:09d}.kept"
    for _ in range(3):  # a copied link is to find this snapshot again
        page.locator("[data-copy-link]").click()
        wait_for(mark.exists)
        mark.unlink()


def test_an_image_s_code_in_another_snapshot_is_not_decoded_by_the_old_one(app, page):
    open_model(page, app, f"run/four@{OLD}")
    before = code(page)
    waiting = held_back(page, "**/api/weights*")
    record(page)
    _take_new_snapshot(page)
    wait_for(lambda: page.wait_for_timeout(50) or waiting, 20)
    page.wait_for_timeout(500)  # long enough for the image's code to come, while the weights have not
    waiting[0].continue_()
    wait_for(lambda: code(page) != before, 20)
    whole = [by_server(page, "four", [one], step)[0] for step, one in ((OLD, before), (NEW, code(page)))]
    for _, drawn in recorded(page)[1]:
        assert min(difference(drawn, one) for one in whole) <= 1
