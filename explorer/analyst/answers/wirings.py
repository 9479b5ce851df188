"""The measurement of the five wirings on a handful of digits. Runs in the workbench: it needs Keras."""

import time
from typing import Any

import numpy as np

from explorer.analyst.answers import Answer, Report
from explorer.datasets.loading import load_images
from models.spec.unit_range import to_unit
from models.spec.wirings import CAPABILITIES, WIRINGS
from models.wirings.bench import BATCH, KL_WEIGHT, Bench
from models.wirings.capabilities import check

IMAGES = 70  # two whole batches and a short one
SHORT = IMAGES % BATCH


def answer(_header: dict[str, Any], _payload: bytes, report: Report) -> Answer:
    """Measure the wirings: see `measure_wirings`."""
    return measure_wirings(report), b""


def measure_wirings(report: Report) -> dict[str, Any]:
    """Measure every wiring against the reference, and every cell of the table. `report` gets a stage and a share of
    0..1."""
    began = time.perf_counter()
    report("building the networks", 0.0)
    bench = Bench(some_digits())
    steps = len(WIRINGS) * (1 + len(CAPABILITIES))
    measured: dict[str, Any] = {}
    for row, (name, info) in enumerate(WIRINGS.items()):
        done = row * (1 + len(CAPABILITIES))
        report(f"{info.title}: total and gradients", done / steps)
        wired = bench.wire(name)
        measured[name] = {"full": bench.compare(wired, BATCH), "short": bench.compare(wired, SHORT), "cells": {}}
        for column, (capability, asked) in enumerate(CAPABILITIES.items(), start=1):
            report(f"{info.title}: {asked.title.lower()}", (done + column) / steps)
            measured[name]["cells"][capability] = check(capability, bench, name, wired)
    return {
        "wirings": measured,
        "images": IMAGES,
        "batch": BATCH,
        "kl_weight": KL_WEIGHT,
        "seconds": time.perf_counter() - began,
    }


def some_digits() -> np.ndarray:
    """Return the first of the bundled digits: float32 (IMAGES, height, width, channels) in 0..1."""
    return to_unit(load_images("digits").images[:IMAGES])
