"""The cost of each variant's loss: its training steps against those that its own networks need, and against the AE's.

The own networks' steps compute the same tensors by the same networks, take the same gradients and move the same
weights with the same optimizers; only the terms are replaced by the plain mean of each tensor that they read. What
β-TCVAE makes of a batch's codes, its densities, counts as loss; a critic's slope counts as network.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.apps import Child
from benchmarks.figures import Figure, median_ratio
from models.spec.catalogue import VARIANTS
from models.spec.experiment import Experiment

ROUNDS = {"dense": 21, "conv": 5}  # a dense network's steps are short, and vary more from round to round
LATENT = 16
BOUND = "<= 1.15"


def variants(names: Sequence[str] = tuple(VARIANTS), networks: Mapping[str, int] = ROUNDS) -> list[Figure]:
    """Whole steps and the networks' alone take turns, in one process for each network."""
    figures: list[Figure] = []
    for network, rounds in networks.items():
        with Child("benchmarks.variants_child") as child:
            plain = median(_seconds(child, "ae", network, rounds)["whole"])
            for name in names:
                seconds = _seconds(child, name, network, rounds)
                ratio = median_ratio(seconds["whole"], seconds["networks"])
                title = f"{name}, {network}"
                figures += [
                    Figure(f"{title}: step / its networks", ratio, "x", BOUND),
                    Figure(f"{title}: outside the networks", max(0.0, 1 - 1 / ratio), "of 1"),
                    Figure(f"{title}: images/s of the AE's", plain / median(seconds["whole"]), "x"),
                ]
    return figures


def _seconds(child: Child, variant: str, network: str, rounds: int) -> dict[str, list[float]]:
    """Of a step, whole and of its networks alone, one of each a round."""
    experiment = Experiment.parse({"variant": variant, "network": network, "latent_dim": LATENT})
    return child.ask({"experiment": experiment.model_dump(), "rounds": rounds})
