"""Fresh pages of one Chromium that share a renderer, so that scripts are compiled once for a file's tests.

Until the component gallery is drawn, a page with a renderer of its own costs 6.5 s of processor time, one of these 2 s.
"""

import contextlib
from collections.abc import Generator
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--process-per-site"]
_SITE = "http://127.0.0.1/"  # to Chromium, ports make no other site


@contextlib.contextmanager
def fresh_page(
    browser: Browser, width: int = 1280, height: int = 800, scheme: Literal["light", "dark"] = "light"
) -> Generator[Page]:
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


def _shared_context(browser: Browser) -> BrowserContext:
    """Return the context of all fresh pages, with an empty page that keeps their renderer alive between tests."""
    if browser.contexts:
        return browser.contexts[0]
    context = browser.new_context()
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
