"""The page Losses in a real Chromium: cases side by side to the end, the wirings, and what goes wrong meanwhile."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser_helpers import SLOW, box_of, drag, server_of
from tests.support.helpers import wait_for
from tests.support.pages import WIDTH, fresh_page, restyle

pytestmark = pytest.mark.browser
QUICK = "network=dense&latent_dim=8&learning_rate=0.001&batch_size=64"
STEPS = 300  # some seconds of two cases, of which the page shows some
OWN = "-1..1~tanh~mae~(p+1)/2"
_AXES = "hosts => hosts.map(({ layout: { xaxis2: { range, ticktext } } }) => JSON.stringify([range, ticktext]))"
_HEIGHTS = "cards => [...new Set(cards.map((card) => Math.round(card.getBoundingClientRect().height)))]"


def _open(page: Page, app: str, cases: str, steps: int, more: str = "") -> None:
    page.goto(f"{app}/losses?{QUICK}&steps={steps}&cases={cases}{more}")
    expect(_run(page)).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-choices.hg-ready table")).to_be_visible(timeout=SLOW)


def _run(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"^(play_arrow )?Run"))


def _verdict(page: Page, verdict: str | re.Pattern[str]) -> Locator:
    """A card's verdict; the table says it again."""
    return page.locator(".hg-case-verdict", has_text=verdict)


def _steps(page: Page, number: int) -> int:
    """The last one of the loss curve of a case."""
    chart = page.get_by_role("figure", name=f"case {number}")
    if not chart.count():
        return 0
    chart.scroll_into_view_if_needed()  # it is drawn where it is seen
    return chart.evaluate("host => Math.ceil([...(host.data?.[0]?.x ?? [])].at(-1) ?? 0)")


def _ticked(page: Page) -> str:
    """The letters of the rows that are ticked."""
    boxes = page.get_by_role("table", name="Cases").get_by_role("checkbox", checked=True)
    return "".join(str(box.get_attribute("value")) for box in boxes.all())


@pytest.fixture(scope="module")
def ended(app: str, browser: Browser) -> Iterator[str]:
    """Yield the address of a session of two cases that has ended, watched live by two tabs."""
    with fresh_page(browser) as one, fresh_page(browser) as other:
        _open(one, app, "E,F", STEPS)
        _run(one).dblclick()
        one.wait_for_url(re.compile("session="))
        other.goto(one.url)
        expect(one.get_by_test_id("stProgress")).to_be_visible(timeout=SLOW)
        assert wait_for(lambda: 2 < _steps(one, 1) < STEPS and _steps(one, 2) > 2, 90)
        for tab in (one, other):
            expect(tab.get_by_text("measured on 297 test images")).to_be_visible(timeout=SLOW)
            assert wait_for(lambda tab=tab: _steps(tab, 1)) == STEPS
        yield one.url


def test_rows_of_the_table_are_ticked_by_click_and_by_key_and_stand_in_the_address(app, page):
    _open(page, app, "B,E", 10)
    assert _ticked(page) == "BE"
    for letter, expected in (("D", "BDE"), ("J", "BDEJ"), ("B", "DEJ")):
        page.get_by_role("row", name=re.compile(f" {letter} · ")).get_by_role("rowheader").click()
        page.wait_for_url(re.compile(f"cases={'(%2C|,)'.join(expected)}(&|$)"))
        expect(_run(page)).to_contain_text(f"Run {len(expected)} side by side")
        assert _ticked(page) == expected
    page.get_by_role("checkbox", name="J · ").focus()
    for expected in ("DEIJ", "DEHIJ", "DEGHIJ"):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Space")
        page.wait_for_url(re.compile(f"cases={'(%2C|,)'.join(expected)}(&|$)"))
        assert _ticked(page) == expected
    page.reload()
    expect(page.locator(".hg-choices.hg-ready table")).to_be_visible(timeout=SLOW)
    assert _ticked(page) == "DEGHIJ"
    expect(_run(page)).to_contain_text("Run 6 side by side", timeout=SLOW)


def test_two_cases_stand_side_by_side_with_their_verdicts(ended, page, artefacts):
    page.goto(ended)
    expect(_verdict(page, re.compile("^Learns$"))).to_be_visible(timeout=SLOW)
    expect(_verdict(page, "Displayed wrongly")).to_be_visible()
    expect(page.get_by_text("Trained with squared error, displayed through a sigmoid")).to_be_visible()
    rows = page.get_by_role("table", name="Cases").get_by_role("row")
    expect(rows.filter(has_text="E · Logits")).to_contain_text("Learns")
    expect(page.locator(".hg-case .hg-strip canvas")).to_have_count(2 * 2 * 8)
    assert wait_for(lambda: (_steps(page, 1), _steps(page, 2)) == (STEPS, STEPS))
    axes = page.locator(".hg-case .hg-plot").evaluate_all(_AXES)
    assert len(axes) == 2
    assert len(set(axes)) == 1, "one axis for the logits"
    _zoom(page)
    for width, height, scheme in ((1280, 720, "light"), (640, 360, "light"), (1920, 1080, "dark"), (390, 844, "light")):
        restyle(page, width, height, scheme)  # 640 x 360 is 1280 x 720 at 200 %
        assert page.evaluate(WIDTH) <= width
        heights = page.locator(".hg-case").evaluate_all(_HEIGHTS)
        assert len(heights) == 1 or width <= 640, "cards of equal height"
        page.screenshot(path=artefacts / f"losses-ended-{width}.png")


