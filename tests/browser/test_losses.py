"""The page Losses in a real Chromium: pairings side by side to the end, the wirings, and what goes wrong meanwhile."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser_helpers import SLOW, server_of
from tests.support.helpers import wait_for
from tests.support.pages import fresh_page

pytestmark = pytest.mark.browser
QUICK = "network=dense&latent_dim=8&learning_rate=0.001&batch_size=64"
STEPS = 300  # some seconds of two cases, of which the page shows some


def _open(page: Page, app: str, cases: str, steps: int, more: str = "") -> None:
    page.goto(f"{app}/losses?{QUICK}&steps={steps}&cases={cases}{more}")
    expect(_run(page)).to_be_visible(timeout=SLOW)


def _run(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"^(play_arrow )?Run"))


def _badge(page: Page, verdict: str | re.Pattern[str]) -> Locator:
    """A card's verdict; the table below says it again."""
    return page.locator(".stMarkdownBadge", has_text=verdict)


def _steps(page: Page, number: int) -> int:
    """The last one of the loss curve of a case."""
    chart = page.get_by_role("figure", name=f"case {number}")
    if not chart.count():
        return 0
    chart.scroll_into_view_if_needed()  # it is drawn where it is seen
    return chart.evaluate("host => Math.ceil([...(host.data?.[0]?.x ?? [])].at(-1) ?? 0)")


def test_two_cases_run_side_by_side_to_the_end(app, page, artefacts):
    _open(page, app, "E,F", STEPS)
    _run(page).dblclick()
    expect(page.get_by_test_id("stProgress")).to_be_visible(timeout=SLOW)
    grown = wait_for(lambda: 2 < _steps(page, 1) < STEPS and _steps(page, 2) > 2, 90)
    assert grown
    page.screenshot(path=artefacts / "losses-live.png")
    expect(page.get_by_text("measured on 297 test images")).to_be_visible(timeout=SLOW)
    expect(_badge(page, re.compile("^learns$"))).to_be_visible()
    expect(_badge(page, "displayed wrongly")).to_be_visible()
    expect(page.get_by_text("Trained with squared error, displayed through a sigmoid")).to_be_visible()
    assert (_steps(page, 1), _steps(page, 2)) == (STEPS, STEPS)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.locator(".hg-strip.hg-ready")).to_have_count(2)
    page.screenshot(path=artefacts / "losses-ended.png", full_page=True)

    session = re.search(r"session=([^&]+)", page.url)
    assert session, "the session is in the address"
    page.reload()
    expect(_badge(page, "displayed wrongly")).to_be_visible(timeout=SLOW)
    assert session[0] in page.url


def test_a_session_that_is_stopped_says_so_and_another_one_runs(app, page):
    _open(page, app, "E", 5000)
    _run(page).click()
    wait_for(lambda: _steps(page, 1) > 2, 90)
    first = page.url
    _run(page).click()  # the one before makes room at once
    page.wait_for_function("before => location.href !== before", arg=first)
    wait_for(lambda: _steps(page, 1) > 2, 90)
    page.get_by_role("button", name=re.compile("Stop$")).click()
    expect(page.get_by_text("Stopped by you.")).to_be_visible(timeout=SLOW)
    expect(_run(page)).to_be_enabled()
    page.goto(first)
    expect(page.get_by_text("Stopped by you.")).to_be_visible(timeout=SLOW)


def test_a_combination_of_ones_own(app, page):
    _open(page, app, "", 40)
    expect(_run(page)).to_be_disabled()
    page.get_by_role("button", name=re.compile("Another combination")).click()
    for label, choice in (
        ("Data range", "-1..1"),
        ("Last layer", "tanh"),
        ("Loss", "MAE"),
        ("Displayed as", "(p + 1) / 2"),
    ):
        box = page.get_by_role("combobox", name=re.compile(f"{label}$|{label}\\b"))
        box.click()
        page.get_by_role("option", name=choice, exact=True).click()
    page.get_by_role("button", name="Add", exact=True).click()
    page.keyboard.press("Escape")
    words = "-1..1 · tanh · MAE · displayed as (p + 1) / 2"
    expect(page.get_by_test_id("stButtonGroup").get_by_text(words)).to_be_visible()
    _run(page).click()
    expect(page.get_by_text("measured on")).to_be_visible(timeout=SLOW)
    expect(_badge(page, re.compile("^(learns|too slow|stuck at the median)$"))).to_be_visible()
    with page.expect_navigation():
        page.reload()
    expect(page.get_by_test_id("stButtonGroup").get_by_text(words)).to_be_visible(timeout=SLOW)


