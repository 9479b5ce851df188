"""Widgets that stand in the address, or begin with what another one says, take each of several choices in a row."""

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser_helpers import SLOW, at_rest, choose, open_model
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page
from tests.support.training_page import enter

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(app: str, browser: Browser) -> Iterator[Page]:
    """Yield the app with a model of four dimensions; a test goes on where the one before has left it."""
    with fresh_page(browser) as page:
        open_model(page, app, "run/four")
        yield page


def _go(page: Page, name: str, part: str | None = None) -> None:
    """Follow a link of the navigation, and choose a part of the page that it leads to."""
    page.get_by_role("link", name=name, exact=True).click()
    if part:
        page.get_by_role("radiogroup", name="Part").get_by_role("radio", name=part).click(timeout=SLOW)
    at_rest(page)


def _in_address(page: Page, name: str) -> str:
    address = page.evaluate("location.search")  # `page.url` does not change while Python sleeps
    return parse_qs(address.removeprefix("?")).get(name, [""])[0]


def _axes(page: Page) -> tuple[str, str]:
    x, y = page.locator(".hg-map .hg-plot").evaluate(
        "plot => ['xaxis', 'yaxis'].map((axis) => plot.layout[axis].title.text)"
    )
    return x, y


def _shows_axes(page: Page, first: str, second: str) -> None:
    wait_for(lambda: _axes(page) == (first, second))


def test_six_views_in_a_row(page):
    for view, across in [("Dimensions", "z"), ("PCA", "PC 1")] * 3:
        page.get_by_role("radio", name=view).click()
        wait_for(lambda: _axes(page)[0].startswith(across))  # noqa: B023
        expect(page.get_by_role("radio", name=view)).to_be_checked()


def test_four_times_the_images_in_a_row(page):
    for images, shown in [("All images (1,797)", "1,797 of 1,797"), ("Sample (1,000)", "1,000 of 1,797")] * 2:
        page.get_by_role("radio", name=images).click()
        expect(page.locator(".hg-shown")).to_contain_text(shown, timeout=SLOW)


def test_eight_pairs_of_dimensions_in_a_row(page):
    page.get_by_role("radio", name="Dimensions").click()
    choose(page, "x axis", "x: z0")
    for first, second in [("z0", "z3"), ("z0", "z1"), ("z0", "z2"), ("z0", "z3")]:
        choose(page, "y axis", f"y: {second}")
        _shows_axes(page, first, second)
    for first, second in [("z1", "z3"), ("z2", "z3"), ("z1", "z3"), ("z2", "z3")]:  # the second stays
        choose(page, "x axis", f"x: {first}")
        _shows_axes(page, first, second)
    for second in ("z0", "z1", "z3"):
        choose(page, "y axis", f"y: {second}")
        _shows_axes(page, "z2", second)


_PLACES = """() => [".st-key-explore-bar .stColumn", ".hg-map-bar > *", ".hg-map-stage", ".hg-bank"]
    .flatMap((parts) => [...document.querySelectorAll(parts)])
    .map((part) => {
        const { left, top, width, height } = part.getBoundingClientRect();
        return [left, top, width, height].map(Math.round);
    })"""


def test_nothing_jumps_when_view_images_or_backdrop_change(page):
    page.get_by_role("radio", name="Dimensions").click()
    wait_for(lambda: _axes(page)[0].startswith("z"))
    before = page.evaluate(_PLACES)
    for _ in range(3):
        page.get_by_role("radio", name="PCA").click()
        wait_for(lambda: _axes(page)[0].startswith("PC 1"))
        expect(page.get_by_role("combobox", name="x axis")).to_be_disabled()
        assert page.evaluate(_PLACES) == before
        for kind in ("decodes", "mean", "density", "nothing"):
            page.get_by_role("combobox", name="Backdrop").select_option(kind)
            assert page.evaluate(_PLACES) == before
        page.get_by_role("radio", name="All images (1,797)").click()
        expect(page.locator(".hg-shown")).to_contain_text("1,797 of 1,797", timeout=SLOW)
        assert page.evaluate(_PLACES) == before
        page.get_by_role("radio", name="Sample (1,000)").click()
        page.get_by_role("radio", name="Dimensions").click()
        wait_for(lambda: _axes(page)[0].startswith("z"))
        expect(page.get_by_role("combobox", name="x axis")).to_be_enabled()
        assert page.evaluate(_PLACES) == before


def test_six_snapshots_in_a_row(page):
    slider = page.get_by_role("slider", name="Snapshot")
    for key, model in [("ArrowLeft", "run/four@0"), ("ArrowRight", "run/four")] * 3:  # the newest needs no number
        slider.press(key)
        wait_for(lambda: _in_address(page, "model") == model)  # noqa: B023
        page.wait_for_timeout(300)
        assert _in_address(page, "model") == model
    choose(page, "Model", "MNIST · VAE · 2-D")
    wait_for(lambda: _in_address(page, "model") == "bundled/mnist-vae-2d")


