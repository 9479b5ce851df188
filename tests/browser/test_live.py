"""A training under the hand: the Train page's bank and map follow the newest weights and leave the hand in peace."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from explorer.export.script import script_of
from explorer.runs.reader import Run
from tests.support.browser_helpers import (
    SLOW,
    along,
    box_of,
    code,
    drag,
    map_ranges,
    map_spots,
    number_in,
    picture,
    record,
    recorded,
    slider,
    typed,
    z_on_map,
)
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page
from tests.support.training_page import downloaded, enter_epochs, folder_of_run, let_others_first, start_button

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def live(app: str, home: Path, browser: Browser) -> Iterator[Page]:
    """Start a long training on the page, as a person does, and yield the page that shows it, for all the tests."""
    with fresh_page(browser) as page:
        page.goto(f"{app}/train")
        enter_epochs(page)
        expect(page.get_by_text("measured on this machine")).to_be_visible(timeout=SLOW)  # the page is at rest
        start_button(page).click()
        expect(page.get_by_role("button", name=re.compile("Stop$"))).to_be_visible(timeout=SLOW)  # no more the setup
        expect(page.locator(".hg-latency")).to_contain_text("in the browser", timeout=SLOW)
        expect(page.locator(".hg-map.hg-ready .hg-plot.hg-ready")).to_be_visible(timeout=SLOW)
        expect(page.locator(".hg-shown")).to_contain_text("at step")
        let_others_first(folder_of_run(page, home))
        yield page


@pytest.fixture(scope="module")
def name(live: Page) -> str:
    """Return the name of the run, which is its hand's too."""
    return live.url.rpartition("run=")[2]


def _step(page: Page) -> int:
    return number_in(page.locator(".hg-shown").inner_text(), r"at step ([\d,]+) shown")


def _updates(page: Page, count: int = 3) -> None:
    """Wait until the map has been of that many later steps."""
    seen = {_step(page)}
    wait_for(lambda: page.wait_for_timeout(50) or seen.add(_step(page)) or len(seen) > count)


def test_the_picture_follows_the_training_while_the_code_rests(live, name):
    typed(live, "z0").fill("0.5")
    typed(live, "z0").press("Enter")
    here = code(live, name)
    record(live, name)

    def at_least_four_in_five_seconds() -> bool:
        before = len(recorded(live)[1])
        live.wait_for_timeout(5000)
        return len({drawn.tobytes() for _, drawn in recorded(live)[1][before:]}) >= 4

    wait_for(at_least_four_in_five_seconds, 30)
    assert code(live, name) == here
    assert all(one == here for one in recorded(live)[0])


def test_the_axes_move_in_steps_while_the_points_move_all_the_time(live):
    ranges, steps = [], []
    for _ in range(6):
        _updates(live, 1)
        steps.append(_step(live))
        ranges.append(map_ranges(live))
    assert steps == sorted(set(steps))
    for axis in (0, 1):
        seen = [tuple(one[axis]) for one in ranges]
        assert len(set(seen)) <= 3
        assert all(low == -high for low, high in seen)


def test_zoom_and_selection_stay_while_the_points_move(live, artefacts):
    (low, high), (bottom, top) = map_ranges(live)
    live.get_by_role("button", name=re.compile("^Zoom")).click()
    drag(live, *map_spots(live, (low / 2, bottom / 2), (high / 2, top / 2)))
    wait_for(lambda: map_ranges(live)[0][1] < 0.6 * high)
    zoomed = map_ranges(live)
    live.get_by_role("button", name=re.compile("lasso")).click()
    _lasso(live)
    said = live.locator(".hg-shown")
    expect(said).to_contain_text("selected")
    selected = number_in(said.inner_text(), r"([\d,]+) selected")
    _updates(live)
    assert map_ranges(live) == zoomed
    assert number_in(said.inner_text(), r"([\d,]+) selected") == selected
    live.screenshot(path=artefacts / "train-lasso.png")
    tools = live.get_by_role("group", name="map tools")
    tools.get_by_role("button", name="Reset zoom").click()
    wait_for(lambda: map_ranges(live)[0][1] > 0.9 * high)
    expect(said).to_contain_text("selected")
    live.mouse.click(*along(live.locator(".hg-map-glass"), 0.1))
    expect(said).not_to_contain_text("selected")
    tools.get_by_role("button", name=re.compile("^Set z")).click()


