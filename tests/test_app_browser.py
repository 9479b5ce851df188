"""The whole app in a real Chromium, as a person uses it."""

import re
import sys
import time
from pathlib import Path

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from explorer.runs.reader import Run

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[1]
SLOW = 60_000  # ms: TensorFlow loads in child processes on a shared machine


@pytest.fixture(scope="module")
def app(app_server, tmp_path_factory):
    """The real app's URL and its home folder."""
    home = tmp_path_factory.mktemp("hourglass")
    return app_server(ROOT / "app.py", HOURGLASS_HOME=str(home)), home


def picture(page: Page) -> str:
    """The decoded picture as the canvas holds it."""
    return page.locator("canvas.hg-decoded").evaluate("canvas => canvas.toDataURL()")


def wait_for_other_picture(page: Page, before: str) -> None:
    page.wait_for_function(
        "before => document.querySelector('canvas.hg-decoded').toDataURL() !== before", arg=before, timeout=SLOW
    )


def wait_for_decoder(page: Page) -> None:
    """A picture is shown at once; the decoder behind it needs its seconds, and says how long a decode took."""
    page.get_by_role("slider", name="z0", exact=True).press("ArrowRight", timeout=SLOW)
    expect(page.locator(".hg-latency")).to_contain_text("ms", timeout=SLOW)


def curve_points(page: Page) -> int:
    return page.locator(".hg-plot").first.evaluate("host => host._fullData?.[0].x.length ?? 0")


def test_explore_shows_a_trained_model_and_decodes_under_the_hand(app, page, artefacts):
    page.goto(app[0])
    expect(page.get_by_text("test negative ELBO")).to_be_visible(timeout=SLOW)
    expect(page.locator("canvas.hg-decoded")).to_be_visible(timeout=SLOW)
    wait_for_decoder(page)
    before = picture(page)
    slider = page.get_by_role("slider", name="z0", exact=True)
    slider.focus()
    slider.press("PageUp")
    slider.press("PageUp")
    wait_for_other_picture(page, before)
    page.screenshot(path=artefacts / "explore.png")

    typed = picture(page)
    field = page.get_by_role("spinbutton", name="z1 value")
    field.fill("-1.5")
    field.press("Enter")
    wait_for_other_picture(page, typed)
    random = picture(page)
    page.get_by_role("button", name="Random").click()
    wait_for_other_picture(page, random)


def test_a_click_on_the_map_goes_to_that_image(app, page):
    page.goto(app[0])
    page.wait_for_function("document.querySelector('.hg-plot.hg-ready')?.data?.length > 0", timeout=SLOW)
    wait_for_decoder(page)
    before = picture(page)
    x, y = page.locator(".hg-plot").evaluate(
        """host => {
            const plane = host.querySelector('.nsewdrag').getBoundingClientRect();
            const { xaxis, yaxis } = host._fullLayout;
            const trace = host._fullData[1];
            const far = [...trace.x.keys()].reduce((a, b) => (trace.y[b] < trace.y[a] ? b : a));
            return [plane.left + xaxis.d2p(trace.x[far]), plane.top + yaxis.d2p(trace.y[far])];
        }"""
    )
    page.mouse.move(x - 1, y)
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    expect(page.get_by_text(re.compile(r"image \d+: 1$"))).to_be_visible(timeout=SLOW)
    wait_for_other_picture(page, before)


def test_sixteen_dimensions_with_pca_umap_and_a_fold(app, page, artefacts):
    page.goto(f"{app[0]}/?model=bundled/mnist-vae-16d")
    wait_for_decoder(page)
    expect(page.get_by_role("slider")).to_have_count(16)
    page.get_by_role("radio", name="UMAP").click()
    expect(page.get_by_text("UMAP:")).to_be_visible(timeout=SLOW)
    page.wait_for_function(
        "document.querySelector('.hg-plot.hg-ready')?.layout?.xaxis?.title?.text === 'UMAP 1'", timeout=3 * SLOW
    )
    page.screenshot(path=artefacts / "explore-umap.png")


