"""Find a Chromium for the browser tests, or get one: ``python -m benchmarks.chromium``."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_LONGEST_ANSWER = 20.0  # seconds


def chromium_path() -> str | None:
    """Return the path of a Chromium that works here: the system's own, or the one Playwright installed."""
    return next((path for path in _candidates() if _answers(path)), None)


def _candidates() -> Iterator[str]:
    """Yield what may be a Chromium, the cheapest to find first."""
    yield from filter(None, (shutil.which(name) for name in _NAMES))
    yield from (path for path in _MACOS if Path(path).is_file())
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if Path(path).is_file():
        yield path


def _answers(path: str) -> bool:
    """Return whether it says its version. A stub for a snap does not, nor a Chromium without its libraries."""
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=_LONGEST_ANSWER, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and bool(asked.stdout.strip())


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _ways() -> Iterator[tuple[str, list[list[str]]]]:
    """Yield how a Chromium can be had here: the way's name and its commands. The first one that works will do."""
    playwright = [sys.executable, "-m", "playwright", "install"]
    if _is_root():
        if shutil.which("apt-get"):
            apt = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]
            yield "apt-get install chromium", [["apt-get", "update", "-qq"], apt]
        yield "playwright install --with-deps chromium", [[*playwright, "--with-deps", "chromium"]]
    yield "playwright install chromium", [[*playwright, "chromium"]]


def main() -> int:
    """Say in one line which Chromium the tests will use."""
    if path := chromium_path():
        sys.stdout.write(f"Browser tests use {path}.\n")
        return 0
    for way, commands in _ways():
        done = all(subprocess.run(command, check=False).returncode == 0 for command in commands)
        if done and (path := chromium_path()):
            sys.stdout.write(f"Browser tests use {path}, installed with: {way}.\n")
            return 0
    sys.stderr.write("No Chromium could be found or installed: install one and have it on the PATH as `chromium`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
