"""A VAE-GAN under the hand: set up, its health in words while it trains, a critic held still, one step, slow motion."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.runs.layout import send_command
from explorer.runs.reader import Run
from tests.support.browser_helpers import SLOW
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page
from tests.support.run_helpers import moving_of, reached
from tests.support.training_page import FOR_LONG, enter_epochs, folder_of_run, let_others_first, start_button

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(app: str, browser: Browser) -> Iterator[Page]:
    """Yield the page of a VAE-GAN that was set up and started on it, and trains for longer than there is time."""
    with fresh_page(browser) as page:
        page.goto(f"{app}/train")
        page.get_by_role("button", name="VAE-GAN").click(timeout=SLOW)
        expect(page.get_by_role("spinbutton", name="Latent dimensions", exact=True)).to_have_value("8", timeout=SLOW)
        enter_epochs(page)
        expect(
            page.get_by_text("Discriminator minimises 1 × discriminator on images + 1 × discriminator on samples")
        ).to_be_visible()
        start_button(page).click()
        expect(page.get_by_role("figure", name="discriminator outputs")).to_be_visible(timeout=SLOW)
        yield page


@pytest.fixture(scope="module")
def run(page: Page, home: Path) -> Iterator[Run]:
    with Run(folder_of_run(page, home)) as run:
        assert (run.experiment.variant, run.experiment.epochs) == ("vae_gan", FOR_LONG)
        reached(run, "training", step=30)
        let_others_first(run.folder)
        yield run
        send_command(run.folder, "stop")
        reached(run, "stopped")


def test_its_health_is_told_in_words_with_the_numbers(page, run, artefacts):
    health = page.get_by_text("The discriminator is right on")
    expect(health.first).to_contain_text("of real images and", timeout=SLOW)
    expect(page.get_by_text("Gradient norm: autoencoder")).to_contain_text("of the largest so far")
    expect(page.locator(".hg-health").get_by_text("of the spread of the data")).to_be_visible()
    expect(page.get_by_role("img", name="samples", exact=True)).to_be_visible()
    health.first.scroll_into_view_if_needed()
    page.screenshot(path=artefacts / "train-vae-gan.png")


def test_the_critic_is_held_still_and_the_curves_say_so(page, run):
    assert moving_of(run) == ("loss", "critic_loss")
    page.get_by_role("radio", name="Autoencoder only").click()
    wait_for(lambda: moving_of(run) == ("loss",))
    expect(page.locator(".hg-health").get_by_text("Discriminator frozen by you")).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-changes")).to_contain_text("Discriminator frozen", timeout=SLOW)
    send_command(run.folder, "moving", totals=["loss", "critic_loss"])  # as another page would
    everybody = page.get_by_role("radio", name="All", exact=True).first  # for a moment the old one is there too
    expect(everybody).to_be_checked(timeout=SLOW)
    expect(page.locator(".hg-health").get_by_text("Discriminator frozen by you")).to_be_hidden(timeout=SLOW)
    assert [event.kind for event in run.changes()] == ["moving", "moving"]  # no widget sent anything by itself
    expect(page.get_by_role("radio", name="All", exact=True)).to_have_count(1, timeout=SLOW)
    for name, totals in [("Discriminator only", ("critic_loss",)), ("All", ("loss", "critic_loss"))] * 3:
        page.get_by_role("radio", name=name, exact=True).click()
        wait_for(lambda: moving_of(run) == totals)  # noqa: B023
        # Drawn again by then: a click on what is about to be replaced would be lost.
        expect(page.locator(".hg-health").get_by_text("frozen by you")).to_have_count(
            0 if name == "All" else 1, timeout=SLOW
        )
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked(timeout=SLOW)
    assert [event.kind for event in run.changes()] == ["moving"] * 8


def test_one_step_is_exactly_one(page, run):
    expect(page.get_by_role("button", name="One step")).to_be_disabled()
    for _ in range(2):
        page.get_by_role("button", name=re.compile("Pause$")).click(timeout=SLOW)
        step = reached(run, "paused").step
        page.get_by_role("button", name="Resume").click(timeout=SLOW)
        reached(run, "training", step=step + 1)
    page.get_by_role("button", name=re.compile("Pause$")).click(timeout=SLOW)
    step = reached(run, "paused").step
    for number in (1, 2, 3):
        page.get_by_role("button", name="One step").click(timeout=SLOW)
        expect(page.locator(".hg-shown")).to_contain_text(f"at step {step + number:,} shown", timeout=SLOW)
        expect(page.locator(".hg-course")).to_contain_text(f"Step {step + number:,}, on its batch:", timeout=SLOW)
    page.wait_for_timeout(1500)
    assert run.status().step == run.curves().training["step"][-1] == step + 3
    assert run.status().state == "paused"


def test_one_batch_is_walked_through_to_the_gradients_of_both(page, artefacts):
    title = page.locator(".hg-stage-title")
    page.get_by_text("Step through one batch").click()
    page.get_by_role("button", name=re.compile("Take a batch$")).click()
    expect(title).to_have_text("x", timeout=SLOW)
    seen, forth = [title.inner_text()], page.get_by_role("button", name="Next", exact=True)
    norms: dict[str, list[float]] = {}
    while forth.is_enabled():
        forth.click()
        seen.append(title.inner_text())
        if seen[-1].startswith("∇"):
            cells = page.get_by_role("table", name="gradients").locator("tbody td:nth-child(3)").all_inner_texts()
            norms[seen[-1]] = [float(cell.split()[0]) for cell in cells]
    for name in (
        "z_mean",
        "epsilon",
        "z",
        "z_prior",
        "sample",
        "discriminator",
        "features_on_x",
        "Total of the autoencoder",
        "Total of the discriminator",
    ):
        assert name in seen
    assert list(norms) == ["∇ decoder", "∇ encoder", "∇ discriminator"]
    assert all(norm > 0 for layers in norms.values() for norm in layers)
    page.locator(".hg-step").scroll_into_view_if_needed()
    page.screenshot(path=artefacts / "step-vae-gan.png")
    page.get_by_role("button", name="Back", exact=True).click()
    expect(title).to_have_text(seen[-2])
