"""Sixteen film strips of eleven images each: how soon they are there, and what that costs the picture under the hand.

`Random` moves every dimension, so that all sixteen strips have to be decoded anew (a change of one dimension leaves its
own strip as it is: fifteen). Measured is from the click's time stamp until the last strip has been drawn. Then one
slider is dragged, which keeps fifteen strips behind all the time, and pictures and frames are counted; of all drags the
one with the fewest in a second is held to the bound.
"""

from statistics import median

import numpy as np
from playwright.sync_api import Page

from benchmarks.apps import APP, home, served
from benchmarks.figures import Figure
from benchmarks.hand import Notes, Seat, percentile, seats
from benchmarks.runs import trained
from models.spec.experiment import Experiment

STRIPS = 16
BOUNDS = {"dense": "<= 80", "conv": "<= 400"}
CONV = "bundled/mnist-vae-16d"
REFRESHES = 9
DRAGS = 3
SECONDS = 4.0  # of a drag
WARM = 3  # refreshes that are not counted
_REST = 100  # milliseconds between two refreshes
_REFRESHED = f"() => new Set(hgProbe.films()).size === {STRIPS}"


def strips(refreshes: int = REFRESHES, drags: int = DRAGS) -> list[Figure]:
    """Both networks' pages are refreshed alternately, then dragged alternately."""
    taken: dict[str, list[list[float]]] = {network: [] for network in BOUNDS}
    dragged: dict[str, list[Notes]] = {network: [] for network in BOUNDS}
    experiment = Experiment.parse(
        {"dataset": "digits", "variant": "vae", "network": "dense", "latent_dim": 16, "epochs": 1}
    )
    with home() as folder:
        models = {"dense": f"run/{trained(folder / 'runs', experiment).name}", "conv": CONV}
        stored = {"strips": True, "most-strips": STRIPS}
        with served(APP, folder) as server, seats(len(models), **stored) as taking:
            for seat, model in zip(taking, models.values(), strict=True):
                seat.explore(server.url, model)
            for _ in range(WARM + refreshes):
                for seat, times in zip(taking, taken.values(), strict=True):
                    times.append(_refresh(seat.page))
            for _ in range(1 + drags):
                for seat, notes in zip(taking, dragged.values(), strict=True):
                    notes.append(seat.drag(SECONDS))
    return [
        figure
        for network in BOUNDS
        for figure in _figures(network, np.array(taken[network][WARM:]), dragged[network][1:])
    ]


def _figures(network: str, taken: np.ndarray, dragged: list[Notes]) -> list[Figure]:
    """`taken` is (refreshes, strips): milliseconds to the first strip, to the second, ... to the last."""
    gaps = [np.diff(notes.frames) for notes in dragged]
    return [
        Figure(f"{network}: {STRIPS} strips refreshed", float(np.median(taken[:, -1])), "ms", BOUNDS[network]),
        Figure(f"{network}: pictures in a drag", min(notes.per_second() for notes in dragged), "1/s", ">= 30"),
        Figure(f"{network}: frames in a drag", min(notes.frames_per_second for notes in dragged), "1/s", ">= 30"),
        Figure(f"{network}: slowest refresh", float(taken[:, -1].max()), "ms"),
        Figure(f"{network}: first strip there", float(np.median(taken[:, 0])), "ms"),
        Figure(f"{network}: strips in a drag", median(notes.per_second("film") for notes in dragged), "1/s"),
        Figure(f"{network}: between two frames, p95", percentile(gaps, 95), "ms"),
        Figure(f"{network}: pointer to picture, p95", percentile([n.latencies() for n in dragged], 95), "ms"),
    ]


def _refresh(page: Page) -> list[float]:
    """Move every dimension at once; milliseconds until one strip after the other is there."""
    page.bring_to_front()
    page.wait_for_timeout(_REST)
    page.evaluate("hgProbe.start('explore')")
    page.get_by_role("button", name="Sample").click()
    page.wait_for_function(_REFRESHED, polling=_REST)
    found = page.evaluate("hgProbe.stop()")
    clicked = found["moves"][-1][0]
    first: dict[int, float] = {}
    for entry in found["drawn"]:
        if entry["what"] == "film" and entry["at"] > clicked:
            first.setdefault(entry["index"], entry["at"] - clicked)
    return sorted(first.values())


def _drag(seat: Seat) -> Notes:
    seat.page.bring_to_front()
    return seat.drag(SECONDS)