def _zoom(page: Page) -> None:
    """Zoom into a chart: Plotly says how to zoom out again, in the page's colours."""
    box = box_of(page.get_by_role("figure", name="case 1"))
    drag(page, (box["x"] + 90, box["y"] + 30), (box["x"] + 170, box["y"] + 60))
    note = page.locator(".plotly-notifier .notifier-note")
    expect(note).to_contain_text("Double-click to zoom back out")
    colour = page.locator(".stApp").evaluate("app => getComputedStyle(app).color")
    expect(note).to_have_css("color", colour)


def test_another_page_in_between_loses_nothing(ended, app, page):
    page.goto(ended)
    expect(page.get_by_text("measured on")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name=re.compile("Train")).click()
    expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name=re.compile("Losses")).click()
    expect(page.get_by_text("measured on")).to_be_visible(timeout=SLOW)
    assert sorted(page.url.partition("?")[2].split("&")) == sorted(ended.partition("?")[2].split("&"))
    page.goto(f"{app}/losses")
    page.get_by_role("button", name=re.compile("Earlier sessions")).click(timeout=SLOW)
    page.get_by_role("button", name=re.compile("E, F on digits")).first.click()
    expect(page.get_by_text("measured on")).to_be_visible(timeout=SLOW)
    assert re.findall("session=[^&]+", ended) == re.findall("session=[^&]+", page.url)


def test_what_a_link_asks_for_in_vain_is_told(app, page):
    _open(page, app, "Z,E", 10, "&seed=-4&latent_dim=nan")
    expect(page.get_by_text("The link asks for a pairing that does not exist")).to_be_visible()
    expect(page.get_by_text("latent_dim was 'nan'; allowed is a whole number from 1 to 512")).to_be_visible()
    expect(page.get_by_text("seed was '-4'; allowed is a whole number from 0")).to_be_visible()
    expect(_run(page)).to_be_disabled()
    page.goto(f"{app}/losses?session=../../etc")
    expect(page.get_by_text("This session no longer exists.")).to_be_visible(timeout=SLOW)


def test_a_session_makes_room_is_stopped_or_loses_its_process_and_another_one_runs(app, page):
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
    _run(page).click()
    page.wait_for_function("before => location.href !== before", arg=first)
    wait_for(lambda: _steps(page, 1) > 2, 90)
    _end_the_lab(app, page)
    expect(page.get_by_text("The process of the lab ended during this session")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Choose fewer cases, a smaller batch")).to_be_visible()
    assert _steps(page, 1) > 2, "what it had measured stays"
    page.reload()
    expect(page.get_by_text("The process of the lab ended during this session")).to_be_visible(timeout=SLOW)
    wait_for(lambda: page.wait_for_timeout(50) or _steps(page, 1) > 2)


def _end_the_lab(app: str, page: Page) -> None:
    """End the lab's process: it is the analyst that works now."""
    analysts = [p for p in server_of(app).children() if "explorer.analyst.server" in p.cmdline()]
    before = {process: process.cpu_times().user for process in analysts}
    page.wait_for_timeout(1500)
    max(analysts, key=lambda process: process.cpu_times().user - before[process]).kill()


def test_a_combination_of_ones_own_runs_in_the_lab_that_starts_again(app, page):
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
    own = page.get_by_role("row", name=re.compile("Your combination"))
    expect(own).to_contain_text("-1..1tanhMAE(p + 1) / 2")
    assert _ticked(page) == OWN
    _run(page).click()
    expect(page.get_by_text("measured on")).to_be_visible(timeout=SLOW)
    expect(_verdict(page, re.compile("^(Learns|Too slow|Stuck at the median)$"))).to_be_visible()
    with page.expect_navigation():
        page.reload()
    expect(own.get_by_role("checkbox")).to_be_checked(timeout=SLOW)


def test_the_wirings_are_a_table_and_a_row_shows_its_code(app, page, artefacts):
    page.goto(f"{app}/losses?view=wirings")
    table = page.get_by_role("table", name="What each wiring can do")
    expect(table).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stCode")).to_have_count(0)
    for title in ("compute_loss", "train_step", "add_loss"):
        table.get_by_role("rowheader", name=title).click()
        expect(page.get_by_text(f'"""{title}:', exact=False).first).to_be_visible(timeout=SLOW)
        page.wait_for_url(re.compile(f"wiring={title}"))
    titles = {"compute_loss": "compute_loss", "train_step": "train_step", "dict_outputs": "Dict outputs"}
    for name, title in titles.items():
        page.keyboard.press("ArrowDown")  # from radio button to radio button, and round
        expect(table.get_by_role("radio", name=title)).to_be_checked()
        page.wait_for_url(re.compile(f"wiring={name}"))
    page.reload()
    expect(table.get_by_role("radio", name="Dict outputs")).to_be_checked(timeout=SLOW)
    expect(page.get_by_text("Same total, same gradients")).to_be_visible(timeout=120_000)
    expect(table).to_contain_text("Second optimizer")
    assert table.get_by_text("No", exact=True).count() >= 4
    assert table.get_by_text("Yes", exact=True).count() >= 20
    for width, height, scheme in ((1280, 720, "light"), (1920, 1080, "dark"), (390, 844, "light")):
        restyle(page, width, height, scheme)
        assert page.evaluate(WIDTH) <= width
        page.screenshot(path=artefacts / f"losses-wirings-{width}.png")
