"""The cost of a rerun of the pages that list models and runs, for the server, in a library of a thousand runs."""

import asyncio
import os
import shutil
import time
from pathlib import Path

import psutil

from benchmarks.apps import APP, Server, home, served
from benchmarks.figures import Figure
from benchmarks.runs import trained
from benchmarks.streamlit_session import Tab
from explorer.runs.layout import DATABASE, EXPERIMENT, SUMMARY
from models.spec.experiment import Experiment

RUNS = 1_000
RERUNS = 20
_WARM_UP = 4  # reruns
_SETTLE = 3.0  # seconds: what was written just now is read again
PAGES = {"Explore": ("", "model=run/{name}"), "Train": ("train", "run={name}")}  # title, address, parameters


def listing(runs: int = RUNS, reruns: int = RERUNS) -> list[Figure]:
    """Reruns of Explore and of Train beside one run and among a thousand, by the processor time of the server."""
    with home() as folder:
        experiment = Experiment.parse({"dataset": "digits", "variant": "vae", "latent_dim": 4, "epochs": 1})
        base = trained(folder / "runs", experiment)
        costs: dict[str, list[float]] = {title: [] for title in PAGES}
        for count in (1, runs):
            _copy(base, count - 1)
            time.sleep(_SETTLE)
            with served(APP, folder) as server:
                for title, (page, query) in PAGES.items():
                    costs[title].append(
                        asyncio.run(_cost(server, Tab(server.port, page, query.format(name=base.name)), reruns))
                    )
    return [
        figure
        for title, (alone, among) in costs.items()
        for figure in (
            Figure(f"server: a rerun of {title} among {runs:,} runs", among, "ms", "<= 50"),
            Figure(f"server: a rerun of {title} beside one run", alone, "ms"),
        )
    ]


def _copy(base: Path, count: int) -> None:
    """So many runs like `base`; what is large is the same file."""
    for number in range(count):
        folder = base.parent / f"copy-{number:04d}"
        shutil.copytree(base, folder, copy_function=os.link, ignore=shutil.ignore_patterns(EXPERIMENT, SUMMARY))
        for file in (EXPERIMENT, SUMMARY, DATABASE):
            (folder / file).unlink(missing_ok=True)
            shutil.copyfile(base / file, folder / file)


async def _cost(server: Server, tab: Tab, reruns: int) -> float:
    """Milliseconds of the server's processor for one rerun, in the mean of so many after a few that warm it up."""
    process = psutil.Process(server.process.pid)
    async with tab.opened() as page:
        await page.stay(_SETTLE)
        for _ in range(_WARM_UP):
            await page.rerun()
        began = _cpu_seconds(process)
        for _ in range(reruns):
            await page.rerun()
        spent = _cpu_seconds(process) - began
    if tab.errors:
        raise RuntimeError(f"The page shows an error: {tab.errors[0]}")
    return spent * 1e3 / reruns


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
