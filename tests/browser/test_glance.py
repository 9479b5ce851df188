"""A loss at a glance and the code of exactly this, on the pages where a person meets them."""

import re

import pytest
from playwright.sync_api import expect

from explorer.export.script import script_of
from explorer.presets import PRESETS, checked_experiment
from explorer.runs.reader import Run
from tests.support.browser_helpers import SLOW, choose
from tests.support.training_page import downloaded, enter, folder_of_run

pytestmark = pytest.mark.browser


def test_any_preset_is_seen_with_its_code(app, page):
    page.goto(f"{app}/losses?view=terms&experiment=preset/question")
    expect(page.get_by_role("row", name="Reconstruction")).to_contain_text("grey levels² per pixel", timeout=SLOW)
    page.get_by_text("Keras script", exact=True).click()
    assert downloaded(page) == script_of(checked_experiment(PRESETS["question"]))
    choose(page, "Experiment", "β-VAE on shapes with known factors")
    expect(page.get_by_role("row", name="KL")).to_contain_text("½ Σ exp(z_log_var)")
    expect(page).to_have_url(re.compile("experiment=preset%2Fshapes-beta|experiment=preset/shapes-beta"))


def test_the_setup_shows_the_loss_that_is_being_chosen(app, page):
    page.goto(f"{app}/train")
    page.get_by_text("Loss graph").click(timeout=SLOW)
    expect(page.locator(".hg-graph.hg-ready svg")).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-weight")).to_have_text(["× 1", "× 1"])
    enter(page.get_by_role("spinbutton", name="KL weight"), "8")
    expect(page.locator(".hg-weight")).to_have_text(["× 1", "× 8"])


@pytest.mark.parametrize(
    ("button", "preset"), [("Train the question unchanged", "question"), ("Train the question corrected", "answer")]
)
def test_the_question_trains_at_a_click_in_its_fold(app, home, page, button, preset):
    """MNIST may not be here; then the run says so, and it was the right one all the same."""
    page.goto(f"{app}/train")
    page.get_by_text("The question that Hourglass grew from").click(timeout=SLOW)
    page.get_by_role("button", name=re.compile(button)).click(timeout=SLOW)
    page.wait_for_url(re.compile("run="))
    folder = folder_of_run(page, home)
    assert Run(folder).experiment == checked_experiment(PRESETS[preset])
    stop = page.get_by_role("button", name=re.compile("Stop$"))
    expect(stop.or_(page.get_by_text("could not be downloaded"))).to_be_visible(timeout=SLOW)
    if stop.is_visible():
        stop.click()
        ended = page.get_by_text("Stopped by you").or_(page.get_by_text("could not be downloaded"))
        expect(ended).to_be_visible(timeout=SLOW)
