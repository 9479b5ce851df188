"""Measure on real MNIST that every variant learns what it is for: the claims in benchmarks/claims.py.

`python -m benchmarks.learning` is the process that trains. A line of its standard input names a variant; the answer is
{"epochs", "seconds", "figures"}, seconds of the variant's training alone.
"""

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.apps import Child
from benchmarks.figures import Figure
from benchmarks.runs import mnist_or
from models.spec.catalogue import VARIANTS


def learning(names: Sequence[str] = tuple(VARIANTS)) -> list[Figure]:
    """One variant after the other, with the dense network; those that it is compared with are trained once."""
    if mnist_or("no copy") != "mnist":
        print("learning was left out: it needs real MNIST; set HOURGLASS_DATA to a folder that holds mnist.npz.")
        return []
    figures: list[Figure] = []
    with Child("benchmarks.learning") as child:
        for name in names:
            answer = child.ask(name)
            figures += [Figure(f"{name}: {title}", *rest) for title, *rest in answer["figures"]]
            figures.append(Figure(f"{name}: training, {answer['epochs']} epochs", answer["seconds"], "s"))
    return figures


def _measure(variant: str) -> dict[str, Any]:
    from benchmarks.claims import LEARNS  # Keras belongs into the child alone
    from benchmarks.learnt import MNIST, loaded, trained

    settings, claim = LEARNS[variant]
    loaded(MNIST.dataset)
    began = time.perf_counter()
    model = trained(MNIST, variant, **settings)
    seconds = time.perf_counter() - began
    figures = [(figure.figure, float(figure.value), figure.unit, figure.bound) for figure in claim(model)]
    return {"epochs": MNIST.epochs * settings.get("longer", 1), "seconds": seconds, "figures": figures}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_measure(json.loads(line))), flush=True)
