"""The graph of a loss in a real Chromium: what is lit, what moves, that it fits, and what axe says."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ROOT
from tests.support.browser_helpers import SLOW
from tests.support.pages import WIDTH, fresh_page, restyle

pytestmark = pytest.mark.browser
VAE = {"dataset": "mnist", "variant": "beta_vae"}
VAE_GAN = {"dataset": "mnist", "variant": "vae_gan"}
NOISY = {"dataset": "shapes_rgb", "variant": "denoising_ae", "pixel_model": "unscaled"}
SHOWN = {"vae": VAE, "noisy": NOISY, "vae-gan": VAE_GAN}
PHONE = (390, 844)


@pytest.fixture(scope="module")
def app(app_server) -> str:
    return app_server(ROOT / "tests" / "browser" / "apps" / "graph_app.py")


@pytest.fixture(scope="module")
def vae(app: str, browser: Browser) -> Iterator[Page]:
    """Yield a page with the graph of VAE at rest; a test leaves it with nothing lit."""
    with fresh_page(browser) as page:
        show(page, app, VAE)
        yield page


@pytest.fixture(scope="module", params=SHOWN)
def live(app: str, browser: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[str, Page]]:
    """Yield the name of an experiment and a page with its live graph, loaded on a phone."""
    with fresh_page(browser, *PHONE) as page:
        show(page, app, SHOWN[request.param], live="1")
        assert page.evaluate(WIDTH) <= PHONE[0]
        yield request.param, page


def show(page: Page, app: str, experiment: dict, **more: str) -> None:
    page.goto(f"{app}/?{urlencode({'experiment': json.dumps(experiment), **more})}")
    expect(page.locator(".hg-graph.hg-ready svg")).to_be_visible(timeout=SLOW)


def lit(page: Page) -> set[str]:
    return set(page.locator(".hg-node.hg-on .hg-node-title").all_text_contents())


def test_the_picture_has_a_name_and_says_in_words_what_it_shows(vae: Page):
    picture = vae.get_by_role("img", name="KL reads z_mean and z_log_var.")
    expect(picture).to_be_visible()
    expect(vae.get_by_role("row")).to_have_count(3)
    row = vae.get_by_role("row", name="KL")
    for words in (
        "½ Σ exp(z_log_var) + z_mean² − 1 − z_log_var",
        "nats per image",
        "Kingma & Welling 2014, appendix B",
    ):
        expect(row).to_contain_text(words)
    expect(vae.locator(".hg-weight")).to_have_text(["× 1", "× 4"])
    expect(vae.get_by_text("One learner minimises the total: Adam at 0.001")).to_be_visible()


def test_pointing_at_a_term_lights_what_it_reads(vae: Page):
    assert lit(vae) == set()
    vae.locator(".hg-node-term", has_text="KL").hover()
    assert lit(vae) == {"KL", "z_mean", "z_log_var", "Total"}
    dimmed = vae.locator(".hg-node-tensor text", has_text="logits")
    expect(dimmed).to_have_css("opacity", "0.2")
    vae.get_by_role("row", name="Reconstruction").hover()
    assert lit(vae) == {"Reconstruction", "x", "logits", "Total"}
    vae.get_by_role("heading").hover()
    assert lit(vae) == set()


def test_keys_do_the_same_and_a_term_can_be_held(vae: Page):
    button = vae.get_by_role("button", name="KL", exact=True)
    button.focus()
    assert lit(vae) == {"KL", "z_mean", "z_log_var", "Total"}
    vae.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    vae.get_by_role("button", name="Reconstruction").focus()
    assert "logits" in lit(vae)
    vae.keyboard.press("Shift+Tab")
    vae.evaluate("document.activeElement.blur()")
    assert lit(vae) == {"KL", "z_mean", "z_log_var", "Total"}
    button.press("Space")
    button.blur()
    assert lit(vae) == set()


@pytest.mark.parametrize("live", ["vae"], indirect=True)
def test_live_values_change_in_place_and_nothing_moves(live: tuple[str, Page]):
    _, page = live
    restyle(page)
    total = page.locator(".hg-node-total .hg-node-detail")
    expect(total).not_to_have_text("mean over the batch")
    page.evaluate("window.kept = [...document.querySelectorAll('.hg-graph svg, .hg-terms tr, .hg-terms td')]")
    page.get_by_role("button", name="KL", exact=True).focus()
    places = "[...document.querySelectorAll('.hg-node, .hg-terms td')].map(e => e.getBoundingClientRect().x)"
    before, first = page.evaluate(places), total.text_content()
    expect(total).not_to_have_text(first or "", timeout=10_000)
    assert page.evaluate(places) == pytest.approx(before, abs=1)
    assert page.evaluate("window.kept.every((element) => element.isConnected)")
    assert lit(page) == {"KL", "z_mean", "z_log_var", "Total"}
    expect(page.get_by_role("button", name="KL", exact=True)).to_be_focused()
    cells = page.get_by_role("row", name="KL").get_by_role("cell")
    _, _, _, _, value, weight, weighted, share = cells.all_text_contents()
    assert float(weighted.replace(",", "")) == pytest.approx(4 * float(value.replace(",", "")), rel=0.01)
    assert weight == "4"
    assert share.endswith(" %")
    page.evaluate("document.activeElement.blur()")


@pytest.mark.parametrize("live", ["vae-gan"], indirect=True)
def test_several_learners_have_each_its_rows_its_total_and_its_networks(live: tuple[str, Page]):
    _, page = live
    restyle(page)
    heads = page.locator(".hg-learner")
    expect(heads).to_have_text(["1Autoencoderupdates encoder and decoder", "2Discriminator"])
    expect(page.get_by_role("row", name="Σ weight × term")).to_have_count(2)
    rows = page.locator(".hg-terms tbody tr")
    shares = [float(text.split()[0]) for text in rows.locator("td.hg-cell-share span").all_text_contents() if text]
    assert sum(shares[:3]) == pytest.approx(100, abs=0.3)
    assert sum(shares[3:]) == pytest.approx(100, abs=0.3)
    heads.nth(1).hover()
    on_critic = {
        "discriminator",
        "score_on_x",
        "score_on_sample",
        "Discriminatoron images",  # in two lines
        "Discriminatoron samples",
        "Discriminator",
    }
    assert lit(page) == on_critic
    page.locator(".hg-node-term", has_text="KL").hover()
    assert lit(page) == {"KL", "z_mean", "z_log_var", "Autoencoder"}
    expect(page.get_by_text("Two learners, each with Adam")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [PHONE, (820, 1180), (1280, 800)])
def test_it_fits_every_screen_and_can_be_read(live, artefacts, scheme, width, height):
    name, page = live
    page.mouse.move(0, 0)
    restyle(page, width, height, scheme)
    assert page.evaluate(WIDTH) <= width
    sizes = "texts => texts.map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"
    assert min(page.locator(".hg-graph svg text").evaluate_all(sizes)) >= 9.5
    inside = """nodes => nodes.every(node => {
        const box = node.querySelector("path").getBBox();
        return [...node.querySelectorAll("text")].every(text => text.getBBox().width <= box.width - 4);
    })"""
    assert page.locator(".hg-node").evaluate_all(inside), "a text sticks out of its node"
    page.screenshot(path=artefacts / f"graph-{name}-{scheme}-{width}.png")
    found = Axe().run(page, context=".hg-graph", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_a_page_that_becomes_narrow_is_drawn_from_top_to_bottom(vae: Page):
    svg = vae.locator(".hg-graph svg")
    before = str(svg.get_attribute("viewBox"))
    wide, high = (float(side) for side in before.split()[2:])
    assert wide > high
    vae.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    expect(svg).not_to_have_attribute("viewBox", before)
    wide, high = (float(side) for side in str(svg.get_attribute("viewBox")).split()[2:])
    assert high > wide
    expect(vae.locator(".hg-weight")).to_have_text(["× 1", "× 4"])
