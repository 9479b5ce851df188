"""The graph of a loss in a real Chromium: what is lit, what moves, that it fits, and what axe says."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.support.browser_helpers import SLOW
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser
VAE = {"dataset": "mnist", "variant": "beta_vae"}
VAE_GAN = {"dataset": "mnist", "variant": "vae_gan"}
NOISY = {"dataset": "shapes_rgb", "variant": "denoising_ae", "pixel_model": "unscaled"}


@pytest.fixture(scope="module")
def app(app_server) -> str:
    return app_server(ROOT / "tests" / "browser" / "apps" / "graph_app.py")


@pytest.fixture
def wide_page(browser) -> Iterator[Page]:
    with fresh_page(browser) as page:
        yield page


def show(page: Page, app: str, experiment: dict, **more: str) -> None:
    page.goto(f"{app}/?{urlencode({'experiment': json.dumps(experiment), **more})}")
    expect(page.locator(".hg-graph.hg-ready svg")).to_be_visible(timeout=SLOW)


def lit(page: Page) -> set[str]:
    return set(page.locator(".hg-node.hg-on .hg-node-title").all_text_contents())


def test_the_picture_has_a_name_and_says_in_words_what_it_shows(wide_page: Page, app):
    show(wide_page, app, VAE)
    picture = wide_page.get_by_role("img", name="KL reads z_mean and z_log_var.")
    expect(picture).to_be_visible()
    expect(wide_page.get_by_role("row")).to_have_count(3)
    row = wide_page.get_by_role("row", name="KL")
    for words in (
        "½ Σ exp(z_log_var) + z_mean² − 1 − z_log_var",
        "nats per image",
        "Kingma & Welling 2014, appendix B",
    ):
        expect(row).to_contain_text(words)
    expect(wide_page.locator(".hg-weight")).to_have_text(["× 1", "× 4"])
    expect(wide_page.get_by_text("One learner minimises the total: Adam at 0.001")).to_be_visible()


def test_pointing_at_a_term_lights_what_it_reads(wide_page: Page, app):
    show(wide_page, app, VAE)
    assert lit(wide_page) == set()
    wide_page.locator(".hg-node-term", has_text="KL").hover()
    assert lit(wide_page) == {"KL", "z_mean", "z_log_var", "Total"}
    dimmed = wide_page.locator(".hg-node-tensor text", has_text="logits")
    expect(dimmed).to_have_css("opacity", "0.2")
    wide_page.get_by_role("row", name="Reconstruction").hover()
    assert lit(wide_page) == {"Reconstruction", "x", "logits", "Total"}
    wide_page.get_by_role("heading").hover()
    assert lit(wide_page) == set()


def test_keys_do_the_same_and_a_term_can_be_held(wide_page: Page, app):
    show(wide_page, app, VAE)
    button = wide_page.get_by_role("button", name="KL", exact=True)
    button.focus()
    assert lit(wide_page) == {"KL", "z_mean", "z_log_var", "Total"}
    wide_page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    wide_page.get_by_role("button", name="Reconstruction").focus()
    assert "logits" in lit(wide_page)
    wide_page.keyboard.press("Shift+Tab")
    wide_page.evaluate("document.activeElement.blur()")
    assert lit(wide_page) == {"KL", "z_mean", "z_log_var", "Total"}
    button.press("Space")
    button.blur()
    assert lit(wide_page) == set()


def test_live_values_change_in_place_and_nothing_moves(wide_page: Page, app):
    show(wide_page, app, VAE, live="1")
    total = wide_page.locator(".hg-node-total .hg-node-detail")
    expect(total).not_to_have_text("mean over the batch")
    wide_page.evaluate("window.kept = [...document.querySelectorAll('.hg-graph svg, .hg-terms tr, .hg-terms td')]")
    wide_page.get_by_role("button", name="KL", exact=True).focus()
    places = "[...document.querySelectorAll('.hg-node, .hg-terms td')].map(e => e.getBoundingClientRect().x)"
    before, first = wide_page.evaluate(places), total.text_content()
    expect(total).not_to_have_text(first or "", timeout=10_000)
    assert wide_page.evaluate(places) == pytest.approx(before, abs=1)
    assert wide_page.evaluate("window.kept.every((element) => element.isConnected)")
    assert lit(wide_page) == {"KL", "z_mean", "z_log_var", "Total"}
    expect(wide_page.get_by_role("button", name="KL", exact=True)).to_be_focused()
    cells = wide_page.get_by_role("row", name="KL").get_by_role("cell")
    _, _, _, _, value, weight, weighted, share = cells.all_text_contents()
    assert float(weighted.replace(",", "")) == pytest.approx(4 * float(value.replace(",", "")), rel=0.01)
    assert weight == "4"
    assert share.endswith(" %")


def test_several_learners_have_each_its_rows_its_total_and_its_networks(wide_page: Page, app):
    show(wide_page, app, VAE_GAN, live="1")
    heads = wide_page.locator(".hg-learner")
    expect(heads).to_have_text(["1Autoencoderupdates encoder and decoder", "2Discriminatorupdates discriminator"])
    expect(wide_page.get_by_role("row", name="Σ weight × term")).to_have_count(2)
    rows = wide_page.locator(".hg-terms tbody tr")
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
    assert lit(wide_page) == on_critic
    wide_page.locator(".hg-node-term", has_text="KL").hover()
    assert lit(wide_page) == {"KL", "z_mean", "z_log_var", "Autoencoder"}
    expect(wide_page.get_by_text("Two learners, each with Adam")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (820, 1180), (390, 844)])
def test_it_fits_every_screen_and_can_be_read(app, browser, artefacts, scheme, width, height):
    with fresh_page(browser, width, height, scheme) as page:
        for name, experiment in (("vae", VAE), ("noisy", NOISY), ("vae-gan", VAE_GAN)):
            show(page, app, experiment, live="1")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            sizes = "e => e.map(t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"
            assert min(page.locator(".hg-graph svg text").evaluate_all(sizes)) >= 9.5
            inside = """nodes => nodes.every(node => {
                const box = node.querySelector("path").getBBox();
                return [...node.querySelectorAll("text")].every(text => text.getBBox().width <= box.width - 4);
            })"""
            assert page.locator(".hg-node").evaluate_all(inside), "a text sticks out of its node"
            page.screenshot(path=artefacts / f"graph-{name}-{scheme}-{width}.png")
            found = Axe().run(page, context=".hg-graph", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
            assert found.violations_count == 0, found.generate_report()


def test_a_page_that_becomes_narrow_is_drawn_from_top_to_bottom(wide_page: Page, app):
    show(wide_page, app, VAE)
    svg = wide_page.locator(".hg-graph svg")
    wide, high = (float(side) for side in str(svg.get_attribute("viewBox")).split()[2:])
    assert wide > high
    wide_page.set_viewport_size({"width": 390, "height": 844})
    expect(svg).not_to_have_attribute("viewBox", f"0 0 {wide:g} {high:g}")
    wide, high = (float(side) for side in str(svg.get_attribute("viewBox")).split()[2:])
    assert high > wide
    expect(wide_page.locator(".hg-weight")).to_have_text(["× 1", "× 4"])