def test_another_page_in_between_loses_nothing(app, page):
    _open(page, app, "C,D", 30)
    _run(page).click()
    expect(page.get_by_text("measured on")).to_be_visible(timeout=SLOW)
    before = page.url
    page.get_by_role("link", name=re.compile("Train")).click()
    expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name=re.compile("Losses")).click()
    expect(page.get_by_text("measured on")).to_be_visible(timeout=SLOW)
    assert sorted(page.url.partition("?")[2].split("&")) == sorted(before.partition("?")[2].split("&"))
    page.goto(f"{app}/losses")
    page.get_by_role("button", name=re.compile("Earlier sessions")).click(timeout=SLOW)
    page.get_by_role("button", name=re.compile("C, D on digits")).first.click()
    expect(page.get_by_text("measured on")).to_be_visible(timeout=SLOW)
    assert re.findall("session=[^&]+", before) == re.findall("session=[^&]+", page.url)


def test_what_a_link_asks_for_in_vain_is_told(app, page):
    _open(page, app, "Z,E", 10, "&seed=-4&latent_dim=nan")
    expect(page.get_by_text("The link asks for a pairing that does not exist")).to_be_visible()
    expect(page.get_by_text("latent_dim was 'nan'; allowed is a whole number from 1 to 512")).to_be_visible()
    expect(page.get_by_text("seed was '-4'; allowed is a whole number from 0")).to_be_visible()
    expect(_run(page)).to_be_disabled()
    page.goto(f"{app}/losses?session=../../etc")
    expect(page.get_by_text("This session no longer exists.")).to_be_visible(timeout=SLOW)


def test_the_lab_s_process_may_die_in_the_middle(app, page):
    _open(page, app, "C", 5000)
    _run(page).click()
    wait_for(lambda: _steps(page, 1) > 2, 90)
    # The lab is the analyst that works now.
    analysts = [p for p in server_of(app).children() if "explorer.analyst.server" in p.cmdline()]
    before = {process: process.cpu_times().user for process in analysts}
    page.wait_for_timeout(1500)
    max(analysts, key=lambda process: process.cpu_times().user - before[process]).kill()
    expect(page.get_by_text("The process of the lab ended during this session")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Choose fewer cases, a smaller batch")).to_be_visible()
    assert _steps(page, 1) > 2, "what it had measured stays"
    page.reload()
    expect(page.get_by_text("The process of the lab ended during this session")).to_be_visible(timeout=SLOW)
    wait_for(lambda: page.wait_for_timeout(50) or _steps(page, 1) > 2)
    _open(page, app, "C", 30)
    _run(page).click()
    expect(page.get_by_text("measured on")).to_be_visible(timeout=SLOW)


def test_the_five_wirings_are_shown_and_measured(app, page, artefacts):
    page.goto(f"{app}/losses?view=wirings")
    expect(page.get_by_text("One objective, five wirings")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("def wire(encoder, decoder, optimizer").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Same total, same gradients")).to_be_visible(timeout=120_000)
    for title in ("compute_loss", "train_step"):
        page.get_by_test_id("stButtonGroup").get_by_text(title).last.click()
        expect(page.get_by_text(f'"""{title}:', exact=False).first).to_be_visible()
        expect(page.get_by_text("Same total, same gradients")).to_be_visible()
    table = page.get_by_test_id("stTable")
    expect(table).to_contain_text("Second optimizer")
    assert table.get_by_text("No", exact=True).count() >= 4
    page.screenshot(path=artefacts / "losses-wirings.png", full_page=True)


def test_two_tabs_watch_one_session(app, browser):
    with fresh_page(browser) as one, fresh_page(browser) as other:
        _open(one, app, "D", STEPS)
        _run(one).click()
        one.wait_for_url(re.compile("session="))
        other.goto(one.url)
        for tab in (one, other):
            expect(tab.get_by_text("measured on 297 test images")).to_be_visible(timeout=SLOW)
            assert wait_for(lambda tab=tab: _steps(tab, 1)) == STEPS
