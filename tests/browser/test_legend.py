"""The legend of a map of many classes: found by their names, one shown alone by a click, colours apart."""

import json
import re
import shutil

import numpy as np
import pytest
from playwright.sync_api import expect

from explorer.runs.layout import SUMMARY
from tests.support.browser_helpers import open_model

pytestmark = pytest.mark.browser

CLASSES = 300


@pytest.fixture
def labels(app, home, page) -> np.ndarray:
    """Return the classes of the probe images of a model that is open, (n,): some of CLASSES."""
    folder = home / "runs" / "many"
    if not folder.exists():
        shutil.copytree(home / "runs" / "four", folder)
    summary = json.loads((folder / SUMMARY).read_text())
    found = np.arange(summary["probe"]) * 7 % CLASSES
    names = {"class_names": [f"kind {number}" for number in range(CLASSES)], "labels": found.tolist()}
    (folder / SUMMARY).write_text(json.dumps(summary | names))
    open_model(page, app, "run/many")
    return found


def test_three_hundred_classes_are_found_by_name_and_shown_alone_by_a_click(page, labels, artefacts):
    legend, said = page.get_by_role("list", name="classes", exact=True), page.locator(".hg-shown")
    expect(legend.get_by_role("button")).to_have_count(CLASSES)
    expect(page.get_by_text("Some colours are much alike. Click a class to show it alone.")).to_be_visible()
    page.get_by_role("searchbox", name="Find a class", exact=True).fill("kind 29")
    expect(legend.locator("li:visible")).to_have_count(11)  # 29 and 290 to 299
    one, other = (legend.get_by_role("button", name=re.compile(f"^kind {number} ")) for number in (290, 299))
    one.click()
    expect(said).to_have_text(re.compile(rf"^{(labels == 290).sum()} of [\d,]+ .*shown\.$"))
    expect(page.get_by_text("1 of 300 classes shown.")).to_be_visible()
    page.screenshot(path=artefacts / "legend-many.png")
    other.click()
    expect(said).to_have_text(re.compile(rf"^{np.isin(labels, (290, 299)).sum()} of "))
    other.click()
    one.click()
    expect(said).to_have_text(re.compile(rf"^{len(labels):,} of "))
    colours = page.locator(".hg-legend button").evaluate_all(  # also of those that are not listed now
        "all => all.map((one) => one.style.getPropertyValue('--class'))"
    )
    assert len(set(colours)) > 0.98 * CLASSES
    heights = [
        page.locator(part).evaluate("part => part.getBoundingClientRect().height")
        for part in (".hg-classes", ".hg-map-stage")
    ]
    assert heights[0] <= heights[1] + 1