def _lasso(page: Page) -> None:
    """Around the middle of what is in sight."""
    glass = page.locator(".hg-map-glass")
    (left, middle), (right, _) = along(glass, 0.2), along(glass, 0.8)
    up, down = middle - box_of(glass)["height"] / 3, middle + box_of(glass)["height"] / 3
    drag(page, (left, up), (right, up), (right, down), (left, down))


def test_a_hand_may_drag_while_it_trains_and_the_code_stays_where_it_was_left(live, name):
    before = picture(live)
    track = slider(live, "z0")
    live.mouse.move(*along(track, 0.3))
    live.mouse.down()
    live.mouse.move(*along(track, 0.7), steps=20)
    held = float(track.input_value())
    _updates(live, 2)  # with the hand still on it
    assert float(track.input_value()) == pytest.approx(held, abs=0.03 * abs(held) + 0.05)
    live.mouse.up()
    left = code(live, name)
    assert left[0] == pytest.approx(held, abs=0.05)
    _updates(live)
    assert code(live, name) == left
    expect(typed(live, "z0")).to_have_value(f"{left[0]:.2f}")
    assert not np.array_equal(picture(live), before)


def test_bank_and_map_of_the_page_agree(live, name):
    glass = live.locator(".hg-map-glass")
    drag(live, along(glass, 0.5), along(glass, 0.3), along(glass, 0.6))
    left = code(live, name)
    low, high = map_ranges(live)[0]
    assert left[0] == pytest.approx(low + 0.6 * (high - low), abs=0.02 * high)
    for _ in range(3):
        assert z_on_map(live) == pytest.approx(left, abs=0.02 * high)
        assert [float(typed(live, f"z{i}").input_value()) for i in (0, 1)] == pytest.approx(left, abs=0.006)
        _updates(live, 1)
    live.get_by_role("button", name="Undo").click()
    assert code(live, name) != left


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_while_it_trains(live, artefacts, scheme):
    live.emulate_media(color_scheme=scheme)
    _updates(live)
    live.screenshot(path=artefacts / f"train-live-{scheme}.png")
    found = Axe().run(live).response["violations"]
    assert not [(v["id"], [n["target"] for n in v["nodes"]]) for v in found if v["impact"] in {"serious", "critical"}]


def test_its_terms_follow_it_and_its_code_can_be_taken(live, home, artefacts):
    live.get_by_text("Loss graph").click()
    kl = live.get_by_role("row", name="KL")
    wait_for(lambda: re.search(r"\d+(\.\d+)?\s*%", kl.inner_text()), 60)
    before = kl.inner_text()
    wait_for(lambda: live.wait_for_timeout(100) or kl.inner_text() != before)
    live.screenshot(path=artefacts / "train-glance.png", full_page=True)
    live.get_by_text("Keras script", exact=True).click()
    run = Run(folder_of_run(live, home))
    assert downloaded(live) == script_of(run.experiment)


def test_the_last_picture_stays_when_the_training_is_stopped(live, name):
    live.get_by_role("button", name="Stop").click()
    expect(live.get_by_text("Stopped by you")).to_be_visible(timeout=SLOW)
    wait_for(lambda: _step(live) == (live.wait_for_timeout(1500) or _step(live)))  # the last look may be on its way
    step = _step(live)
    before = picture(live)
    z1 = slider(live, "z1")
    z1.press("PageDown" if float(z1.input_value()) > 0 else "PageUp")  # away from an end that it may lie at
    wait_for(lambda: not np.array_equal(picture(live), before))
    assert z_on_map(live) == pytest.approx(code(live, name), abs=0.05)
    assert _step(live) == step
