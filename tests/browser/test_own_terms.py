"""A loss term of one's own in a real Chromium: set up by a clumsy hand, trained, watched and steered."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from explorer.runs.layout import WEIGHT_PREFIX, WEIGHTED_PREFIX
from explorer.runs.reader import Run
from tests.support.browser_helpers import SLOW
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page
from tests.support.run_helpers import reached
from tests.support.training_page import enter, enter_epochs, folder_of_run, let_others_first, start_button

pytestmark = pytest.mark.browser
NAME, FORMULA, WEIGHT, LIVE_WEIGHT = "code_size", "mean(square(z))", 0.5, 3.0
VALUE = re.compile(r"([\d.]+) on the first \d+ images before training, from [\d.]+ to [\d.]+\.")
_TITLES = "(document.querySelector('.hg-plot')?.layout?.annotations ?? []).map(a => a.text)"

# The points of all lines in the panel below the title of that number; panels are numbered as their titles are.
_POINTS = """title => document.querySelector('.hg-plot').data
    .filter(trace => trace.yaxis === (title ? `y${title + 1}` : "y"))
    .reduce((sum, trace) => sum + trace.x.length, 0)"""


@pytest.fixture(scope="module")
def page(app: str, browser: Browser) -> Iterator[Page]:
    """Yield the form of a new training, for all the tests."""
    with fresh_page(browser) as page:
        page.goto(f"{app}/train")
        expect(start_button(page)).to_be_enabled(timeout=SLOW)
        yield page


def row(page: Page, number: int = 1) -> Locator:
    """One term of one's own."""
    return page.locator(f".st-key-own-term-{number}")


def field(page: Page, label: str, number: int = 1) -> Locator:
    return row(page, number).get_by_label(label, exact=True)


def formula(page: Page, number: int = 1) -> Locator:
    return row(page, number).locator(".hg-formula-input")


def said(page: Page, number: int = 1) -> Locator:
    return row(page, number).get_by_role("status")


def add(page: Page, number: int = 1) -> None:
    page.get_by_role("button", name="Add a loss term").click()
    expect(row(page, number).locator(".hg-formula.hg-ready")).to_be_visible(timeout=SLOW)


def remove(page: Page, number: int) -> None:
    row(page, number).locator(f".st-key-own-{number}-remove").get_by_role("button").click()
    expect(row(page, number)).to_have_count(0)


def refused(page: Page, sentence: str) -> None:
    expect(page.get_by_role("alert").filter(has_text=sentence).first).to_be_visible(timeout=SLOW)
    expect(start_button(page)).to_be_disabled()


def test_a_formula_says_what_it_comes_to_on_real_images(page, artefacts):
    add(page)
    enter(field(page, "Name"), NAME)
    formula(page).fill(FORMULA)
    expect(said(page)).to_have_text(VALUE, timeout=SLOW)
    found = VALUE.search(said(page).inner_text())
    assert found
    assert 0.5 < float(found[1]) < 2  # codes of an untrained VAE are close to noise of variance 1
    enter(field(page, "Weight"), str(WEIGHT))
    expect(page.get_by_text("+ 0.5 × code size")).to_be_visible()
    page.screenshot(path=artefacts / "own-term-setup.png", full_page=True)


def test_a_wrong_name_is_shown_in_its_place_and_does_not_start(page, artefacts):
    formula(page).fill("mean(square(zz))")
    expect(said(page)).to_contain_text("There is no tensor zz;")
    expect(row(page).locator(".hg-formula-fault")).to_have_text("zz")
    refused(page, "There is no tensor zz;")
    page.screenshot(path=artefacts / "own-term-wrong.png", full_page=True)
    formula(page).fill(FORMULA)
    expect(start_button(page)).to_be_enabled(timeout=SLOW)
    enter(field(page, "Name"), "Code size!")
    refused(page, "your own term was named 'Code size!'")
    enter(field(page, "Name"), f" {NAME} ")
    expect(start_button(page)).to_be_enabled(timeout=SLOW)


