"""The whole app in a real Chromium, as a person uses it."""

import re
import resource
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import Page, expect

from explorer.api.startup import OPEN_FILES
from explorer.library.projections import kept_projection
from explorer.runs.reader import Run
from tests.support.browser_helpers import (
    SLOW,
    Spot,
    along,
    choose,
    code,
    data_points,
    drag,
    hover,
    lone_point,
    map_ranges,
    map_spots,
    open_model,
    picture,
    server_of,
    slider,
    typed,
    wait_for_other_picture,
)
from tests.support.helpers import wait_for
from tests.support.training_page import enter, enter_epochs, folder_of_run, start_button

pytestmark = pytest.mark.browser


def curve_points(page: Page) -> int:
    return page.locator(".hg-plot").first.evaluate("host => host.data?.[0].x.length ?? 0")


def test_explore_shows_a_trained_model_and_decodes_under_the_hand(app, page, artefacts):
    page.goto(app)
    expect(page.get_by_text("test reconstruction + KL")).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-latency")).to_contain_text("in the browser", timeout=SLOW)
    expect(page.locator(".hg-caption")).to_contain_text(", class ")
    before = picture(page)
    slider(page, "z0").press("PageUp")
    slider(page, "z0").press("PageUp")
    wait_for_other_picture(page, before)
    page.screenshot(path=artefacts / "explore.png")

    stepped = picture(page)
    typed(page, "z1").fill("-1.5")
    typed(page, "z1").press("Enter")
    wait_for_other_picture(page, stepped)
    chosen = picture(page)
    page.get_by_role("button", name="Sample").click()
    wait_for_other_picture(page, chosen)


def test_a_click_on_the_map_goes_to_that_image(app, page):
    open_model(page, app, "bundled/mnist-vae-2d")
    codes, labels = data_points(page, "bundled/mnist-vae-2d", 1000)
    row, spot = lone_point(page, codes)
    before = picture(page)
    ((x, y),) = map_spots(page, spot)
    page.mouse.click(x, y)
    expect(page.locator(".hg-caption")).to_contain_text(f"image {row + 1:,}, class {labels[row]}", ignore_case=True)
    assert code(page) == pytest.approx(codes[row], abs=1e-6)
    wait_for_other_picture(page, before)


def test_sixteen_dimensions_with_umap(app, home, page, artefacts, monkeypatch):
    model = "bundled/mnist-vae-16d"
    open_model(page, app, model)
    expect(page.get_by_role("slider")).to_have_count(16)
    backdrop = page.get_by_role("combobox", name="Backdrop")
    backdrop.select_option("decodes")
    expect(page.locator(".hg-map-back")).to_be_visible()
    page.get_by_role("radio", name="UMAP").click()
    expect(page.get_by_text(re.compile("UMAP: (finding|laying)"))).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name=re.compile("Stop$")).click()
    expect(page.get_by_text("UMAP could not be computed: Stopped by you.")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("UMAP:")).to_be_visible(timeout=SLOW)
    title = "document.querySelector('.hg-map .hg-plot')?.layout?.xaxis?.title?.text"
    page.wait_for_function(f"{title} === 'UMAP 1'", timeout=3 * SLOW)
    for grid in ("Decoder grid at z", "Decoder grid at mean"):
        expect(page.get_by_role("option", name=grid)).to_be_disabled()
    expect(backdrop).to_have_value("nothing")  # what is drawn, and why
    expect(backdrop).to_have_attribute("title", "No decoder grid: this projection cannot be inverted.")
    expect(page.locator(".hg-map-back")).to_be_hidden()
    codes, labels = data_points(page, model, 1000)
    monkeypatch.setenv("HOURGLASS_HOME", str(home))
    places = kept_projection(codes)
    assert places is not None
    hover(page, _empty_place(page, places))
    page.wait_for_timeout(300)
    card = page.locator(".hg-card")
    expect(card).to_be_hidden()
    row, spot = lone_point(page, places)
    hover(page, spot)
    expect(card).to_contain_text(f"image {row + 1:,}, class {labels[row]}", ignore_case=True)
    expect(page.locator(".hg-posterior")).to_be_hidden()  # there is no way from its axes to these
    page.screenshot(path=artefacts / "explore-umap.png")
    ((x, y),) = map_spots(page, spot)
    page.mouse.click(x, y)
    expect(page.locator(".hg-caption")).to_contain_text(f"image {row + 1:,}, class {labels[row]}", ignore_case=True)
    assert code(page) == pytest.approx(codes[row], abs=1e-6)
    before = code(page)
    glass = page.locator(".hg-map-glass")
    drag(page, along(glass, 0.3), along(glass, 0.6))
    assert code(page) == before


