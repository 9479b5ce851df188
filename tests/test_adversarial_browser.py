"""A VAE-GAN under the hand: its health in words while it trains, a critic held still, a single step."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.runs.launcher import Launcher
from explorer.runs.layout import send_command
from explorer.runs.reader import Run
from tests.browser_helpers import SLOW, watched_page
from tests.conftest import ROOT
from tests.helpers import wait_for
from tests.run_helpers import reached, start

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("adversarial")


@pytest.fixture(scope="module")
def run(home: Path) -> Iterator[Run]:
    """Return a VAE-GAN that trains for longer than there is time, ended with the module."""
    launcher = Launcher()
    run = start(home / "runs", launcher, "game", variant="vae_gan", latent_dim=2, batch_size=64, epochs=10_000)
    yield run
    send_command(run.folder, "stop")
    launcher.close()
    run.close()


@pytest.fixture(scope="module")
def page(app_server, browser: Browser, home: Path, run: Run) -> Iterator[Page]:
    with watched_page(browser) as page:
        url = app_server(ROOT / "app.py", HOURGLASS_HOME=str(home))
        reached(run, "training", step=150)
        page.goto(f"{url}/train?run=game")
        expect(page.get_by_role("figure", name="what the critic says")).to_be_visible(timeout=SLOW)
        yield page


def test_its_health_is_told_in_words_with_the_numbers(page, artefacts):
    health = page.get_by_text("The critic is right on")
    expect(health.first).to_contain_text("of real images and", timeout=SLOW)
    expect(page.get_by_text("Gradient norm: autoencoder")).to_contain_text("of the largest so far")
    expect(page.get_by_text("They differ from each other by")).to_be_visible()
    expect(page.get_by_role("img", name="samples", exact=True)).to_be_visible()
    health.first.scroll_into_view_if_needed()
    page.screenshot(path=artefacts / "train-vae-gan.png")


def test_the_critic_is_held_still_and_the_curves_say_so(page, run):
    assert run.moving() == ("loss", "critic_loss")
    page.get_by_role("radio", name="Autoencoder only").click()
    wait_for(lambda: run.moving() == ("loss",))
    expect(page.get_by_text("Critic held still by hand")).to_be_visible(timeout=SLOW)
    page.wait_for_function(
        "document.querySelector('.hg-plot').layout.annotations.some(a => a.text === 'Critic held still')"
    )
    send_command(run.folder, "moving", totals=["loss", "critic_loss"])  # as another page would
    expect(page.get_by_role("radio", name="All", exact=True)).to_be_checked(timeout=SLOW)
    expect(page.get_by_text("Critic held still by hand")).to_be_hidden(timeout=SLOW)
    assert [event.kind for event in run.changes()] == ["moving", "moving"]  # no widget sent anything by itself


def test_one_step_is_exactly_one(page, run):
    expect(page.get_by_role("button", name="One step")).to_be_hidden()
    page.get_by_role("button", name="Pause").click()
    step = reached(run, "paused").step
    for number in (1, 2):
        page.get_by_role("button", name="One step").click(timeout=SLOW)
        expect(page.locator(".hg-shown")).to_contain_text(f"at step {step + number:,} shown", timeout=SLOW)
    page.wait_for_timeout(1500)
    assert run.status().step == run.curves().training["step"][-1] == step + 2
    assert run.status().state == "paused"
