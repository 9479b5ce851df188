"""Images a second of the whole trainer process, with everything it writes, against plain `keras.Model.fit`.

The trainer's window holds its rows, its previews, and the validation and the snapshot at the end of each epoch but the
last; `fit` only trains, for as many epochs, and neither validates nor writes.
"""

import subprocess
import time
from dataclasses import dataclass
from statistics import median

from benchmarks.apps import Child, home
from benchmarks.figures import Figure, median_ratio
from benchmarks.runs import finished, mnist_or, started
from explorer.runs.reader import Run
from models.spec.experiment import Experiment

PAIRS = 3
BOUNDS = {"dense": ">= 1.3", "conv": ">= 1.0"}
FROM_STEP = 20  # what comes before compiles
EPOCHS = {"dense": 3, "conv": 2}  # of MNIST; at least one ends within the window, 3 s after the first snapshot
_SHAPES_PER_MNIST = 6  # epochs of the generated shapes that make the steps of one of MNIST
_LONGEST = 900.0  # seconds


@dataclass(frozen=True)
class Window:
    """The work of the trainer between the first counted step and the last."""

    rate: float  # images a second
    validations: int
    snapshots: int


def training(pairs: int = PAIRS, epochs: int | None = None) -> list[Figure]:
    """Both sides train the same networks on the same images for the same number of steps, alternately."""
    dataset = mnist_or("shapes")
    figures: list[Figure] = []
    for network, bound in BOUNDS.items():
        settings = {"dataset": dataset, "variant": "vae", "network": network, "batch_size": 128, "latent_dim": 2}
        usual = EPOCHS[network] * (1 if dataset == "mnist" else _SHAPES_PER_MNIST)
        experiment = Experiment.parse({**settings, "epochs": epochs or usual})
        ours: list[Window] = []
        plain: list[float] = []
        for _ in range(pairs):
            ours.append(_train(experiment))
            plain.append(_fit_rate(experiment))
        title = f"{network} on {dataset}"
        rates = [window.rate for window in ours]
        figures += [
            Figure(f"{title}: trainer / fit", median_ratio(rates, plain), "x", bound),
            Figure(f"{title}: the whole trainer", median(rates), "images/s"),
            Figure(f"{title}: keras.Model.fit", median(plain), "images/s"),
            Figure(f"{title}: validations in a window", min(window.validations for window in ours), ""),
            Figure(f"{title}: snapshots in a window", min(window.snapshots for window in ours), ""),
        ]
    return figures


def _train(experiment: Experiment) -> Window:
    """Train in a process of its own, as the app does, and read the run."""
    with home() as parent, started(parent, experiment) as (run, trainer):
        _wait(trainer)
        with run:
            return _window(run)


def _window(run: Run) -> Window:
    """From the run's own history, whose seconds are wall time."""
    status = finished(run)
    curves = run.curves(points=10**9)
    seconds = dict(zip(curves.training["step"], curves.training["seconds"], strict=True))
    images = run.summary()["training_images"] * run.experiment.epochs - FROM_STEP * run.experiment.batch_size
    return Window(
        images / (seconds[status.step] - seconds[FROM_STEP]),
        sum(FROM_STEP < step < status.step for step in curves.validation["step"]),
        sum(FROM_STEP < snapshot.step < status.step for snapshot in run.snapshots()),
    )


def _wait(process: subprocess.Popen) -> None:
    deadline = time.monotonic() + _LONGEST
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    if process.poll() is None:
        raise RuntimeError(f"The trainer did not end within {_LONGEST:.0f} s.")


def _fit_rate(experiment: Experiment) -> float:
    with Child("benchmarks.fit_child") as child:
        return child.ask({"experiment": experiment.model_dump(), "from_step": FROM_STEP})
