"""A drag as in hand.py, with a model that the browser may not run, beside one real training that takes all it can get.

The picture comes from `POST /api/decode`. Measured is from the time stamp of the pointer event whose code was asked for
(the newest report of the mouse then) until its picture is drawn, and how many such pictures come in a second.
"""

from statistics import median

from benchmarks.apps import APP, home, served
from benchmarks.figures import Figure
from benchmarks.hand import Notes, percentile, seats
from benchmarks.runs import in_training, mnist_or, not_portable
from models.spec.experiment import Experiment

BLOCKS = 5
SECONDS = 4.0  # of a drag
MODEL = "mnist-vae-2d"  # 28x28
EPOCHS = 1000  # more than the benchmark lasts


def decode_fallback(blocks: int = BLOCKS) -> list[Figure]:
    """Drags one after the other; the first one warms up. Pictures of all others are taken together."""
    settings = {"dataset": mnist_or("digits"), "variant": "vae", "network": "dense", "latent_dim": 2, "epochs": EPOCHS}
    with home() as folder:
        run = not_portable(folder / "runs", MODEL)
        with (
            in_training(folder / "runs", Experiment.parse(settings)) as training,
            served(APP, folder) as server,
            seats() as (seat,),
        ):
            if "by the server" not in (said := seat.explore(server.url, f"run/{run.name}")):
                raise RuntimeError(f"The page says of {run.name}: {said}.")
            notes = [seat.drag(SECONDS) for _ in range(blocks + 1)][1:]
            rate = training.status().images_per_second
    return [*_figures(notes), Figure("images/s of the training meanwhile", rate, "images/s")]


def _figures(blocks: list[Notes]) -> list[Figure]:
    drawn = [notes.latencies() for notes in blocks]
    return [
        Figure("pointer to picture, p95", percentile(drawn, 95), "ms", "<= 50"),
        Figure("pictures", median(notes.per_second() for notes in blocks), "1/s", ">= 25"),
        Figure("pointer to picture, median", percentile(drawn, 50), "ms"),
        Figure("pointer to picture, p99", percentile(drawn, 99), "ms"),
        Figure("pointer to its frame, p95", percentile([notes.latencies(until="frame") for notes in blocks], 95), "ms"),
        Figure("frames", median(notes.frames_per_second for notes in blocks), "1/s"),
    ]
