"""The cost of one live update of a training for the server and the browser: after 1,000 steps and after 1,000,000."""

import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.apps import APP, Server, chromium, home, served
from benchmarks.figures import Figure, median_ratio
from benchmarks.runs import trained
from explorer.files import load_arrays, save_arrays
from explorer.runs.arrays import MEAN, STEP
from explorer.runs.layout import DATABASE, PREVIEW, WEIGHT_PREFIX, history_row, weighted_terms, write_experiment
from explorer.runs.reader import Run
from explorer.runs.writer import RunWriter
from models.spec.experiment import Experiment

SHORT, LONG = 1_000, 1_000_000  # steps
MOST = {"server": "<= 12", "browser": "<= 60"}  # ms of one update
PAIRS = 5
WINDOW = 8.0  # seconds
RATE = 50  # steps a second
FLUSH_EVERY = 0.2  # seconds, as the trainer
STEPS_PER_EPOCH = 200  # each ends with a validation: 5,000 of them in the long run
_SETTLE = 2_000  # milliseconds from the first charts to the first window
_COUNT = """gd => { window.hgUpdates = 0; gd.on("plotly_afterplot", () => { window.hgUpdates += 1; }); }"""


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one live update."""

    server: float
    browser: float


class LiveRun:
    """A run in training whose trainer is this process. It goes on from `steps` whenever `feed` is called."""

    def __init__(self, base: Path, folder: Path, steps: int):
        self.folder, self.step = folder, 0
        shutil.copytree(base, folder, ignore=shutil.ignore_patterns(f"{DATABASE}*", "inbox", "*.log"))
        write_experiment(folder, Run(folder).experiment.model_copy(update={"epochs": 10_000}))
        with Run(base) as run:
            series, terms = run.meta["series"], run.meta["terms"]
            curves = run.curves()
            (snapshot, *_) = run.snapshots()
        self._preview = load_arrays(folder / PREVIEW)
        self._random = np.random.default_rng(0)
        self.writer = RunWriter(folder)
        this = psutil.Process()
        self.writer.note(pid=this.pid, process_started=this.create_time(), began=time.time())
        self.writer.open_history(series, terms)
        self._last = {name: float(column[-1]) for name, column in curves.training.items() if name in series}
        self._weights = {term: float(curves.training[WEIGHT_PREFIX + term][-1]) for term in terms}
        self._checked = {name: float(column[-1]) for name, column in curves.validation.items() if name in series}
        self.writer.add_snapshot(snapshot.step)
        self.writer.set_state("training")
        while self.step < steps:
            self._log(min(5_000, steps - self.step))

    def _log(self, count: int) -> None:
        """Losses that fall like real ones: an exponential and noise above the last real value. Weights rest."""
        steps = np.arange(self.step + 1, self.step + count + 1)
        level = 1 + np.exp(-steps / 2_000) + 0.05 * self._random.standard_normal(count)
        for step, factor in zip(steps.tolist(), level.tolist(), strict=True):
            clock = {"epoch": step / STEPS_PER_EPOCH, "seconds": step / RATE, "learning_rate": 1e-3}
            series = {name: value * factor for name, value in self._last.items()}
            self.writer.log_step(step, history_row(clock, series, self._weights))
            if step % STEPS_PER_EPOCH == 0:
                checked = {name: value * factor for name, value in self._checked.items()}
                self.writer.log_validation(step, clock["epoch"], checked | weighted_terms(checked, self._weights))
        self.step += count
        self.writer.flush(
            step=self.step, epoch=self.step / STEPS_PER_EPOCH, seconds=self.step / RATE, images_per_second=RATE * 128
        )

    def feed(self, count: int) -> None:
        """So many more steps."""
        self._log(count)

    def move_codes(self) -> None:
        """A new look at the probe set, as the trainer takes it every 0.4 s."""
        codes = self._preview[MEAN]
        moved = codes + self._random.normal(0, 0.02, codes.shape)
        arrays = {**self._preview, MEAN: moved.astype(np.float32), STEP: np.array([self.step])}
        save_arrays(self.folder / PREVIEW, arrays, durable=False)


def refresh(pairs: int = PAIRS, long: int = LONG) -> list[Figure]:
    """Windows on the two runs alternate; only the run that is on screen goes on.

    The probe's preview rests in the compared windows: drawing the map costs the same at any length, and would hide in
    the ratio what grows. One more window, for information, has it move.
    """
    short_costs: list[Cost] = []
    long_costs: list[Cost] = []
    with home() as folder, chromium() as browser:
        # A real run of one epoch, whose files the live runs begin with.
        experiment = Experiment.parse({"dataset": "digits", "variant": "vae", "latent_dim": 2, "epochs": 1})
        base = trained(folder / "base", experiment)
        runs = folder / "runs"
        with _closing(LiveRun(base, runs / "long", long)) as grown, served(APP, folder) as server:
            for number in range(pairs + 1):
                # A new one each time: it must reach 1,000 steps at the end of its window and not leave them behind.
                with _closing(LiveRun(base, runs / f"short-{number}", SHORT - int(WINDOW * RATE))) as young:
                    short_costs.append(_watch(browser, server, young))
                long_costs.append(_watch(browser, server, grown))
            moving = _watch(browser, server, grown, move_codes=True)
    figures = _figures(short_costs[1:], long_costs[1:])  # the first pair warms both sides up
    return [*figures, Figure("browser: one update, the latent map moving too", moving.browser, "ms")]


def _figures(short: list[Cost], long: list[Cost]) -> list[Figure]:
    figures = []
    for side in ("server", "browser"):
        few, many = ([getattr(cost, side) for cost in costs] for costs in (short, long))
        figures += [
            Figure(f"{side}: {LONG:,} / {SHORT:,} steps", median_ratio(many, few), "x", "<= 1.2"),
            Figure(f"{side}: one update at {SHORT:,} steps", median(few), "ms", MOST[side]),
            Figure(f"{side}: one update at {LONG:,} steps", median(many), "ms", MOST[side]),
        ]
    return figures


@contextmanager
def _closing(run: LiveRun) -> Generator[LiveRun]:
    try:
        yield run
    finally:
        run.writer.close()


def _watch(browser: Browser, server: Server, run: LiveRun, *, move_codes: bool = False) -> Cost:
    """Open the run's page, let it settle, then feed the run for one window and count."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.goto(f"{server.url}/train?run={run.folder.name}")
        page.locator(".hg-plot.hg-ready").nth(1).wait_for(timeout=60_000)
        page.wait_for_timeout(_SETTLE)
        devtools = context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})  # processor time, not that of the clock
        page.locator(".hg-plot").first.evaluate(_COUNT)
        process = psutil.Process(server.process.pid)
        cpu, task = _cpu_seconds(process), _task_seconds(devtools)
        _feed(page, run, move_codes=move_codes)
        updates = page.evaluate("window.hgUpdates")
        if updates < WINDOW / 2:
            raise RuntimeError(f"The page showed only {updates} live updates within {WINDOW:.0f} s.")
        server_ms = (_cpu_seconds(process) - cpu) * 1e3 / updates
        return Cost(server_ms, (_task_seconds(devtools) - task) * 1e3 / updates)
    finally:
        context.close()


def _feed(page: Page, run: LiveRun, *, move_codes: bool) -> None:
    end = time.monotonic() + WINDOW
    for number in range(1, int(WINDOW / FLUSH_EVERY) + 1):
        run.feed(int(RATE * FLUSH_EVERY))
        if move_codes and number % 2:
            run.move_codes()
        due = end - WINDOW + number * FLUSH_EVERY
        page.wait_for_timeout(max(1.0, (due - time.monotonic()) * 1e3))


def _cpu_seconds(process: psutil.Process) -> float:
    """Of the process itself, its children not counted."""
    times = process.cpu_times()
    return times.user + times.system


def _task_seconds(devtools: CDPSession) -> float:
    """The processor time of the page's main thread so far, in seconds."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
