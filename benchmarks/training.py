"""Images a second of the whole trainer process, with everything it writes, against plain `keras.Model.fit`."""

import os
import subprocess
import time
from pathlib import Path
from statistics import median

from benchmarks.apps import Child, home
from benchmarks.figures import Figure, median_ratio
from explorer.datasets.loading import DATA_FOLDER_VARIABLE
from explorer.places import ROOT
from explorer.runs.launcher import Launcher, new_run_folder
from models.experiment import Experiment

PAIRS = 3
BOUNDS = {"dense": ">= 1.3", "conv": ">= 1.0"}
FROM_STEP = 20  # what comes before compiles
_LONGEST = 600.0  # seconds


def training(pairs: int = PAIRS, epochs: int | None = None) -> list[Figure]:
    """Both sides train the same networks on the same images for the same number of steps, alternately."""
    dataset, usual = _dataset()
    figures: list[Figure] = []
    for network, bound in BOUNDS.items():
        settings = {"dataset": dataset, "variant": "vae", "network": network, "batch_size": 128, "latent_dim": 2}
        experiment = Experiment.parse({**settings, "epochs": epochs or usual})
        ours, plain = [], []
        for _ in range(pairs):
            ours.append(_trainer_rate(experiment))
            plain.append(_fit_rate(experiment))
        title = f"{network} on {dataset}"
        figures += [
            Figure(f"{title}: trainer / fit", median_ratio(ours, plain), "x", bound),
            Figure(f"{title}: the whole trainer", median(ours), "images/s"),
            Figure(f"{title}: keras.Model.fit", median(plain), "images/s"),
        ]
    return figures


def _dataset() -> tuple[str, int]:
    """MNIST where a copy is at hand, else the generated shapes; with the epochs that make a few hundred steps."""
    beside = ROOT.parent / "shared" / "data"
    if beside.is_dir():
        os.environ.setdefault(DATA_FOLDER_VARIABLE, str(beside))
    folder = os.environ.get(DATA_FOLDER_VARIABLE)
    return ("mnist", 1) if folder and (Path(folder) / "mnist.npz").is_file() else ("shapes", 6)


def _trainer_rate(experiment: Experiment) -> float:
    """From the run's own history, whose seconds are wall time: rows, previews and snapshots are in it."""
    launcher = Launcher()
    with home() as parent:
        folder = new_run_folder(experiment, parent)
        run = launcher.start(experiment, folder)
        try:
            _wait(launcher.processes[folder])
            with run:
                status = run.status()
                if status.state != "finished":
                    raise RuntimeError(f"The run ended as {status.state}. {status.message}")
                history = run.curves(points=10**9).training
                images = run.summary()["training_images"] * experiment.epochs - FROM_STEP * experiment.batch_size
        finally:
            launcher.close()
    seconds = dict(zip(history["step"], history["seconds"], strict=True))
    return images / (seconds[status.step] - seconds[FROM_STEP])


def _wait(process: subprocess.Popen) -> None:
    deadline = time.monotonic() + _LONGEST
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    if process.poll() is None:
        raise RuntimeError(f"The trainer did not end within {_LONGEST:.0f} s.")


def _fit_rate(experiment: Experiment) -> float:
    with Child("benchmarks.fit_child") as child:
        return child.ask({"experiment": experiment.model_dump(), "from_step": FROM_STEP})
