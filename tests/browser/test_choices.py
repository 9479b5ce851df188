"""Widgets that stand in the address, or begin with what another one says, take each of several choices in a row."""

import re
from itertools import pairwise
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_helpers import SLOW, open_model
from tests.support.helpers import wait_for

pytestmark = pytest.mark.browser


def _choose(page: Page, label: str, option: str) -> None:
    """Choose in a select box and see that it stays."""
    box = page.get_by_role("combobox", name=label)
    box.click()
    page.get_by_role("option", name=option, exact=True).click()
    expect(box).to_have_value(option, timeout=SLOW)


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


def test_eight_models_in_a_row(app, page):
    open_model(page, app, "bundled/mnist-vae-2d")
    fashion = ("Fashion-MNIST · VAE · 2-D", "bundled/fashion-vae-2d", "112,421 parameters", "z0")
    digits = ("MNIST · VAE · 16-D", "bundled/mnist-vae-16d", "115,137 parameters", "first principal")
    for title, key, facts, across in [fashion, digits] * 4:
        _choose(page, "Model", title)
        expect(page.get_by_text(facts)).to_be_visible(timeout=SLOW)
        wait_for(lambda: _in_address(page, "model") == key)  # noqa: B023 -- called at once
        wait_for(lambda: _axes(page)[0].startswith(across))  # noqa: B023
        page.wait_for_timeout(300)  # what snaps back does so by now
        expect(page.get_by_role("combobox", name="Model")).to_have_value(title)


def test_six_views_in_a_row(app, page):
    open_model(page, app, "run/four")
    for view, across in [("Dimensions", "z"), ("PCA", "first principal")] * 3:
        page.get_by_role("radio", name=view).click()
        wait_for(lambda: _axes(page)[0].startswith(across))  # noqa: B023
        expect(page.get_by_role("radio", name=view)).to_be_checked()


def test_four_times_the_images_in_a_row(app, page):
    open_model(page, app, "run/four")
    for images, shown in [("All images (1,797)", "1,797 of 1,797"), ("Sample (1,000)", "1,000 of 1,797")] * 2:
        page.get_by_role("radio", name=images).click()
        expect(page.locator(".hg-shown")).to_contain_text(shown, timeout=SLOW)


def test_eight_pairs_of_dimensions_in_a_row(app, page):
    open_model(page, app, "run/four")
    page.get_by_role("radio", name="Dimensions").click()
    page.get_by_role("button", name="Axes").click()
    _choose(page, "x axis", "z0")
    for first, second in [("z0", "z3"), ("z0", "z1"), ("z0", "z2"), ("z0", "z3")]:
        _choose(page, "y axis", second)
        _shows_axes(page, first, second)
    for first, second in [("z1", "z3"), ("z2", "z3"), ("z1", "z3"), ("z2", "z3")]:  # the second stays
        _choose(page, "x axis", first)
        _shows_axes(page, first, second)
    for second in ("z0", "z1", "z3"):
        _choose(page, "y axis", second)
        _shows_axes(page, "z2", second)


def test_six_snapshots_in_a_row(app, page):
    open_model(page, app, "run/four@50")
    slider = page.get_by_role("slider", name="Snapshot")
    for key, model in [("ArrowLeft", "run/four@0"), ("ArrowRight", "run/four")] * 3:  # the newest needs no number
        slider.press(key)
        wait_for(lambda: _in_address(page, "model") == model)  # noqa: B023
        page.wait_for_timeout(300)
        assert _in_address(page, "model") == model
    _choose(page, "Model", "MNIST · VAE · 2-D")
    wait_for(lambda: _in_address(page, "model") == "bundled/mnist-vae-2d")


def test_five_wirings_in_a_row(app, page):
    page.goto(f"{app}/losses?view=wirings")
    group = page.get_by_role("radiogroup", name="Wiring")
    expect(group).to_be_visible(timeout=SLOW)
    names = group.get_by_role("radio").all_inner_texts()
    codes = [page.get_by_test_id("stCode").first.inner_text()]
    for name in [*names[1:], names[0]]:
        group.get_by_role("radio", name=name, exact=True).click()
        expect(group.get_by_role("radio", name=name, exact=True)).to_be_checked()
        codes.append(wait_for(lambda: _other_code(page, codes)))
    assert len(set(codes)) == len(names)
    assert codes[-1] == codes[0]


def _other_code(page: Page, before: list[str]) -> str | None:
    code = page.get_by_test_id("stCode").first.inner_text()
    return code if code != before[-1] else None


@pytest.mark.parametrize(
    ("view", "label", "parameter"), [("terms", "Experiment", "experiment"), ("step", "Model", "model")]
)
def test_six_choices_in_a_row_on_losses(app, page, view, label, parameter):
    page.goto(f"{app}/losses?view={view}")
    box = page.get_by_role("combobox", name=label)
    expect(box).to_be_visible(timeout=SLOW)
    box.click()
    options = page.get_by_role("option").all_inner_texts()[1:3]
    page.keyboard.press("Escape")
    addresses = []
    for option in options * 3:
        _choose(page, label, option)
        addresses.append(wait_for(lambda: _other_address(page, parameter, addresses)))
        page.wait_for_timeout(300)
        expect(box).to_have_value(option)
    assert len(set(addresses)) == 2
    assert all(one != other for one, other in pairwise(addresses))


def _other_address(page: Page, parameter: str, before: list[str]) -> str | None:
    now = _in_address(page, parameter)
    return now if now and now not in before[-1:] else None


def test_six_views_of_losses_in_a_row(app, page):
    page.goto(f"{app}/losses")
    for title, view in [("Terms and code", "terms"), ("Five wirings", "wirings"), ("Pairing lab", "")] * 2:
        page.get_by_role("radio", name=title).click(timeout=SLOW)
        wait_for(lambda: _in_address(page, "view") == view)  # noqa: B023
        expect(page.get_by_role("radio", name=title)).to_be_checked()


def test_six_choices_in_the_form_in_a_row(app, page):
    page.goto(f"{app}/train")
    expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
    for title, name in [("β-VAE", "beta_vae"), ("Autoencoder", "ae"), ("GAN", "gan")] * 2:
        _choose(page, "Variant", title)
        wait_for(lambda: _in_address(page, "variant") == name)  # noqa: B023
        page.wait_for_timeout(300)
        expect(page.get_by_role("combobox", name="Variant")).to_have_value(title)


def test_six_runs_in_a_row(app, page):
    page.goto(f"{app}/train?run=four")
    box = page.get_by_role("combobox", name="Run")
    for name in ["colour", "line"] * 3:
        box.click(timeout=SLOW)
        page.get_by_role("option", name=re.compile(f"· {name}$")).click()
        expect(box).to_have_value(re.compile(f"· {name}$"), timeout=SLOW)
        wait_for(lambda: _in_address(page, "run") == name)  # noqa: B023
        expect(box).to_have_count(1)