def test_two_terms_of_one_name_are_refused_and_a_removed_one_leaves_nothing(page, artefacts):
    add(page, 2)
    enter(field(page, "Weight", 2), "7")
    formula(page, 2).fill("sum(x)")
    enter(field(page, "Name", 2), NAME)
    refused(page, f"Another term has the name {NAME}. Choose another name.")
    expect(page.get_by_role("alert")).to_have_count(2)  # beside the name, and beside the button
    page.screenshot(path=artefacts / "own-term-twice.png", full_page=True)
    remove(page, 2)
    expect(start_button(page)).to_be_enabled(timeout=SLOW)
    expect(page.get_by_role("alert")).to_have_count(0)
    add(page, 3)  # has nothing of the one before
    expect(field(page, "Name", 3)).to_have_value("own_3")
    expect(field(page, "Weight", 3)).to_have_value("1")
    expect(formula(page, 3)).to_have_value("sum(abs(z))")
    expect(page.get_by_text("+ 1 × own 3")).to_be_visible(timeout=SLOW)
    remove(page, 3)
    expect(page.get_by_text("+ 1 × own 3")).to_have_count(0)


def test_a_reload_keeps_the_term(page):
    page.reload()
    expect(formula(page)).to_have_value(FORMULA, timeout=SLOW)
    expect(field(page, "Name")).to_have_value(NAME)
    expect(field(page, "Weight")).to_have_value(f"{WEIGHT:g}")
    expect(page.get_by_label("Latent dimensions", exact=True)).to_have_value("2")
    expect(page.get_by_text("+ 0.5 × code size")).to_be_visible()
    expect(said(page)).to_have_text(VALUE, timeout=SLOW)


@pytest.fixture(scope="module")
def known(home: Path) -> set[Path]:
    """Return the runs of before."""
    return set((home / "runs").iterdir())


@pytest.fixture(scope="module")
def run(page: Page, home: Path, known: set[Path]) -> Iterator[Run]:
    """Start a training of the term with a double click, and yield its run while it trains."""
    enter_epochs(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    start_button(page).dblclick()
    expect(page.get_by_role("figure", name="loss curves")).to_be_visible(timeout=SLOW)
    let_others_first(folder_of_run(page, home))
    with Run(folder_of_run(page, home)) as run:
        yield run


def test_a_double_click_starts_one_run_with_the_term(page, run, home, known):
    setting = run.experiment.terms[NAME]
    assert (setting.formula, setting.weight) == (FORMULA, WEIGHT)
    expect(page).to_have_url(re.compile(f"run={run.name}$"))
    reached(run, "training", step=20)
    assert set((home / "runs").iterdir()) - known == {run.folder}
    expect(page.get_by_role("figure", name="loss curves")).to_be_visible()


def test_the_term_has_a_curve_of_its_own(page, run, artefacts):
    page.wait_for_function(f"{_TITLES}.some(text => text.startsWith('<b>code size</b>'))", timeout=SLOW)
    title = page.evaluate(f"{_TITLES}.findIndex(text => text.startsWith('<b>code size</b>'))")
    grows = f"([title, before]) => ({_POINTS})(title) > before"
    page.wait_for_function(grows, arg=[title, 0], timeout=SLOW)
    page.wait_for_function(grows, arg=[title, page.evaluate(_POINTS, title)], timeout=SLOW)
    page.screenshot(path=artefacts / "own-term-run.png")


def test_its_weight_is_changed_while_it_trains(page, run, artefacts):
    enter(page.get_by_label("code size weight", exact=True), f"{LIVE_WEIGHT:g}")
    (event,) = wait_for(run.changes)
    assert (event.kind, event.detail["term"], event.detail["value"]) == ("weight", NAME, LIVE_WEIGHT)
    said = f"code size weight {WEIGHT:g} → {LIVE_WEIGHT:g}"
    expect(page.locator(".hg-changes")).to_contain_text(said, timeout=SLOW)
    page.wait_for_function("document.querySelector('.hg-plot').layout.shapes.length", timeout=SLOW)
    lines = page.evaluate("document.querySelector('.hg-plot').layout.shapes.map(shape => shape.x0)")
    assert lines[0] == pytest.approx(event.epoch)
    reached(run, "training", step=event.step + 50)
    history = run.curves(10**6).training
    before = history["step"] <= event.step
    np.testing.assert_array_equal(history[WEIGHT_PREFIX + NAME], np.where(before, WEIGHT, LIVE_WEIGHT))
    np.testing.assert_allclose(
        history[WEIGHTED_PREFIX + NAME], history[NAME] * history[WEIGHT_PREFIX + NAME], rtol=1e-5
    )
    assert (~before).sum() >= 50
    page.screenshot(path=artefacts / "own-term-steered.png")


def test_a_reload_shows_the_run_with_its_new_weight(page, run):
    page.reload()
    expect(page.get_by_label("code size weight", exact=True)).to_have_value(f"{LIVE_WEIGHT:g}", timeout=SLOW)
    page.get_by_role("button", name="Stop").click(timeout=SLOW)
    assert reached(run, "stopped").step > 0
