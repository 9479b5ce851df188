"""A run's page: its status band keeps its place in every state, and controls lie beside the curves that they move."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser_helpers import SLOW, box_of
from tests.support.helpers import wait_for
from tests.support.pages import restyle

pytestmark = pytest.mark.browser
NAME, STEPS = "desk", 50
CURVES = ".hg-plot[aria-label='loss curves']"
_PANELS = """plot => [...plot.querySelectorAll(".nsewdrag")].map((plane) => {
    const { x, y, width, height } = plane.getBoundingClientRect();
    return { x, y, width, height };
})"""


@pytest.fixture(scope="module", autouse=True)
def folder(home: Path) -> Path:
    """Return the folder of a run that seems to train; its trainer is not looked for."""
    folder = home / "runs" / NAME
    shutil.copytree(home / "runs" / "four", folder)
    _write(folder, "DELETE FROM meta WHERE key IN ('pid', 'process_started')")
    for step in range(1, STEPS + 1):
        _step(folder, step)
    _say(folder, "training")
    return folder


def _write(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "run.db")) as history, history:
        history.execute(statement, values)


def _step(folder: Path, step: int) -> None:
    """Write a step whose loss falls by one, half of it by each term."""
    terms = {"reconstruction": 300 - step / 2, "kl": 100 - step / 2}
    row = {"level": 0, "step": step, "epoch": step / 100, "loss": 400 - step, **terms}
    row |= {f"weighted_{name}": value for name, value in terms.items()} | {f"weight_{name}": 1.0 for name in terms}
    _write(folder, f"INSERT INTO history ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values())  # noqa: S608
    _write(folder, "UPDATE status SET step = ?, epoch = ?, settings = NULL", step, step / 100)


def _say(folder: Path, state: str) -> None:
    _write(folder, "UPDATE status SET state = ?, stage = ''", state)


def _open(page: Page, app: str) -> None:
    page.goto(f"{app}/train?run={NAME}")
    expect(page.locator(f"{CURVES}.hg-ready")).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-progress.hg-ready")).to_be_visible(timeout=SLOW)


def _places(page: Page) -> list[list[int]]:
    """Where the numbers, the buttons, the bar and the curves stand, below the head of the page."""
    return page.evaluate(
        """curves => {
        const top = document.querySelector(".hg-greeting").getBoundingClientRect().y;
        const shown = `.hg-progress dt, .st-key-run-buttons button, .hg-course-bar, ${curves}`;
        const boxes = [...document.querySelectorAll(shown)].map((element) => element.getBoundingClientRect());
        return boxes.filter(({ width }) => width).map(({ x, y }) => [Math.round(x), Math.round(y - top)]);
    }""",
        CURVES,
    )


def test_the_band_keeps_its_place_while_a_run_pauses_and_says_what_a_step_changed(app, page, folder):
    page.set_viewport_size({"width": 1280, "height": 720})
    _open(page, app)
    state = page.locator(".hg-progress .hg-badge")
    expect(page.get_by_role("button", name="One step")).to_be_disabled()
    before, step = _places(page), STEPS
    for _ in range(3):
        _say(folder, "paused")
        expect(state).to_have_text("paused", timeout=SLOW)
        expect(page.get_by_role("button", name="One step")).to_be_enabled(timeout=SLOW)
        step += 1
        _step(folder, step)
        expect(page.locator(".hg-course")).to_contain_text(
            f"Step {step}, on its batch: loss {401 - step}.0 → {400 - step}.0 (reconstruction −0.5, KL −0.5).",
            timeout=SLOW,
        )
        wait_for(lambda: _places(page) == before, 10)
        _say(folder, "training")
        expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=SLOW)
        wait_for(lambda: _places(page) == before, 10)
    verdict = box_of(page.locator(".hg-verdict"))
    assert verdict["y"] + verdict["height"] < 400, "above the fold"


def _controls(page: Page) -> list[Locator]:
    return [
        page.get_by_role("spinbutton", name=name) for name in ("Learning rate", "Reconstruction weight", "KL weight")
    ]


def test_each_control_lies_beside_the_curve_that_it_moves_and_above_it_on_a_phone(app, page):
    _open(page, app)
    for size in ((1280, 800), (390, 844)) * 3:
        restyle(page, *size)
        wait_for(lambda: all(_fits(page, size[0] > 640)), 20)  # noqa: B023


def _fits(page: Page, beside: bool) -> list[bool]:
    """Return of each curve whether it is high enough and its control where it should be."""
    panels = page.locator(CURVES).evaluate(_PANELS)
    controls = [control.evaluate("field => field.getBoundingClientRect().toJSON()") for control in _controls(page)]
    assert len(panels) == len(controls)
    ends = [0, *(panel["y"] + panel["height"] for panel in panels)]
    return [
        panel["height"] >= 110
        and (
            control["right"] <= panel["x"]
            and control["y"] < panel["y"] + panel["height"]
            and control["bottom"] > panel["y"] - 30
            if beside
            else end <= control["y"] and control["bottom"] <= panel["y"]
        )
        for panel, control, end in zip(panels, controls, ends, strict=False)
    ]


def test_changes_are_numbered_flags_with_a_legend(app, page, folder):
    _open(page, app)
    legend = page.locator(".hg-changes li")
    expect(page.locator(".hg-changes")).to_contain_text("a numbered flag marks the step")
    for number in (1, 2, 3):
        detail = json.dumps({"term": "kl", "before": float(number), "value": number + 1.0})
        event = "INSERT INTO events VALUES (NULL, ?, ?, 1.0, 'weight', ?)"
        _write(folder, event, 15 * number, 0.15 * number, detail)
        expect(legend).to_have_count(number, timeout=SLOW)
        expect(legend.first).to_have_text(f"{number}step {15 * number}KL weight {number} → {number + 1}")
        flags = "plot => plot.layout.annotations.filter(each => each.name === 'flag').map(each => each.text)"
        wait_for(lambda: page.locator(CURVES).evaluate(flags) == [f"<b>{i + 1}</b>" for i in range(number)])  # noqa: B023
