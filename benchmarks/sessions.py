"""Thirty tabs on a run that trains, beside a second training: how long they wait, and what the trainings lose."""

import asyncio
import time

import numpy as np

from benchmarks.apps import APP, Server, home, served
from benchmarks.figures import Figure
from benchmarks.runs import in_training
from benchmarks.streamlit_session import Tab
from explorer.runs.reader import Run
from models.spec.experiment import Experiment

TABS = 30
SECONDS = 60.0
_ALONE = 20.0  # seconds of training with nobody watching, before and behind
_SETTLE = 5.0


def sessions(tabs: int = TABS, seconds: float = SECONDS) -> list[Figure]:
    """Real web sockets, each with its timers, watch one of two runs. The trainings' speed is compared with before."""
    experiment = Experiment.parse({"dataset": "digits", "variant": "vae", "latent_dim": 4, "epochs": 10_000})
    with (
        home() as folder,
        in_training(folder / "runs", experiment) as one,
        in_training(folder / "runs", experiment) as other,
        served(APP, folder) as server,
    ):
        asyncio.run(_watch(server, one, 1, _SETTLE))  # the server has imported everything
        before = _steps_per_second((one, other), _ALONE)
        began, first = time.monotonic(), _steps((one, other))
        watching = asyncio.run(_watch(server, one, tabs, seconds))
        during = (_steps((one, other)) - first) / (time.monotonic() - began)
        after = _steps_per_second((one, other), _ALONE)
    delays = np.array([delay for tab in watching for delay in (*tab.delays, *tab.feed.delays)]) * 1e3
    fed = np.array([delay for tab in watching for delay in tab.feed.delays]) * 1e3
    alone = (before + after) / 2
    return [
        Figure(f"{tabs} tabs: request to its end, p95", float(np.percentile(delays, 95)), "ms", "<= 250"),
        Figure(f"{tabs} tabs: errors", sum(len(tab.errors) + len(tab.feed.errors) for tab in watching), "", "<= 0"),
        Figure("training beside them over training alone", during / alone, "x", ">= 0.85"),
        Figure(f"{tabs} tabs: request to its end, median", float(np.median(delays)), "ms"),
        Figure(f"{tabs} tabs: the newest of a run, p95", float(np.percentile(fed, 95)), "ms"),
        Figure(f"{tabs} tabs: the newest of a run, together", len(fed) / seconds, "1/s"),
    ]


async def _watch(server: Server, run: Run, count: int, seconds: float) -> list[Tab]:
    tabs = [Tab(server.port, "train", f"run={run.name}") for _ in range(count)]
    await asyncio.gather(*(tab.watch(seconds) for tab in tabs))
    return tabs


def _steps(runs: tuple[Run, ...]) -> int:
    return sum(run.status().step for run in runs)


def _steps_per_second(runs: tuple[Run, ...], seconds: float) -> float:
    began, first = time.monotonic(), _steps(runs)
    time.sleep(seconds)
    return (_steps(runs) - first) / (time.monotonic() - began)
