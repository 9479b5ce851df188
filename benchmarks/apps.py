"""Streamlit apps and a browser for a benchmark, and children that answer questions; none outlives its benchmark."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, sync_playwright

from benchmarks.chromium import chromium_path
from explorer.places import ROOT

APP = ROOT / "app.py"
GALLERY = ROOT / "benchmarks" / "gallery.py"  # every browser component on one page
TEXT_THERE = "() => document.querySelector('[data-testid=\"stMainBlockContainer\"]')?.innerText.trim()"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_POLL = 0.01  # seconds
_LONGEST_START = 60.0
_LONGEST_END = 15.0


@dataclass(frozen=True)
class Server:
    """A running app. `began` is the moment of `streamlit run`, by time.perf_counter."""

    process: subprocess.Popen[bytes]
    port: int
    began: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def environment(**changes: str) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", **changes}


@contextlib.contextmanager
def home() -> Generator[Path]:
    """A HOURGLASS_HOME of the benchmark's own."""
    with tempfile.TemporaryDirectory(prefix="hourglass-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def served(script: Path, folder: Path, *arguments: str, **changes: str) -> Generator[Server]:
    """`streamlit run script -- arguments` with the project's settings, from the moment that its port answers.

    `changes` are of the environment.
    """
    port = free_port()
    options = ["--server.port", str(port), "--server.headless", "true"]
    with (folder / "server.log").open("wb") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), *options, "--", *arguments],
            cwd=ROOT,
            env=environment(HOURGLASS_HOME=str(folder), **changes),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for_port(port, process, folder / "server.log")
        yield Server(process, port, began)
    finally:
        _end(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _LONGEST_START
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(_POLL)
    raise RuntimeError(f"The app did not start. {log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End this server; whatever it started must end with it."""
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    try:
        process.wait(_LONGEST_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _, left = psutil.wait_procs(children, timeout=_LONGEST_END)
    for child in left:
        child.kill()
    if left:
        raise RuntimeError(f"The app left {len(left)} processes behind.")


@contextlib.contextmanager
def chromium(*flags: str) -> Generator[Browser]:
    """One headless Chromium, already running when this yields."""
    path = chromium_path()
    if path is None:
        raise RuntimeError("There is no Chromium: run `make browser`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


class Child:
    """A Python module in a process of its own that answers each line of JSON with one."""

    def __init__(self, module: str, *arguments: str):
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (closed at exit)
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,  # TensorFlow greets there, whatever it is told
            text=True,
        )

    def ask(self, question: Any) -> Any:
        if self._process.stdin is None:
            raise RuntimeError("The child has no pipes.")
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        """Wait for the next answer: a question may have several."""
        if self._process.stdout is None:
            raise RuntimeError("The child has no pipes.")
        answer = self._process.stdout.readline()
        if not answer:
            code = self._process.wait()
            self._log.seek(0)
            raise RuntimeError(f"A child of the benchmark ended with {code}. {self._log.read()[-2000:]}")
        return json.loads(answer)

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_LONGEST_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
