"""Draws from the prior under the hand: which models have a prior is not told by whether their codes are noisy."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from explorer.library import models as library
from tests.support.browser_helpers import SLOW, code, decoded, difference, open_model, picture, slider
from tests.support.helpers import wait_for
from tests.support.made_runs import make_run

pytestmark = pytest.mark.browser

WITH_PRIOR, WITHOUT = ["gan", "aae"], "ae"
LATENT = 4
DRAWS = 40
_DRAWS = """async (button, [count, name]) => {
    const hand = (await import("/web/hand/hand.js")).handOf(name);
    return [...Array(count)].map(() => (button.click(), [...hand.code]));
}"""


@pytest.fixture(scope="module", autouse=True)
def _runs(home: Path) -> None:
    """Add a run of each of these variants: its codes are nowhere yet."""
    for variant in (*WITH_PRIOR, WITHOUT):
        make_run(home / "runs" / variant, {}, variant=variant, latent_dim=LATENT)


def draws(page: Page, hand: str) -> np.ndarray:
    """Codes (DRAWS, latent), each from a click on Sample; all clicks are one message to the browser."""
    return np.array(page.get_by_role("button", name="Sample").evaluate(_DRAWS, [DRAWS, hand]))


def ends(page: Page, index: int) -> tuple[float, float]:
    track = slider(page, f"z{index}")
    return float(track.get_attribute("min") or 0), float(track.get_attribute("max") or 0)


def is_under_the_prior(page: Page, hand: str) -> None:
    """Random draws from a standard normal, the sliders reach it, Reset goes to its middle, and all of it is said."""
    expect(page.get_by_role("button", name="Sample")).to_have_attribute(
        "title", "Draw each dimension from a standard normal distribution."
    )
    drawn = draws(page, hand)
    assert abs(drawn.mean()) < 0.4  # of 160 standard normals: five standard errors
    assert 0.72 < drawn.std() < 1.28
    for index in range(LATENT):
        low, high = ends(page, index)
        assert low <= -2
        assert high >= 2
    expect(page.get_by_role("group", name="z0", exact=True).locator(".hg-prior")).to_have_count(3)
    page.get_by_role("button", name="Reset", exact=True).click()
    assert code(page, hand) == [0] * LATENT
    expect(page.get_by_role("checkbox", name="Posterior samples")).to_be_hidden()  # there is no posterior to sample


@pytest.mark.parametrize("variant", WITH_PRIOR)
def test_random_on_explore_draws_from_the_prior(app, home, page, variant, artefacts, monkeypatch):
    monkeypatch.setenv("HOURGLASS_HOME", str(home))
    spread = library.find(f"run/{variant}").codes().mean.std(axis=0).mean()
    assert not 0.72 < spread < 1.28, "its codes are like the prior: a draw near the data would pass for one from it"
    open_model(page, app, f"run/{variant}")
    is_under_the_prior(page, "explore")
    page.get_by_role("button", name="Sample").click()
    there = code(page)
    wait_for(lambda: difference(picture(page), decoded(page, f"run/{variant}", [there], (28, 28, 1))[0]) <= 1)
    page.screenshot(path=artefacts / f"explore-{variant}.png")


@pytest.mark.parametrize("variant", WITH_PRIOR)
def test_random_beside_a_run_draws_from_the_prior(app, page, variant):
    page.goto(f"{app}/train?run={variant}")
    expect(page.locator(".hg-latency")).to_contain_text("decoded", timeout=SLOW)
    expect(page.locator(".hg-map.hg-ready .hg-plot.hg-ready")).to_be_visible(timeout=SLOW)
    is_under_the_prior(page, variant)


def test_a_model_without_a_prior_is_drawn_from_its_datas_mean_and_spread(app, home, page, monkeypatch):
    monkeypatch.setenv("HOURGLASS_HOME", str(home))
    codes = library.find(f"run/{WITHOUT}").codes().mean
    open_model(page, app, f"run/{WITHOUT}")
    said = "Draw each dimension from a normal distribution with the mean and standard deviation of the data."
    expect(page.get_by_role("button", name="Sample")).to_have_attribute("title", said)
    expect(page.locator(".hg-prior")).to_have_count(0)
    page.get_by_role("button", name="Reset", exact=True).click()
    assert code(page) == pytest.approx(codes.mean(axis=0), abs=1e-4)
    standard = (draws(page, "explore") - codes.mean(axis=0)) / codes.std(axis=0)
    assert abs(standard.mean()) < 0.4
    assert 0.72 < standard.std() < 1.28
