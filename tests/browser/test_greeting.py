"""The head of every page: hints that can be closed for good, and a glossary under the pointer and in one list."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser_helpers import SLOW
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(app: str, browser: Browser) -> Iterator[Page]:
    """Yield the setup page, as a first visit sees it."""
    with fresh_page(browser) as page:
        page.goto(f"{app}/train")
        expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
        yield page


def _hints(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Hints")


def _term(page: Page, name: str) -> tuple[float, float]:
    """Return the middle of the first marked term of that name, in pixels of the window."""
    wanted = "name => [...(CSS.highlights.get('hourglass-glossary') ?? [])].find(range => `${range}` === name)"
    page.wait_for_function(wanted, arg=name)
    box = page.evaluate(f"name => ({wanted})(name).getBoundingClientRect().toJSON()", name)
    return box["left"] + box["width"] / 2, box["top"] + box["height"] / 2


def test_hints_are_there_at_the_first_visit_and_stay_closed(page):
    expect(page.get_by_role("heading", level=1)).to_have_text("Train a model")
    for _ in range(3):
        expect(_hints(page).get_by_role("listitem")).to_have_count(3)
        page.get_by_role("button", name="Close the hints").click()
        expect(_hints(page)).to_be_hidden()
        page.reload()
        expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
        expect(_hints(page)).to_be_hidden()
        page.get_by_role("button", name="Hints", exact=True).click()
        expect(_hints(page)).to_be_visible()


def test_each_page_has_its_own(page):
    page.get_by_role("button", name="Close the hints").click()
    page.get_by_role("link", name="Losses").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Losses", timeout=SLOW)
    expect(_hints(page)).to_be_visible()
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Train a model", timeout=SLOW)
    expect(_hints(page)).to_be_hidden()


def test_a_term_is_explained_where_it_is_read(page):
    tip = page.get_by_role("tooltip").filter(has_text="cost in nats of coding a pixel")
    for _ in range(3):
        page.mouse.move(*_term(page, "cross-entropy"))
        expect(tip).to_be_visible()
        assert tip.bounding_box()["x"] >= 0
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()
        page.mouse.move(5, 5)
    page.mouse.move(*_term(page, "logits"))
    expect(page.get_by_role("tooltip").filter(has_text="before the sigmoid")).to_be_visible()
    page.mouse.move(5, 5)
    expect(page.get_by_role("tooltip").filter(has_text="before the sigmoid")).to_be_hidden()


def test_all_terms_stand_in_one_list(page):
    dialog = page.get_by_role("dialog", name="Glossary")
    for word, term in [("burda", "active unit"), ("wasserstein", "critic"), ("ELBO", "ELBO")]:
        page.get_by_role("button", name="Glossary").click()
        search = dialog.get_by_role("searchbox", name="Search the glossary")
        expect(search).to_be_focused()
        search.fill(word)
        expect(dialog.locator("dt").filter(visible=True).filter(has_text=term).first).to_be_visible()
        search.fill("no such word")
        expect(dialog.get_by_text("No term fits.")).to_be_visible()
        page.keyboard.press("Escape")  # empties the field, as in every search
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


def test_the_link_of_the_page_is_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for variant in ("beta_vae", "gan", "ae"):
        page.goto(re.sub(r"[?].*", "", page.url) + f"?variant={variant}")
        page.get_by_role("button", name="Copy link").click(timeout=SLOW)
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()").endswith(f"/train?variant={variant}")