def test_train_watch_steer_stop_reload_and_explore(app, page, artefacts):
    url, home = app
    page.goto(f"{url}/train")
    page.get_by_role("button", name="A first VAE").click()
    expect(page.get_by_text("469,268")).to_be_visible(timeout=SLOW)  # counted by building the model
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("3000")
    epochs.press("Enter")
    page.screenshot(path=artefacts / "train-setup.png")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("images/s").first).to_be_visible(timeout=SLOW)
    page.wait_for_function("document.querySelector('.hg-plot')?._fullData?.[0]?.x.length > 20", timeout=SLOW)
    grown = curve_points(page)
    page.wait_for_function("n => document.querySelector('.hg-plot')._fullData[0].x.length > n", arg=grown, timeout=SLOW)

    weight = page.get_by_label("KL weight")
    weight.fill("4")
    weight.press("Enter")
    page.wait_for_function(
        "document.querySelector('.hg-plot').layout.annotations.some(a => a.text.includes('KL weight 1 → 4'))",
        timeout=SLOW,
    )
    time.sleep(1)
    page.screenshot(path=artefacts / "train-live.png")
    run = Run(next((home / "runs").iterdir()))
    assert run.curves().training["weight_kl"][-1] == 4.0

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=SLOW)
    page.reload()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped by hand")).to_be_visible(timeout=SLOW)

    page.goto(f"{url}/train")  # a newcomer's way back: from the list
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name=re.compile(run.name)).click()
    expect(page.get_by_text("Stopped by hand")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Explore").click()
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile(run.name), timeout=SLOW)
    wait_for_decoder(page)
    page.screenshot(path=artefacts / "explore-own-run.png")


def test_a_killed_trainer_is_said_within_a_second_or_so(app, page):
    url, home = app
    page.goto(f"{url}/train")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("3000")
    epochs.press("Enter")
    known = set((home / "runs").iterdir())
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("images/s").first).to_be_visible(timeout=SLOW)
    (folder,) = set((home / "runs").iterdir()) - known
    psutil.Process(Run(folder).meta["pid"]).kill()
    expect(page.get_by_text("The trainer ended without a word")).to_be_visible(timeout=SLOW)


def test_a_killed_analyst_comes_back_by_itself(app, page):
    page.goto(app[0])
    wait_for_decoder(page)
    server = _server_of(app[0])
    for child in server.children():
        if "explorer.latent.analyst" in child.cmdline():
            child.kill()
    slider = page.get_by_role("slider", name="z1", exact=True)
    before = picture(page)
    slider.focus()
    slider.press("PageDown")
    slider.press("PageDown")
    expect(page.locator(".hg-message")).not_to_be_empty(timeout=SLOW)  # said in words, the picture stays
    wait_for_other_picture(page, before)
    expect(page.locator(".hg-message")).to_be_empty(timeout=SLOW)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the maps of another process")
def test_the_real_app_process_has_loaded_no_tensorflow_umap_or_scikit_learn(app, page):
    for path in ("/", "/train"):
        page.goto(f"{app[0]}{path}")
        expect(page.locator(".stMainBlockContainer")).to_contain_text("parameters", ignore_case=True, timeout=SLOW)
    mapped = {Path(region.path).as_posix() for region in _server_of(app[0]).memory_maps()}
    assert mapped, "the maps could not be read"
    heavy = [path for path in mapped if re.search(r"tensorflow|sklearn|llvmlite|numba|h5py", path)]
    assert not heavy


def test_the_server_listens_on_this_machine_only(app):
    addresses = {c.laddr.ip for c in _server_of(app[0]).net_connections() if c.status == psutil.CONN_LISTEN}
    assert addresses == {"127.0.0.1"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (390, 844)])
def test_pages_fit_every_screen(app, browser, artefacts, scheme, width, height):
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    for name, path in {"explore": "/", "train": "/train"}.items():
        page.goto(f"{app[0]}{path}")
        expect(page.locator(".stMainBlockContainer")).to_contain_text("parameters", ignore_case=True, timeout=SLOW)
        if name == "explore":
            page.wait_for_function("document.querySelector('.hg-plot.hg-ready')", timeout=SLOW)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=artefacts / f"{name}-{scheme}-{width}x{height}.png")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/train"])
def test_axe_finds_nothing_serious(app, browser, scheme, path):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{app[0]}{path}")
    expect(page.locator(".stMainBlockContainer")).to_contain_text("parameters", ignore_case=True, timeout=SLOW)
    time.sleep(1)
    found = Axe().run(page).response["violations"]
    context.close()
    assert not [(v["id"], [n["target"] for n in v["nodes"]]) for v in found if v["impact"] in {"serious", "critical"}]


def _server_of(url: str) -> psutil.Process:
    port = int(url.rpartition(":")[2])
    (server,) = {
        connection.pid
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    return psutil.Process(server)
