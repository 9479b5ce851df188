"""One step in slow motion on a run's page, in a real Chromium: forward, back, by itself, and for another image."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser_helpers import SLOW
from tests.support.helpers import trained_run, wait_for
from tests.support.pages import WIDTH

pytestmark = pytest.mark.browser
PLACE, TITLE = ".hg-step-place", ".hg-stage-title"
_CUT = """[...document.querySelectorAll('.hg-stage, .hg-stage-tables')]
    .filter(part => part.scrollWidth > part.clientWidth).map(part => part.className)"""
_FASTER = """() => {  // it stays at each stage a third as long; all else on the page is as quick as ever
    const every = window.setInterval;
    window.setInterval = (call, ms, ...rest) => every(call, ms === 1500 ? 500 : ms, ...rest);
}"""
CLOSE = 2e-3  # relative; numbers are shown with four digits


@pytest.fixture(scope="module", autouse=True)
def _run(home: Path) -> None:
    shutil.copytree(trained_run(), home / "runs" / "quick")


def _numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d[\d.]*(?:e-?\d+)?", text.replace("−", "-").replace(",", ""))]


def _row(page: Page, table: str, name: str) -> list[str]:
    rows = page.get_by_role("table", name=table).get_by_role("row")
    return rows.filter(has=page.get_by_role("rowheader", name=name, exact=True)).get_by_role("cell").all_inner_texts()


def _box(page: Page, name: str) -> Locator:
    """The box of the pipeline that leads to a stage."""
    return page.locator(".hg-pipeline").get_by_role("button", name=name, exact=True)


def test_a_step_is_walked_through_forward_and_back(app, page, artefacts):
    page.goto(f"{app}/train?run=quick")
    page.get_by_text("Step through one batch").click(timeout=SLOW)
    page.get_by_role("button", name=re.compile("Take a batch$")).click()
    expect(page.locator(TITLE)).to_have_text("x", timeout=SLOW)
    page.locator(".hg-step").scroll_into_view_if_needed()

    titles, heights = [page.locator(TITLE).inner_text()], set()
    forth = page.get_by_role("button", name="Next", exact=True)
    while forth.is_enabled():
        forth.click()
        titles.append(page.locator(TITLE).inner_text())
        heights.add(page.locator(".hg-step").evaluate("step => step.offsetHeight"))
    assert titles == [
        "x", "encoder", "z_mean", "z_log_var", "sigma", "epsilon", "z", "decoder", "logits", "reconstruction",
        "Reconstruction", "KL", "Total", "∇ decoder", "∇ encoder",
    ]  # fmt: skip
    assert len(heights) == 1, "nothing moves while stepping"
    assert page.locator(".hg-pipeline .hg-node.hg-done").count() == len(titles) - 1
    assert page.locator(".hg-pipeline .hg-thumb").count() == 3, "the pictures of this step stand in their boxes"
    for gradient in page.get_by_role("table", name="gradients").locator("tbody td:nth-child(3)").all_inner_texts():
        assert _numbers(gradient)[0] > 0
    page.screenshot(path=artefacts / "step-backward.png")

    page.locator(".hg-stage").press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(TITLE)).to_have_text("Total")
    parts = [_row(page, "terms", name) for name in ("Reconstruction", "KL")]
    for column, total in enumerate(_row(page, "terms", "Total")):
        weighted = [_numbers(part[column])[-1] for part in parts]
        assert _numbers(total)[0] == pytest.approx(sum(weighted), rel=CLOSE)
    for name in ("decoder", "KL", "z"):
        _box(page, name).click()
        expect(page.locator(TITLE)).to_have_text(name)
        expect(_box(page, name)).to_have_attribute("aria-current", "step")
    said, seen = page.locator(".hg-stage-title").bounding_box(), page.locator(".hg-stage-body").bounding_box()
    assert said
    assert seen
    assert seen["x"] > said["x"] + said["width"], "two columns"
    for dimension in ("0", "1"):
        mean, sigma, epsilon, z = (_numbers(cell)[0] for cell in _row(page, "codes", dimension)[:4])
        assert z == pytest.approx(mean + sigma * epsilon, abs=CLOSE * (abs(mean) + sigma * abs(epsilon)))
        page.get_by_role("button", name=dimension, exact=True).click()
        put = _numbers(page.locator(".hg-stage-numbers").inner_text())
        assert put == pytest.approx([float(dimension), mean, sigma, epsilon, z])
    page.screenshot(path=artefacts / "step-z.png")

    for _ in range(3):
        before = page.locator(".hg-stage-numbers").inner_text()
        page.get_by_role("button", name="Another image").click()
        wait_for(lambda: page.locator(".hg-stage-numbers").inner_text() != before)  # noqa: B023
    expect(page.locator(TITLE)).to_have_text("z")
    page.wait_for_url(re.compile("image=4"))
    numbers = page.locator(".hg-stage-numbers").inner_text()
    page.reload()  # as somebody who got the link
    expect(page.locator(TITLE)).to_have_text("x", timeout=SLOW)
    _box(page, "z").click()
    page.get_by_role("button", name="1", exact=True).click()
    expect(page.locator(".hg-stage-numbers")).to_have_text(numbers)
    page.keyboard.press("Home")
    page.get_by_role("slider", name="stage").fill("0")
    expect(page.locator(".hg-stage-sentence")).to_contain_text("Image 4 of a batch of 256")
    page.evaluate(_FASTER)
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for(lambda: int(page.locator(PLACE).inner_text().removesuffix(" of 15")) >= 3, 10)
    page.get_by_role("button", name="Pause", exact=True).click()
    at = page.locator(PLACE).inner_text()
    page.wait_for_timeout(1000)  # twice as long as it had stayed
    assert page.locator(PLACE).inner_text() == at

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(WIDTH) <= 390
    for stage in page.locator(".hg-pipeline .hg-node").all():
        stage.click()
        expect(stage).to_have_attribute("aria-current", "step")
        assert page.evaluate(_CUT) == [], f"{page.locator(TITLE).inner_text()} is cut on a phone"
