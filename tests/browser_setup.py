"""Find a Chromium for the browser tests, or get one: ``python -m tests.browser_setup``."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def chromium_path() -> str | None:
    """Return the path of a Chromium that is already here: the system's own, or the one Playwright installed."""
    found = (shutil.which(name) for name in _NAMES)
    macos = (path for path in _MACOS if Path(path).is_file())
    return next((path for path in (*found, *macos) if path), None) or _playwright_chromium()


def _playwright_chromium() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def _can_apt() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install() -> str:
    """Install a Chromium and return the name of the way that worked, or an empty string."""
    apt = [["apt-get", "update", "-qq"], ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]]
    if _can_apt() and all(subprocess.run(command, check=False).returncode == 0 for command in apt) and chromium_path():
        return "apt-get install chromium"
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, check=False).returncode == 0 and chromium_path():
        return "playwright install chromium"
    return ""


def main() -> int:
    """Say in one line which Chromium the tests will use."""
    if path := chromium_path():
        sys.stdout.write(f"Browser tests use {path}.\n")
        return 0
    if way := _install():
        sys.stdout.write(f"Browser tests use {chromium_path()}, installed with: {way}.\n")
        return 0
    sys.stderr.write("No Chromium could be found or installed: install one and have it on the PATH as `chromium`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
