"""Measure how many trainings that end in a known way are told rightly, and whether the remedies help.

`python -m benchmarks.verdicts` is the process that trains, through the trainer itself. The first line of its standard
input names a folder; the answers are the seconds that each training took, one line a training.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.apps import Child
from benchmarks.figures import Figure
from benchmarks.known_ends import CASES, ENDS, PLAN, SEEDS, Case
from benchmarks.runs import mnist_or
from explorer.diagnosis.findings import BAD
from explorer.diagnosis.judging import Judged, judged_run
from explorer.files import load_arrays
from explorer.runs import arrays as names
from explorer.runs.reader import Run
from models.spec.experiment import Experiment

MOST_TESTED = 500  # test images: the verdict does not read them


def verdicts() -> list[Figure]:
    """Train all of the plan in one process, judge what stands in the run folders, and print known ends and verdicts."""
    if mnist_or("no copy") != "mnist":
        print("verdicts was left out: it needs real MNIST; set HOURGLASS_DATA to a folder that holds mnist.npz.")
        return []
    remedied = [case for case in CASES if case.remedy]
    right: Counter[str] = Counter()
    accused, seconds, helped = 0, 0.0, 0
    with tempfile.TemporaryDirectory() as place, Child("benchmarks.verdicts") as child:
        folder = Path(place)
        for number, (case, (which, seed)) in enumerate(PLAN):
            seconds += child.answer() if number else child.ask(place)
            judged = _judged(folder / _name(case, seed))
            told = _is_told(case, judged, folder / _name(case, seed))
            right[which] += told
            accused += case.end == "healthy" and judged.findings[0].level == BAD
            said = "; ".join(finding.verdict for finding in judged.findings)
            print(f"{'' if told else 'WRONG':<6}{case.end:<17} {case.name:<36} {which:<9} {said}", flush=True)
        for case in remedied:
            seconds += child.answer()
            helps = _helps(case, folder)
            helped += helps
            print(f"{'' if helps else 'WRONG':<6}with its remedy   {case.name:<36} {dict(case.remedy)}", flush=True)
    each = len(CASES)
    return [
        Figure("told rightly", right.total(), f"of {len(PLAN)}", f">= {len(PLAN) - 2}"),
        *(Figure(f"told rightly, seeds {which}", right[which], f"of {each}") for which in SEEDS),
        Figure("healthy runs that are accused", accused, "", "<= 0"),
        Figure("remedies that help when followed", helped, f"of {len(remedied)}", f">= {len(remedied)}"),
        Figure("all trainings", seconds, "s"),
    ]


def _judged(folder: Path) -> Judged:
    return judged_run(Run(folder))


def _is_told(case: Case, judged: Judged, folder: Path) -> bool:
    """Return whether the verdict is the known one, and of a partial collapse the number of dimensions too."""
    if judged.findings[0].verdict not in ENDS[case.end]:
        return False
    if case.end != "partly collapsed":
        return True
    codes = load_arrays(max((folder / "snapshots").iterdir()))[names.MEAN]
    variances = [float(np.var(codes[:, i])) for i in range(codes.shape[1])]
    # A variance of some hundred codes is known to a tenth: a dimension at the threshold counts either way.
    few, most = (sum(variance <= threshold for variance in variances) for threshold in (0.008, 0.0125))
    told = {f"{count} of {len(variances)} dimension" for count in range(few, most + 1)}
    return any(finding.verdict.startswith(tuple(told)) for finding in judged.findings)


def _helps(case: Case, folder: Path) -> bool:
    """Return whether the case is no longer told so, and explains more, with its remedy."""
    before, after = (_judged(folder / _name(case, SEEDS["held out"], remedied)) for remedied in (False, True))
    first, second = (judged.found.explained if judged.found else None for judged in (before, after))
    better = second is not None and (first is None or not np.isfinite(first) or second > first)
    return better and (case.end == "too short" or after.findings[0].verdict != before.findings[0].verdict)


def _name(case: Case, seed: int, remedied: bool = False) -> str:
    return f"{CASES.index(case):02}-{seed}{'-remedied' if remedied else ''}"


def _train_all(folder: Path) -> Iterator[float]:
    """Train the plan, and with the held-out seed each case once more with its remedy. Yield the seconds of each."""
    for case, (_, seed) in PLAN:
        yield _train(folder / _name(case, seed), case.with_seed(seed), case.images)
    seed = SEEDS["held out"]
    for case in CASES:
        if case.remedy:
            yield _train(
                folder / _name(case, seed, remedied=True), {**case.with_seed(seed), **case.remedy}, case.images
            )


def _train(folder: Path, settings: dict[str, Any], images: int) -> float:
    import keras  # Keras belongs into the child alone

    from explorer.runs.layout import write_experiment
    from explorer.trainer.process import main

    began = time.perf_counter()
    folder.mkdir()
    experiment = Experiment.parse(settings)
    write_experiment(folder, experiment)
    main(folder, _some(images, experiment.seed))
    keras.backend.clear_session()
    return time.perf_counter() - began


def _some(count: int, seed: int) -> Callable[[str], Any]:
    """Return a loader of `count` random images of a data set; 0 is all of them."""

    def load(name: str) -> Any:
        data = _loaded(name)
        chosen = np.random.default_rng(seed).permutation(len(data.images))[: count or None]
        tested = data.test_images[:MOST_TESTED], data.test_labels[:MOST_TESTED]
        labels = data.labels[chosen]
        return replace(
            data, images=data.images[chosen], labels=labels, test_images=tested[0], test_labels=tested[1], factors={}
        )

    return load


@lru_cache
def _loaded(name: str) -> Any:
    from explorer.datasets.loading import load_images

    return load_images(name)


if __name__ == "__main__":
    for taken in _train_all(Path(json.loads(sys.stdin.readline()))):
        print(json.dumps(taken), flush=True)
