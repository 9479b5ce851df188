"""The verdict on a run's page: in words at its end and live, with the KL of each dimension behind it."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from explorer.files import load_arrays, read_json, save_arrays, write_json
from explorer.runs.layout import EXPERIMENT, PREVIEW
from tests.support.browser_helpers import SLOW, box_of, map_ranges

pytestmark = pytest.mark.browser
STEPS, EPOCHS = 400, 40
BADGE, STATE = ".hg-verdict .hg-badge", ".hg-progress .hg-badge"


@pytest.fixture(scope="module", autouse=True)
def _runs(home: Path) -> Iterator[None]:
    """Add a run that collapsed, one that is well, and one that seems to train, for as long as this module runs."""
    added = (("collapsed", 50.0, 232.0), ("well", 1.0, 190.0), ("moving", 1.0, 190.0))
    for name, kl, low in added:
        folder = home / "runs" / name
        shutil.copytree(home / "runs" / "four", folder)
        experiment = read_json(folder / EXPERIMENT)
        experiment["terms"]["kl"]["weight"] = kl
        write_json(folder / EXPERIMENT, experiment | {"epochs": EPOCHS})
        _learn(folder, low)
    arrays = load_arrays(home / "runs" / "collapsed" / PREVIEW)
    for name in ("probe/z_mean", "probe/z_log_var"):
        arrays[name] = 0.01 * arrays[name]
    save_arrays(home / "runs" / "collapsed" / PREVIEW, arrays)
    with closing(sqlite3.connect(home / "runs" / "moving" / "run.db")) as history, history:
        history.execute("DELETE FROM meta WHERE key IN ('pid', 'process_started')")
        history.execute("UPDATE status SET state = 'training'")
    yield
    for name, *_ in added:  # every page of the tests to come would say that something trains
        shutil.rmtree(home / "runs" / name)


def _learn(folder: Path, low: float) -> None:
    """Write a history whose reconstruction falls to `low` and stands still there."""
    share = np.linspace(1 / STEPS, 1, STEPS)
    loss = low + 300 * np.exp(-50 * share)
    with closing(sqlite3.connect(folder / "run.db")) as history, history:
        for step, (part, value) in enumerate(zip(share.tolist(), loss.tolist(), strict=True), 1):
            row = (step, EPOCHS * part, value, 0.0, value)
            history.execute(
                "INSERT INTO history (level, step, epoch, reconstruction, kl, loss) VALUES (0,?,?,?,?,?)", row
            )
            if step % (STEPS // EPOCHS) == 0:
                checked = "INSERT INTO validation (step, epoch, reconstruction, kl, loss) VALUES (?,?,?,?,?)"
                history.execute(checked, row)
        history.execute("UPDATE status SET step = ?, epoch = ?, settings = NULL", (STEPS, EPOCHS))


def _open(page: Page, app: str, name: str) -> None:
    page.goto(f"{app}/train?run={name}")
    expect(page.locator(".hg-verdict.hg-ready")).to_be_visible(timeout=SLOW)


def test_a_run_that_collapsed_is_not_green_and_says_what_to_do(app, page):
    _open(page, app, "collapsed")
    expect(page.locator(BADGE).first).to_have_text("Posterior collapse")
    expect(page.locator(BADGE).first).to_have_attribute("data-colour", "red")
    expect(page.locator(STATE)).to_have_text("finished")
    expect(page.locator(STATE)).to_have_attribute("data-colour", "blue")
    expect(page.locator(".hg-verdict")).to_contain_text("Lower the weight of “KL” (now 50), for example to 1.")
    box = box_of(page.locator(".hg-verdict"))
    assert box["y"] + box["height"] < 400, "above the fold, directly under the progress"


def test_the_map_of_a_collapsed_run_has_the_scale_of_the_prior_and_says_so(app, page):
    _open(page, app, "collapsed")
    expect(page.locator(".hg-map.hg-ready .hg-plot.hg-ready")).to_be_visible(timeout=SLOW)
    expect(page.locator(".hg-shown")).to_contain_text(
        "All dimensions are inactive: the axes show the scale of the prior."
    )
    (left, right), (bottom, top) = map_ranges(page)
    assert max(left, bottom) < -1.9
    assert min(right, top) > 1.9


def test_the_kl_of_each_dimension_is_behind_the_verdict(app, page):
    _open(page, app, "well")
    expect(page.locator(BADGE).first).to_have_text("Healthy")
    expect(page.locator(BADGE).first).to_have_attribute("data-colour", "green")
    expect(page.locator(STATE)).to_have_attribute("data-colour", "green")
    fold = page.locator(".hg-verdict summary")
    for _ in range(3):
        expect(page.locator(".hg-dimensions")).to_be_hidden()
        fold.press("Enter")
        expect(page.locator(".hg-dimensions li")).to_have_text([re.compile(r"^z\d\d+\.\d\d$")] * 4)
        fold.press("Enter")
    fold.click()
    violations = Axe().run(page, context=".hg-verdict").response["violations"]
    assert not violations, violations


def test_the_verdict_goes_on_while_a_run_trains_without_moving_what_is_below(app, home, page):
    _open(page, app, "moving")
    expect(page.locator(BADGE).first).to_have_text("Healthy")
    below = page.locator(".hg-plot[aria-label='loss curves']")
    expect(page.locator(".hg-plot[aria-label='loss curves'].hg-ready")).to_be_visible(timeout=SLOW)
    page.wait_for_timeout(500)
    before = box_of(below)["y"]
    with closing(sqlite3.connect(home / "runs" / "moving" / "run.db")) as history, history:
        history.execute("UPDATE validation SET reconstruction = reconstruction + 4 * (epoch - 20) WHERE epoch > 20")
        history.execute("UPDATE history SET reconstruction = reconstruction - epoch / 10")
        history.execute("UPDATE status SET seconds = seconds + 1")
    expect(page.locator(BADGE).first).to_have_text("Over-fitting", timeout=SLOW)
    expect(page.locator(".hg-verdict")).to_contain_text("Stop it")
    assert box_of(below)["y"] == pytest.approx(before, abs=1)