def _empty_place(page: Page, places: np.ndarray) -> Spot:
    """The place in sight that is farthest from all points (n, 2)."""
    low, high = np.array(map_ranges(page)).T
    grid = np.stack(np.meshgrid(*np.linspace(low, high, 22)[1:-1].T), axis=-1).reshape(-1, 2)
    far = np.sqrt((((grid[:, None] - places) / (high - low)) ** 2).sum(axis=2)).min(axis=1)
    x, y = grid[far.argmax()]
    return float(x), float(y)


def test_train_watch_steer_stop_reload_and_explore(app, home, page, artefacts):
    page.goto(f"{app}/train")
    page.get_by_role("button", name="A first VAE").click()
    expect(page.get_by_role("spinbutton", name="Epochs", exact=True)).to_have_value("1500", timeout=SLOW)
    expect(page.get_by_text("469,268")).to_be_visible()  # parameters, counted without building the model
    enter_epochs(page)
    page.screenshot(path=artefacts / "train-setup.png")
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    start_button(page).click()
    expect(page.get_by_text("images/s").first).to_be_visible(timeout=SLOW)
    page.wait_for_function("document.querySelector('.hg-plot')?.data?.[0]?.x.length > 20", timeout=SLOW)
    assert refused == [], "a run that has just begun is asked for nothing that is not there"
    grown = curve_points(page)
    page.wait_for_function("n => document.querySelector('.hg-plot').data[0].x.length > n", arg=grown, timeout=SLOW)

    enter(page.get_by_label("KL weight"), "4")
    expect(page.locator(".hg-changes")).to_contain_text("KL weight 1 → 4", timeout=SLOW)
    page.wait_for_function(
        "document.querySelector('.hg-plot').layout.annotations.some(a => a.name === 'flag')", timeout=SLOW
    )
    time.sleep(1)
    page.screenshot(path=artefacts / "train-live.png")
    run = Run(folder_of_run(page, home))
    assert run.curves().training["weight_kl"][-1] == 4.0

    page.get_by_role("button", name=re.compile("Pause$")).click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=SLOW)
    page.reload()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped by you")).to_be_visible(timeout=SLOW)

    page.goto(f"{app}/train")  # a newcomer's way back: from the list
    choose(page, "Run", re.compile(run.name))
    expect(page.get_by_text("Stopped by you")).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-map .hg-plot.hg-ready")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="Explore model").click()
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile(run.name), timeout=SLOW)
    expect(page.locator(".hg-latency")).to_contain_text("in the browser", timeout=SLOW)
    page.screenshot(path=artefacts / "explore-own-run.png")


def test_a_killed_trainer_is_said_within_a_second_or_so(app, home, page):
    page.goto(f"{app}/train")
    enter_epochs(page)
    known = set((home / "runs").iterdir())
    start_button(page).click()
    page.wait_for_url(re.compile("run="))
    (folder,) = set((home / "runs").iterdir()) - known
    wait_for(lambda: Run(folder).has_started() and "pid" in Run(folder).meta)
    psutil.Process(Run(folder).meta["pid"]).kill()
    said = page.get_by_text("The trainer ended without a message (signal 9, SIGKILL: most often the system's")
    expect(said).to_be_visible(timeout=SLOW)
    page.reload()
    expect(said).to_be_visible(timeout=SLOW)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the maps of another process")
def test_the_real_app_process_has_loaded_no_tensorflow_umap_or_scikit_learn(app, page):
    for path in ("/", "/train"):
        page.goto(f"{app}{path}")
        expect(page.locator(".stMainBlockContainer")).to_contain_text("parameters", ignore_case=True, timeout=SLOW)
    mapped = {Path(region.path).as_posix() for region in server_of(app).memory_maps()}
    assert mapped, "the maps could not be read"
    heavy = [path for path in mapped if re.search(r"tensorflow|sklearn|llvmlite|numba|h5py", path)]
    assert not heavy


def test_the_server_listens_on_this_machine_only(app):
    addresses = {c.laddr.ip for c in server_of(app).net_connections() if c.status == psutil.CONN_LISTEN}
    assert addresses == {"127.0.0.1"}


def test_a_page_of_a_run_leaves_none_of_its_files_open(app, home, page):
    for _ in range(3):
        page.goto(f"{app}/train?run=four")
        expect(page.locator(".hg-plot[aria-label='loss curves'].hg-ready")).to_be_visible(timeout=SLOW)
    page.goto("about:blank")
    server = server_of(app)
    wait_for(lambda: not [file for file in server.open_files() if file.path.startswith(str(home / "runs"))], 10)
    if sys.platform == "linux":
        soft, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
        assert soft >= min(hard, OPEN_FILES)
