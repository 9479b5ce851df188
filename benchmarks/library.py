"""What a rerun of Explore costs the server in a library of a thousand runs."""

import os
import shutil
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page

from benchmarks.apps import APP, Server, chromium, home, served
from benchmarks.figures import Figure
from benchmarks.runs import trained
from explorer.runs.layout import DATABASE, EXPERIMENT, SUMMARY
from models.spec.experiment import Experiment

RUNS = 1_000
RERUNS = 20
_SETTLE = 3.0  # seconds: what was written just now is read again
_BETWEEN = 400  # milliseconds between two clicks: a rerun and its drawing are over by then
_VIEWS = ("PCA", "Dimensions")


def library() -> list[Figure]:
    """Reruns of Explore beside one run and among a thousand: each click on a view of the map is one."""
    with home() as folder, chromium() as browser:
        experiment = Experiment.parse({"dataset": "digits", "variant": "vae", "latent_dim": 4, "epochs": 1})
        base = trained(folder / "runs", experiment)
        costs = []
        for count in (1, RUNS):
            _copy(base, count - 1)
            time.sleep(_SETTLE)
            with served(APP, folder) as server:
                page = browser.new_page()
                costs.append(_rerun(page, server, base.name))
                page.close()
    alone, among = costs
    return [
        Figure(f"server: a rerun of Explore among {RUNS:,} runs", among, "ms", "<= 50"),
        Figure("server: the same beside one run", alone, "ms"),
    ]


def _copy(base: Path, count: int) -> None:
    """So many runs like `base`; what is large is the same file."""
    for number in range(count):
        folder = base.parent / f"copy-{number:04d}"
        shutil.copytree(base, folder, copy_function=os.link, ignore=shutil.ignore_patterns(EXPERIMENT, SUMMARY))
        for file in (EXPERIMENT, SUMMARY, DATABASE):
            (folder / file).unlink(missing_ok=True)
            shutil.copyfile(base / file, folder / file)


def _rerun(page: Page, server: Server, name: str) -> float:
    """Milliseconds of the server's processor for one rerun, in the mean of RERUNS after a few that warm it up."""
    page.goto(f"{server.url}/?model=run/{name}")
    page.get_by_text(_VIEWS[0], exact=True).wait_for(timeout=60_000)
    page.wait_for_timeout(_SETTLE * 1e3)
    process = psutil.Process(server.process.pid)
    began = 0.0
    for number in range(-4, RERUNS):
        if number == 0:
            began = _cpu_seconds(process)
        page.get_by_text(_VIEWS[number % 2], exact=True).click()
        page.wait_for_timeout(_BETWEEN)
    return (_cpu_seconds(process) - began) * 1e3 / RERUNS


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
