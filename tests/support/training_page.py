"""What the browser tests that train on the Train page share: the form of a new training, and the run that it starts."""

import re
from pathlib import Path

import psutil
from playwright.sync_api import Locator, Page

from explorer.runs.reader import Run
from tests.support.browser_helpers import SLOW
from tests.support.helpers import wait_for

FOR_LONG = 10_000  # epochs: more than there is time for


def enter(into: Locator, text: str) -> None:
    """Fill a field and leave it with Enter, which sends it."""
    into.fill(text, timeout=SLOW)
    into.press("Enter")


def enter_epochs(page: Page, epochs: int = FOR_LONG) -> None:
    """Set how long the new run is to train."""
    enter(page.get_by_role("spinbutton", name="Epochs", exact=True), str(epochs))


def start_button(page: Page) -> Locator:
    """The button that starts the new run."""
    return page.get_by_role("button", name="Start training")


def folder_of_run(page: Page, home: Path) -> Path:
    """Where the run that a page shows is written, in the HOURGLASS_HOME of its app."""
    return home / "runs" / page.url.rpartition("run=")[2]


def let_others_first(folder: Path) -> None:
    """Let a trainer that trains for long have what other processes leave: its tests need not be many steps on."""
    with Run(folder) as run:
        wait_for(run.has_started)
        psutil.Process(run.meta["pid"]).nice(5)


def downloaded(page: Page) -> str:
    """Return the Keras script that a page offers."""
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Download$")).click()
    assert download.value.suggested_filename.endswith(".py")
    return Path(download.value.path()).read_text(encoding="utf-8")
