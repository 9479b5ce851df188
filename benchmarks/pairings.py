"""The whole space of the pairing lab, each verdict judged: every range, last layer, loss and display, three data sets.

What a remedy asks for and the space does not have, such as more steps, is trained after it.
"""

import time
from collections import Counter, defaultdict
from itertools import product
from pathlib import Path

from benchmarks.apps import Child
from benchmarks.figures import Figure
from benchmarks.pairing_judge import Place, Space, fault_of, missing_trials
from benchmarks.pairing_table import COLUMNS, Training, all_trainings, training_of, write_table
from benchmarks.runs import mnist_or
from explorer.diagnosis.pairing_remedies import Trial

NETWORKS = ("dense", "conv")
DATA_SETS = ("digits", "mnist", "fashion_mnist")
RATES = (1e-5, 1e-3, 0.3)
STEPS = 160
TABLE = Path("pairings.csv")  # in the working directory; the tests keep one beside their fixtures
MOST_ROUNDS = 3  # of trials that remedies ask for


def pairings() -> list[Figure]:
    """Train the space, judge every verdict, and write the table that the tests judge again."""
    if mnist_or("no copy") != "mnist":
        print("pairings was left out: it needs MNIST and Fashion-MNIST; set HOURGLASS_DATA to a folder with both.")
        return []
    began = time.perf_counter()
    with Child("benchmarks.pairing_sweep") as child:
        trainings = _space(child)
        for _ in range(MOST_ROUNDS):
            if not (wanted := missing_trials(Space(trainings))):
                break
            trainings += _train(child, wanted)
    write_table(TABLE, trainings)
    print(f"The table is in {TABLE.resolve()}.")
    return [*_figures(Space(trainings)), Figure("seconds", time.perf_counter() - began, "s")]


def _space(child: Child) -> list[Training]:
    runs = [[name, rate, STEPS] for name, rate in product(DATA_SETS, RATES)]
    return [
        training
        for network, pairing in product(NETWORKS, all_trainings())
        for training in _ask(child, network, {"data": pairing.data, "last": pairing.last, "loss": pairing.loss}, runs)
    ]


def _train(child: Child, wanted: set[tuple[Place, Trial]]) -> list[Training]:
    """Train trials, those of one network and pairing together."""
    together: defaultdict[tuple[str, ...], set[tuple[str, float, int]]] = defaultdict(set)
    for place, trial in wanted:
        pairing = trial.pairing
        run = place.dataset, trial.learning_rate, trial.steps
        together[place.network, pairing.data, pairing.last, pairing.loss].add(run)
    return [
        training
        for (network, data, last, loss), runs in sorted(together.items())
        for training in _ask(child, network, {"data": data, "last": last, "loss": loss}, sorted(map(list, runs)))
    ]


def _ask(child: Child, network: str, pairing: dict[str, str], runs: list[list]) -> list[Training]:
    lines = child.ask({"network": network, **pairing, "runs": runs})
    return [training_of(dict(zip(COLUMNS, line, strict=True))) for line in lines]


def _figures(space: Space) -> list[Figure]:
    verdicts, wrong = Counter[str](), Counter[str]()
    for place, trial in space.trainings:
        fault = fault_of(space, place, trial)
        verdict = space.verdict(place, trial)
        verdicts[verdict] += 1
        wrong[verdict] += bool(fault)
        if fault:
            print(f"{place.network} {place.dataset} {trial.learning_rate:g} {trial.pairing.code} {verdict}: {fault}")
    of_each = [
        Figure(f"{verdict}: judged wrong of {count:,}", wrong[verdict], "", "<= 0")
        for verdict, count in verdicts.items()
    ]
    return [Figure("verdicts", verdicts.total(), ""), *of_each]
