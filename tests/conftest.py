"""What the tests share: the data folder, a Chromium, and Streamlit apps that end when their module does.

Where a new test goes: `unit/<room>` if it starts no server, browser or training and takes less than a second (`make
quick` runs these); `process/<room>` if it starts one of our processes or trains; `browser` if it drives a page.
"""

import functools
import gc
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.chromium import chromium_path
from tests.support.lean_streamlit import spare_work
from tests.support.order import count, renew_table, sort_by_seconds
from tests.support.pages import FLAGS, fresh_page
from tests.support.shared import close_shared, open_shared

ROOT = Path(__file__).resolve().parents[1]
ARTEFACTS = ROOT / "tests" / "artefacts"
_DATA = ROOT.parent / "shared" / "data"
PATIENCE = 20_000  # ms for what needs no other process: three workers share two cores; what comes sooner costs nothing

gc.disable()  # it would look again and again through what the imports of the tests make: a quarter of their time

if _DATA.is_dir():
    os.environ.setdefault("HOURGLASS_DATA", str(_DATA))
os.environ.setdefault("HOURGLASS_NICENESS", "0")  # else the trainings of one worker wait for the other's tests
for _threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(_threads, "1")  # the tests' networks are too small to share: with two, half the time is lost

AppServer = Callable[..., str]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-seconds", action="store_true", help="write tests/seconds.json anew from this run")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    sort_by_seconds(items)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    count(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--renew-seconds") and not hasattr(session.config, "workerinput"):
        renew_table()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        open_shared()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        close_shared()


def pytest_collection_finish() -> None:
    """Take what the imports made out of the garbage collector's sight, which rested meanwhile, and spare more waste.

    Streamlit collects after every run of a page and Keras whenever it clears a session; with TensorFlow loaded each
    full collection took a third of a second.
    """
    gc.freeze()
    gc.enable()
    if "streamlit" in sys.modules:  # imported by some test of this session
        spare_work()


@pytest.fixture(scope="session")
def home() -> Path:
    """Return the HOURGLASS_HOME of `app`: a run of every kind, and what the tests of this worker have added."""
    from tests.support.made_runs import made_home  # which imports TensorFlow: no test but of the browser waits for it

    return made_home()


@pytest.fixture(scope="session")
def app(app_server: AppServer, home: Path) -> str:
    """Return the URL of the real app."""
    return app_server(ROOT / "app.py", HOURGLASS_HOME=str(home))


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the test's own HOURGLASS_HOME, in which nothing is yet."""
    monkeypatch.setenv("HOURGLASS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Return the folder for screenshots; git does not see it."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the Chromium; asked for before Playwright runs, which cannot be started twice."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: run `make browser`")
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Yield the worker's headless Chromium. Its loop forbids other tests one of their own, so they run before."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        expect.set_options(timeout=PATIENCE)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield a fresh page, light and 1280 x 800; a script error on it fails the test."""
    with fresh_page(browser) as opened:
        yield opened


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """Yield a function that returns the URL of the Streamlit app at a path, with a home of its own.

    An app with its processes costs as much as ten tests: the worker starts each once, and all its files use it.
    """
    processes: list[subprocess.Popen[bytes]] = []

    @functools.cache
    def start(app: Path, **environment: str) -> str:
        home = tmp_path_factory.mktemp("home")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = home / "server.log"
        command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--server.headless", "true"],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), "HOURGLASS_HOME": str(home), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        processes.append(process)
        base = environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
        url = f"http://127.0.0.1:{port}/{base}".rstrip("/")
        _wait_until_healthy(f"{url}/_stcore/health", process, log)
        return url

    yield start
    for process in processes:
        _end(process)


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 -- our own http URL
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"The app did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End exactly this server, and see that what it started has ended with it."""
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        children = []
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=5)
    _, left = psutil.wait_procs(children, timeout=10)
    names = [" ".join(child.cmdline()) for child in left if child.is_running()]
    for child in left:
        child.kill()
    assert not names, f"The app left processes behind: {names}"
