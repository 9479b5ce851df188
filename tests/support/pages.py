"""Fresh pages of one Chromium that share a renderer, so that scripts are compiled once for a file's tests.

Until the component gallery is drawn, a page with a renderer of its own costs 6.5 s of processor time, one of these 2 s.
"""

import contextlib
from collections.abc import Generator
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--process-per-site"]
WIDTH = "document.documentElement.scrollWidth"  # all there is, also what is beyond the screen
Scheme = Literal["light", "dark"]
_HAS_SCHEME = """scheme => (scheme === "dark") === getComputedStyle(document.querySelector(".stApp")).backgroundColor
    .match(/\\d+/g).slice(0, 3).every((part) => part < 128)"""
# Observers of sizes are told before a frame is drawn; what fades takes longer. What never ends is not waited for, nor
# what was taken off the page meanwhile: that never says that it is finished.
_AT_REST = """async () => {
    const fades = (one) => one.playState === "running" && one.effect?.getComputedTiming().endTime < Infinity;
    do {
        for (let frame = 0; frame < 3; frame++) await new Promise((drawn) => requestAnimationFrame(drawn));
    } while (document.getAnimations().some(fades));
}"""
_SITE = "http://127.0.0.1/"  # to Chromium, ports make no other site


@contextlib.contextmanager
def fresh_page(browser: Browser, width: int = 1280, height: int = 800, scheme: Scheme = "light") -> Generator[Page]:
    """Yield a page that remembers nothing of others; a script error on it is a failure."""
    page = _shared_context(browser).new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
    finally:
        _forget(page)
        page.close()
    assert not errors, errors


def restyle(page: Page, width: int = 1280, height: int = 800, scheme: Scheme = "light") -> None:
    """Give an open page another screen and colour scheme, and wait until it has them; a load costs far more."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(_HAS_SCHEME, arg=scheme)
    page.evaluate(_AT_REST)


def _shared_context(browser: Browser) -> BrowserContext:
    """Return the context of all fresh pages, with an empty page that keeps their renderer alive between tests."""
    if browser.contexts:
        return browser.contexts[0]
    context = browser.new_context(ignore_https_errors=True)  # a proxy of the tests signs for itself
    anchor = context.new_page()
    anchor.route("**/*", lambda route: route.fulfill(body=""))
    anchor.goto(_SITE)
    return context


def _forget(page: Page) -> None:
    """Take away what the page has left to those after it: what it stored, and what it was permitted."""
    page.context.clear_permissions()
    address = urlsplit(page.url)
    if address.scheme == "http":
        kept = {"origin": f"http://{address.netloc}", "storageTypes": "local_storage,cookies"}
        page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
