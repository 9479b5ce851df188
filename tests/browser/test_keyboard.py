"""The map under the keyboard, and the plane that its decoder grid is of."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser_helpers import (
    code,
    data_points,
    decoded,
    difference,
    map_ranges,
    map_spots,
    open_model,
    pixels,
    typed,
    z_on_map,
)
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser
MODEL = "run/four"
STEP, FAR = 8, 48  # pixels


@pytest.fixture(scope="module")
def page(app: str, browser: Browser) -> Iterator[Page]:
    """Yield a page with a VAE of four dimensions, seen along two of them, with the focus on its map."""
    with fresh_page(browser) as page:
        open_model(page, app, MODEL)
        page.get_by_role("radio", name="Dimensions").click()
        wait_for(lambda: len(_axes(page)) == 2)
        yield page


def _axes(page: Page) -> list[int]:
    """The two dimensions that the map shows."""
    titles = page.locator(".hg-map .hg-plot").evaluate(
        "plot => ['xaxis', 'yaxis'].map((axis) => plot.layout[axis].title.text)"
    )
    return [int(title[1:]) for title in titles if title.startswith("z")]


def test_arrows_move_z_in_the_plane_and_one_undo_takes_each_back(page):
    glass = page.get_by_role("application")
    across, up = _axes(page)
    start = code(page)
    for key, (right, above) in {
        "ArrowRight": (STEP, 0), "Shift+ArrowRight": (FAR, 0), "ArrowLeft": (-STEP, 0), "Shift+ArrowLeft": (-FAR, 0),
        "ArrowUp": (0, STEP), "Shift+ArrowUp": (0, FAR), "ArrowDown": (0, -STEP), "Shift+ArrowDown": (0, -FAR),
    }.items():  # fmt: skip
        for _ in range(3):
            before = code(page)
            ((x, y),) = map_spots(page, (before[across], before[up]))
            glass.press(key)
            now = code(page)
            ((moved_x, moved_y),) = map_spots(page, (now[across], now[up]))
            assert (moved_x - x, y - moved_y) == pytest.approx((right, above), abs=0.5)
            assert z_on_map(page) == pytest.approx((now[across], now[up]), abs=0.05)
            said = f"z{across} {now[across]:.2f}, z{up} {now[up]:.2f}".replace("-0.00", "0.00")
            expect(page.locator(".hg-said")).to_have_text(said)
            glass.press("Control+z")
            assert code(page) == pytest.approx(before)
    assert code(page) == pytest.approx(start)


def test_z_stays_in_sight(page):
    glass = page.get_by_role("application")
    across, _ = _axes(page)
    for _ in range(40):
        glass.press("Shift+ArrowRight")
    assert code(page)[across] == pytest.approx(map_ranges(page)[0][1])


def test_with_control_the_next_point_in_a_direction(page):
    glass = page.get_by_role("application")
    codes, labels = data_points(page, MODEL, 1000)
    axes = _axes(page)
    page.get_by_role("button", name="Reset", exact=True).click()
    glass.press("Enter")  # the point nearest to the middle
    row = int((codes[:, axes] ** 2).sum(axis=1).argmin())
    _says(page, row, labels)
    for key, direction in [
        ("ArrowLeft", (-1, 0)),
        ("ArrowUp", (0, 1)),
        ("ArrowRight", (1, 0)),
        ("ArrowDown", (0, -1)),
    ] * 3:
        away = codes[:, axes] - codes[row, axes]
        along, aside = away @ direction, np.abs(away @ direction[::-1])
        far = np.where((along > 0.02) & (aside <= along), along + 2 * aside, np.inf)
        row = int(far.argmin())
        glass.press(f"Control+{key}")
        _says(page, row, labels)
        assert code(page) == pytest.approx(codes[row], abs=1e-6)


def _says(page: Page, row: int, labels: list[str]) -> None:
    expect(page.locator(".hg-said")).to_have_text(re.compile(f"image {row + 1:,}, class {labels[row]}$", re.IGNORECASE))


def test_the_grid_says_its_plane_and_goes_through_z_or_the_mean(page):
    codes, _ = data_points(page, MODEL, 1000)
    across, up = _axes(page)
    note = page.locator(".hg-map-note")
    backdrop = page.get_by_role("combobox", name="Backdrop")
    for _ in range(3):
        for kind, where in (("decodes", "as in z"), ("mean", "at the mean of the codes")):
            backdrop.select_option(kind)
            expect(note).to_have_text(f"Grid: z{across} and z{up} vary, the other dimensions are {where}.")
            base = np.array(code(page)) if kind == "decodes" else codes.mean(axis=0)
            wait_for(lambda base=base: _first_row_is_of(page, base, across, up), 20)
    other = next(i for i in range(4) if i not in (across, up))
    shown = pixels(page.locator(".hg-map-back"))
    typed(page, f"z{other}").fill("2.5")
    page.wait_for_timeout(500)
    assert np.array_equal(pixels(page.locator(".hg-map-back")), shown)  # the mean is where it was
    backdrop.select_option("nothing")
    expect(note).to_be_empty()


def _first_row_is_of(page: Page, base: np.ndarray, across: int, up: int) -> bool:
    """Whether the uppermost decodes are of codes that differ from `base` (latent,) in two dimensions alone."""
    drawn = pixels(page.locator(".hg-map-back"))
    (left, right), (bottom, top) = map_ranges(page)
    rows, columns = drawn.shape[0] // 28, drawn.shape[1] // 28
    wanted = np.tile(base, (columns, 1))
    wanted[:, across] = left + (np.arange(columns) + 0.5) / columns * (right - left)
    wanted[:, up] = top - 0.5 / rows * (top - bottom)
    pictures = decoded(page, MODEL, wanted, (28, 28, 1))
    return bool(drawn.shape[0] % 28 == 0 and difference(drawn[:28], np.concatenate(list(pictures), axis=1)) <= 1)
