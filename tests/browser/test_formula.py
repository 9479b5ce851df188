"""The field for a formula in a real Chromium: what is said while it is typed, what is inserted, nothing lost."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.conftest import ROOT
from tests.support.browser_helpers import SLOW
from tests.support.helpers import wait_for
from tests.support.pages import WIDTH, fresh_page, restyle

pytestmark = pytest.mark.browser
WRONG = "sum(square(x - sigmoid(logit)))"
ANSWER = re.compile(r"^[\d.]+ nats on 3 images \(from [\d.]+ to [\d.]+\)\.$")
_NO_PAUSE = """() => {  // the field's pause never ends; all else on the page goes on
    const later = window.setTimeout;
    window.setTimeout = (call, ms, ...rest) => (ms === 250 ? 0 : later(call, ms, ...rest));
}"""
_AT_REST = "element => Promise.all(element.getAnimations({ subtree: true }).map(fade => fade.finished))"
CARET = "input => [input.selectionStart, input.selectionEnd]"


@pytest.fixture(scope="module")
def app(app_server) -> str:
    return app_server(ROOT / "tests" / "browser" / "apps" / "formula_app.py")


@pytest.fixture(scope="module")
def opened(app, browser) -> Iterator[Page]:
    """Yield the page with its field, opened once: a test goes on where the one before has left it."""
    with fresh_page(browser) as page:
        show(page, app)
        yield page


def show(page: Page, app: str, **query: str) -> None:
    page.goto(f"{app}/?{urlencode(query)}")
    expect(page.locator(".hg-formula.hg-ready")).to_be_visible(timeout=SLOW)


@pytest.fixture
def field(opened: Page) -> Locator:
    return opened.get_by_role("textbox", name="Formula")


def said(page: Page) -> Locator:
    return page.locator(".hg-formula").get_by_role("status")


def underlined(page: Page) -> Locator:
    return page.locator(".hg-formula-fault")


def chip(page: Page, name: str) -> Locator:
    return page.locator(".hg-formula-chip", has=page.locator("code", has_text=re.compile(f"^{name}$")))


def runs(page: Page) -> int:
    return int((page.get_by_text("Python has").text_content() or "").rpartition(" ")[2])


def test_a_misspelt_name_is_underlined_and_mended_to_an_answer(opened, field):
    expect(said(opened)).to_have_text(ANSWER)
    expect(field).to_have_attribute("aria-invalid", "false")
    field.fill("")
    field.press_sequentially(WRONG, delay=20)
    expect(said(opened)).to_contain_text("There is no tensor logit;")
    expect(said(opened)).to_contain_text("Did you mean logits?")
    expect(underlined(opened)).to_have_text("logit")
    expect(opened.locator(".hg-formula-mirror")).to_have_text(WRONG)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("Did you mean logits"))
    for _ in range(3):
        field.press("ArrowLeft")
    field.press("s")
    expect(said(opened)).to_have_text(ANSWER)
    expect(field).to_have_value("sum(square(x - sigmoid(logits)))")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(underlined(opened)).to_have_count(0)
    assert field.evaluate(CARET) == [29, 29]


def test_typing_is_sent_when_the_hand_rests_and_at_once_at_enter_and_when_the_field_is_left(opened, field):
    expect(said(opened)).to_have_text(ANSWER)
    field.fill("")
    expect(opened.get_by_text("Python has 0 characters")).to_be_visible()
    before = runs(opened)
    field.press_sequentially("mean(abs(x - logits)) + sum(z ** 2)", delay=10)
    expect(opened.get_by_text("Python has 35 characters")).to_be_visible()
    expect(said(opened)).to_have_text(ANSWER)
    assert runs(opened) - before < 12, "nearly a rerun for each of 35 keys"
    opened.evaluate(_NO_PAUSE)  # until the next test opens the page anew
    field.press("End")
    field.press("Backspace")
    expect(opened.locator(".hg-formula-answer")).to_have_class(re.compile("hg-waiting"))
    field.press("Enter")
    expect(said(opened)).to_contain_text("is never closed")
    expect(underlined(opened)).to_have_text("(")
    field.press(")")
    field.blur()
    expect(said(opened)).to_have_text(ANSWER)


def test_python_runs_again_and_again_and_what_the_hand_does_stays(app, opened, field):
    show(opened, app, live="1")
    text = "sum(abs(x - logits)) * 2"
    field.fill("")
    for part in re.findall("..?", text):  # over several reruns
        field.press_sequentially(part, delay=20)
        opened.wait_for_timeout(60)
    expect(field).to_have_value(text)
    expect(said(opened)).to_have_text(ANSWER)
    field.evaluate("input => input.setSelectionRange(4, 7)")
    before = runs(opened)
    opened.evaluate("window.kept = document.querySelector('.hg-formula-input')")
    wait_for(lambda: runs(opened) >= before + 2)
    assert field.evaluate(CARET) == [4, 7]
    assert opened.evaluate("window.kept === document.activeElement")
    field.press_sequentially("square")
    expect(field).to_have_value("sum(square(x - logits)) * 2")
    expect(said(opened)).to_have_text(ANSWER)


def test_chips_insert_at_the_caret_and_around_what_is_selected(opened, field):
    field.fill("")
    chip(opened, "sum").click()
    expect(field).to_have_value("sum()")
    expect(field).to_be_focused()
    chip(opened, "x").click()
    field.press_sequentially(" - ")
    chip(opened, "logits").click()
    expect(field).to_have_value("sum(x - logits)")
    field.evaluate("input => input.setSelectionRange(4, 14)")
    chip(opened, "square").click()
    expect(field).to_have_value("sum(square(x - logits))")
    expect(said(opened)).to_have_text(ANSWER)
    chip(opened, "z").click()  # behind a name: a word of its own
    expect(field).to_have_value("sum(square(x - logits z))")
    expect(underlined(opened)).to_have_count(1)


def test_the_rows_are_one_stop_of_the_tab_key_each_and_arrows_go_along(opened, field):
    field.fill("sum()")
    field.press("ArrowLeft")
    field.press("Tab")
    expect(chip(opened, "x")).to_be_focused()
    opened.keyboard.press("ArrowRight")
    expect(chip(opened, "logits")).to_be_focused()
    opened.keyboard.press("End")
    expect(chip(opened, "critic_features")).to_be_focused()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Enter")
    expect(field).to_have_value("sum(logits)")
    expect(field).to_be_focused()
    opened.keyboard.press("Tab")
    expect(chip(opened, "logits")).to_be_focused()
    opened.keyboard.press("Tab")
    expect(chip(opened, "sum")).to_be_focused()
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("button", name="Begin anew")).to_be_focused()


def test_python_sets_the_text_with_a_new_revision(opened, field):
    field.fill("sum(z)")
    expect(opened.get_by_text("Python has 6 characters")).to_be_visible()
    opened.get_by_role("button", name="Begin anew").click()
    expect(field).to_have_value("mean(abs(z))")
    expect(opened.get_by_text("Python has 12 characters")).to_be_visible()
    expect(said(opened)).to_have_text(ANSWER)
    field.fill("sum(x)")
    expect(opened.get_by_text("Python has 6 characters")).to_be_visible()


def test_markup_stays_text_and_an_emoji_counts_as_one_character(opened, field):
    markup = '<img src=x onerror="window.hit=1">'
    field.fill(markup)
    expect(said(opened)).to_contain_text("The character")
    expect(opened.locator(".hg-formula-mirror")).to_have_text(markup)
    assert opened.locator(".hg-formula img").count() == 0
    assert opened.evaluate("window.hit") is None
    field.fill("sum(x😀) + sum(x − z)")
    expect(underlined(opened)).to_have_text("😀")
    field.fill("")
    expect(said(opened)).to_contain_text("The formula is empty")
    field.fill("x + " * 200)
    expect(said(opened)).to_contain_text("The formula has 800 characters")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (820, 1180), (390, 844)])
def test_it_fits_every_screen_and_can_be_read(opened, field, artefacts, scheme, width, height):
    restyle(opened, width, height, scheme)
    for name, text in (("answer", "sum(square(x - sigmoid(logits)))"), ("fault", WRONG + " + 0.5 * sum(exp(z))")):
        field.fill(text)
        field.press("Enter")
        expect(said(opened)).to_have_text(ANSWER if name == "answer" else re.compile("Did you mean"))
        expect(opened.locator(".hg-formula-answer")).not_to_have_class(re.compile("hg-waiting"))
        opened.locator(".hg-formula").evaluate(_AT_REST)
        assert opened.evaluate(WIDTH) <= width
        opened.screenshot(path=artefacts / f"formula-{name}-{scheme}-{width}.png")
        found = Axe().run(opened, context=".hg-formula", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
        assert found.violations_count == 0, found.generate_report()
