"""Visits, estimates, trainings and explorations for twenty minutes: what the app and its analysts keep of them."""

import asyncio
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from benchmarks.apps import APP, Server, home, served
from benchmarks.figures import Figure
from benchmarks.streamlit_session import Page, Tab
from explorer.presets import PRESET_TITLES
from explorer.runs.layout import HEARTBEAT

SECONDS = 20 * 60.0
WARM_UP = 0.4  # of the time
_VISITS = [("", ""), ("", "model=bundled/mnist-vae-16d"), ("losses", "view=terms"), ("losses", "view=pairings")]
_PRESETS = ["first-vae", "denoise", "asked-digit", "duel"]  # that are trained on digits, in turns
_ESTIMATE = 4.0  # seconds that somebody looks at the form, in which it is measured
_TRAINING = 6.0
_CLICKS = 20  # on a button, at most
_END = 60.0  # seconds at most until a trainer has ended
_REST = 2.0
_KEPT = 120.0  # seconds for which Streamlit keeps a session whose tab was closed
_OF_A_SESSION = 3  # descriptors, of its event loop
_DECODED = "bundled/mnist-vae-2d"


@dataclass(frozen=True)
class _Use:
    """Bytes, open files, other descriptors and threads that the processes hold while nobody asks for anything."""

    app: int
    analysts: int
    files: int
    descriptors: int  # but for those of sessions whose tabs were closed just now
    threads: int

    @property
    def held(self) -> int:
        """In bytes."""
        return self.app + self.analysts


def soak(seconds: float = SECONDS) -> list[Figure]:
    """Rounds of what people do, each in tabs that are closed again; between two rounds it is measured what is held.

    What an analyst holds goes up with each estimate, until another process takes its place: peaks are compared.
    """
    with home() as folder:
        temporary = folder / "tmp"
        temporary.mkdir()
        with served(APP, folder, TMPDIR=str(temporary)) as server:
            uses, warm, errors, trainers, lost = _use_for(server, folder / "runs", seconds)
        left = [path for path in folder.rglob("*") if _is_left(path, temporary)]
    for sentence in [*errors, *(f"{path} is left" for path in left)]:
        print(sentence)
    grown = {
        name: max(getattr(use, name) for use in uses[warm:]) - max(getattr(use, name) for use in uses[:warm])
        for name in ("held", "app", "files", "descriptors", "threads")
    }
    return [
        Figure("app and analysts: growth after warm-up", grown["held"] / 1e6, "MB", "<= 100"),
        Figure("of this, the app", grown["app"] / 1e6, "MB"),
        Figure("open files more than in warm-up", grown["files"], "", "<= 5"),
        Figure("descriptors more than in warm-up", grown["descriptors"], "", "<= 20"),
        Figure("threads more than in warm-up", grown["threads"], "", "<= 10"),
        Figure("trainers still there after a run's end", trainers, "", "<= 0"),
        Figure("temporary files left", len(left), "", "<= 0"),
        Figure("errors on pages", len(errors), "", "<= 0"),
        Figure("app and analysts, most", max(use.held for use in uses) / 1e6, "MB"),
        Figure("rounds", len(uses), ""),
        Figure("clicks on Start training that did nothing", lost, ""),
    ]


def _use_for(server: Server, runs: Path, seconds: float) -> tuple[list[_Use], int, list[str], int, int]:
    """Use the app for so long. Return what was held after each round, how many of them were the warm-up, the errors of
    pages, the trainers that had not ended, and the clicks that did nothing.
    """
    began, warm, trainers, lost = time.monotonic(), 1, 0, 0
    uses: list[_Use] = []
    errors: list[str] = []
    closed: list[float] = []  # when each tab was closed
    while time.monotonic() - began < seconds or len(uses) <= warm:
        tabs = asyncio.run(_round(server, runs, len(uses)))
        closed += [time.monotonic()] * len(tabs)
        errors += [error for tab in tabs for error in (*tab.errors, *tab.feed.errors)]
        lost += sum(tab.lost for tab in tabs)
        time.sleep(_REST)
        recently = sum(time.monotonic() - when < _KEPT for when in closed)
        uses.append(_use(server, recently))
        trainers += len(_trainers(server))
        if time.monotonic() - began < WARM_UP * seconds:
            warm = len(uses)
    return uses, warm, errors, trainers, lost


async def _round(server: Server, runs: Path, number: int) -> list[Tab]:
    """Visit pages, decode, and train. Return the tabs, which are closed."""
    tabs = [Tab(server.port, page, query) for page, query in _VISITS]
    await asyncio.gather(*(tab.watch(1.0) for tab in tabs))
    await asyncio.to_thread(_decode, server)
    form = Tab(server.port, "train", "")
    async with form.opened() as page:
        await page.click(PRESET_TITLES[_PRESETS[number % len(_PRESETS)]])
        await page.stay(_ESTIMATE)
        folder = await _start(page, runs)
        await page.stay(_TRAINING)
        await page.click("Stop")
        end = time.monotonic() + _END
        while (folder / HEARTBEAT).exists() and time.monotonic() < end:
            await page.stay(0.5)
    explored = Tab(server.port, "", f"model=run/{folder.name}")
    await explored.watch(1.0)
    return [*tabs, form, explored]


async def _start(page: Page, runs: Path) -> Path:
    """Start a training and return its folder. Raises RuntimeError where there is none after several clicks.

    A training that does not fit into what memory is left is refused, and may fit a moment later.
    """
    known = set(runs.iterdir()) if runs.is_dir() else set()
    for _ in range(_CLICKS):
        await page.click("Start training")
        await page.stay(1.0)
        if runs.is_dir() and (new := set(runs.iterdir()) - known):
            return new.pop()
        page.tab.lost += 1
    raise RuntimeError(f"{_CLICKS} clicks on Start training started nothing. {page.tab.alerts[-1:]}")


def _decode(server: Server) -> None:
    """Ask the server for an image, as a browser does that cannot run the model itself, and for weights and points."""
    code = np.zeros(2, "<f4").tobytes()
    for path, body in (("decode", code), ("weights", None), ("points", None)):
        rows = "&rows=1,2,3" if path == "points" else ""
        for _ in range(30):  # the decoder may have to start first
            request = urllib.request.Request(f"{server.url}/api/{path}?model={_DECODED}{rows}", body)  # noqa: S310
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (our own http URL)
                    answer.read()
                break
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
                time.sleep(1)


def _use(server: Server, sessions: int) -> _Use:
    """Measure; so many sessions were closed just now."""
    app = psutil.Process(server.process.pid)
    analysts = [child for child in app.children(recursive=True) if _runs(child, "explorer.analyst.server")]
    everyone = [app, *analysts]
    return _Use(
        app.memory_info().rss,
        sum(process.memory_info().rss for process in analysts),
        sum(len(process.open_files()) for process in everyone),
        sum(process.num_fds() for process in everyone) - sessions * _OF_A_SESSION,
        sum(process.num_threads() for process in everyone),
    )


def _trainers(server: Server) -> list[psutil.Process]:
    children = psutil.Process(server.process.pid).children(recursive=True)
    return [child for child in children if _runs(child, "explorer.trainer")]


def _runs(process: psutil.Process, module: str) -> bool:
    try:
        return module in process.cmdline()
    except psutil.Error:  # it has just ended
        return False


def _is_left(path: Path, temporary: Path) -> bool:
    """Return whether a file should have gone: a half written one, or one among the temporary files."""
    return path.is_file() and (path.name.startswith(".") or temporary in path.parents)
