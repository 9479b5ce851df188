"""Do what people come for, with a stopwatch in a real browser: the steps (clicks and entries) and seconds of each task.

Every task begins with a browser that was never here, at the page that the app opens with.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.apps import APP, chromium, home, served
from benchmarks.figures import Figure
from benchmarks.runs import trained
from models.spec.experiment import Experiment

_SLOW = 60_000  # milliseconds
_COLLAPSES = {"dataset": "digits", "latent_dim": 4, "epochs": 25, "batch_size": 64, "terms": {"kl": 50.0}}
_MODELS = ("Fashion-MNIST · VAE · 2-D", "MNIST · VAE · 16-D", "MNIST · VAE · 2-D")


@dataclass
class Hand:
    """A person's hand on a page, which counts its steps."""

    page: Page
    steps: int = 0

    def click(self, what: Locator) -> None:
        what.click(timeout=_SLOW)
        self.steps += 1

    def enter(self, into: Locator, text: str) -> None:
        """Click into a field, type and confirm: one step for the eye, three for the hand."""
        into.fill(text, timeout=_SLOW)
        into.press("Enter")
        self.steps += 1

    def choose(self, label: str, option: str | re.Pattern[str]) -> None:
        self.click(self.page.get_by_role("combobox", name=label, exact=True))
        self.click(self.page.get_by_role("option", name=option, exact=True))

    def sees(self, what: Locator) -> None:
        expect(what.first).to_be_visible(timeout=_SLOW)


def _change_model(hand: Hand) -> None:
    for title in _MODELS:
        hand.choose("Model", title)
        expect(hand.page.get_by_role("combobox", name="Model", exact=True)).to_have_value(title, timeout=_SLOW)
        hand.sees(hand.page.locator(".hg-map.hg-ready .hg-plot.hg-ready"))


def _find_image(hand: Hand) -> None:
    hand.enter(hand.page.get_by_role("spinbutton", name="number of the image"), "500")
    expect(hand.page.locator(".hg-caption")).to_contain_text("Test image 500,", timeout=_SLOW)
    hand.sees(hand.page.get_by_role("img", name="reconstruction"))


def _see_why(hand: Hand) -> None:
    hand.click(hand.page.get_by_role("link", name="Train", exact=True))
    hand.choose("Run", re.compile("collapse", re.IGNORECASE))
    hand.sees(hand.page.get_by_text("Posterior collapse"))
    hand.sees(hand.page.get_by_text(re.compile("Lower the weight of “KL”")))


def _continue(hand: Hand) -> None:
    _see_why(hand)
    hand.click(hand.page.get_by_role("button", name="Use these settings"))
    weight = hand.page.get_by_role("spinbutton", name="KL weight")
    expect(weight).to_have_value("50", timeout=_SLOW)
    hand.enter(weight, "1")
    hand.click(hand.page.get_by_role("button", name="Start training"))
    hand.page.wait_for_url(re.compile("run=(?!collapse)"), timeout=_SLOW)
    hand.sees(hand.page.locator(".hg-plot[aria-label='loss curves'].hg-ready"))


# A task's title, what is done, and the steps that it may take.
TASKS: Mapping[str, tuple[Callable[[Hand], None], int]] = MappingProxyType(
    {
        "change the model three times": (_change_model, 6),
        "find image 500 and its reconstruction": (_find_image, 1),
        "see why a run is bad": (_see_why, 3),
        "go on from it with other settings": (_continue, 6),
    }
)


def tasks() -> list[Figure]:
    """Each task is done three times in a row, from a fresh start; the figures are of the slowest time."""
    figures = []
    with chromium() as browser, home() as folder:
        trained(folder / "runs", Experiment.parse(_COLLAPSES)).rename(folder / "runs" / "collapsed")
        with served(APP, folder) as server:
            for title, (task, most) in TASKS.items():
                times = [_timed(browser, server.url, task) for _ in range(3)]
                figures += [
                    Figure(f"{title}: steps", max(steps for steps, _ in times), "", f"<= {most}"),
                    Figure(f"{title}: slowest of three", max(seconds for _, seconds in times), "s"),
                ]
    return figures


def _timed(browser: Browser, url: str, task: Callable[[Hand], None]) -> tuple[int, float]:
    """Return the steps and seconds of a task, from the moment that the first page can be used."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        page.goto(url)
        expect(page.locator(".hg-caption")).to_contain_text(", class ", timeout=_SLOW)
        hand = Hand(page)
        began = time.perf_counter()
        task(hand)
        return hand.steps, time.perf_counter() - began
    finally:
        context.close()