def test_eight_models_in_a_row(page):
    fashion = ("Fashion-MNIST · VAE · 2-D", "bundled/fashion-vae-2d", "597,403 parameters", "z0")
    digits = ("MNIST · VAE · 16-D", "bundled/mnist-vae-16d", "626,721 parameters", "PC 1")
    for title, key, facts, across in [fashion, digits] * 4:
        choose(page, "Model", title)
        expect(page.get_by_text(facts)).to_be_visible(timeout=SLOW)
        wait_for(lambda: _in_address(page, "model") == key)  # noqa: B023 -- called at once
        wait_for(lambda: _axes(page)[0].startswith(across))  # noqa: B023
        page.wait_for_timeout(300)  # what snaps back does so by now
        expect(page.get_by_role("combobox", name="Model")).to_have_value(title)


@pytest.mark.parametrize(
    ("part", "label", "parameter"),
    [("Terms and code", "Experiment", "experiment"), ("Step through one batch", "Model", "model")],
)
def test_three_choices_in_a_row_on_losses(page, part, label, parameter):
    _go(page, "Losses", part)
    box = page.get_by_role("combobox", name=label)
    expect(box).to_be_visible(timeout=SLOW)
    at_rest(page)
    box.click()
    options = page.get_by_role("option").all_inner_texts()[1:3]
    page.keyboard.press("Escape")
    addresses = []
    for option in (*options, options[0]):
        choose(page, label, option)
        addresses.append(wait_for(lambda: _other_address(page, parameter, addresses)))
        page.wait_for_timeout(300)
        expect(box).to_have_value(option)
    assert len(set(addresses)) == 2
    assert all(one != other for one, other in pairwise(addresses))


def _other_address(page: Page, parameter: str, before: list[str]) -> str | None:
    now = _in_address(page, parameter)
    return now if now and now not in before[-1:] else None


def test_six_views_of_losses_in_a_row(page):
    _go(page, "Losses")
    for title, view in [("Terms and code", "terms"), ("Five wirings", "wirings"), ("Pairing lab", "")] * 2:
        page.get_by_role("radio", name=title).click(timeout=SLOW)
        wait_for(lambda: _in_address(page, "view") == view)  # noqa: B023
        expect(page.get_by_role("radio", name=title)).to_be_checked()


def test_six_choices_in_the_form_in_a_row(page):
    _go(page, "Train")
    expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
    box = page.get_by_role("combobox", name="Variant")
    variants = [
        ("Adversarial", "Adversarial autoencoder", "GAN", "gan"),
        ("Variational", "VAE", "β-VAE", "beta_vae"),
        ("Autoencoders", "Autoencoder", "VQ-VAE", "vq_vae"),
    ] * 2
    for family, first, title, name in variants:
        page.get_by_role("radio", name=family).click()
        expect(box).to_have_value(first, timeout=SLOW)
        choose(page, "Variant", title)
        wait_for(lambda: _in_address(page, "variant") == name)  # noqa: B023
        page.wait_for_timeout(300)
        expect(box).to_have_value(title)
    presets = [("VQ-VAE", "vq_vae"), ("Denoising autoencoder", "denoising_ae"), ("GAN", "gan")] * 2
    for title, name in presets:  # each fills the whole form
        page.get_by_role("button", name=re.compile(f"^{title} ")).click()
        wait_for(lambda: _in_address(page, "variant") == name)  # noqa: B023
        page.wait_for_timeout(300)
        expect(page.get_by_role("combobox", name="Variant")).to_have_value(title)


def test_what_cannot_fit_into_memory_is_refused_and_can_be_started_when_it_is_smaller(page):
    page.get_by_role("radio", name="Variational").click()
    expect(page.get_by_role("combobox", name="Variant")).to_have_value("VAE", timeout=SLOW)
    choose(page, "Variant", "β-TCVAE")
    choose(page, "Data", "MNIST")
    start = page.get_by_role("button", name="Start training")
    refusal = page.get_by_text(re.compile(r"^This training needs about \d+ GB of memory, most of it for pairwise "))
    for label, value in (("Latent dimensions", "512"), ("Batch size", "4096")):  # more than any machine has
        enter(page.get_by_role("spinbutton", name=label, exact=True), value)
    expect(refusal).to_be_visible(timeout=SLOW)
    expect(start).to_be_disabled()
    enter(page.get_by_role("spinbutton", name="Batch size", exact=True), "16")
    expect(refusal).to_be_hidden(timeout=SLOW)
    expect(start).to_be_enabled()


def test_six_runs_in_a_row(page):
    _go(page, "Train")
    box = page.get_by_role("combobox", name="Run")
    for name in ["colour", "line"] * 3:
        choose(page, "Run", re.compile(f"· {name}$"))
        wait_for(lambda: _in_address(page, "run") == name)  # noqa: B023
        expect(box).to_have_count(1)
