"""Remedies for a run that does not learn as it could, by its likely cause.

The benchmark `verdicts` trains once more with what most of them advise, and measures that it helps.
"""

from explorer.diagnosis.run_measures import RunMeasured
from models.spec.catalogue import CODES, RECONSTRUCTION

FAST, SLOW = 0.01, 1e-4  # learning rates: above, Adam's steps are too large for these networks; below, they are small
FEW_DIMENSIONS, FEW_ENTRIES = 2, 8
WIDE_PIXEL = 0.5  # of the pixels' range: a σ above it makes errors of the pixels cheap
ENOUGH_STEPS = 500  # of a run that was too short
MORE = 4  # times as much of what is too little


def of_collapse(found: RunMeasured) -> str:
    """Return what brings the image back into the code."""
    rate = found.learning_rate
    if rate > FAST:
        return f"Lower the learning rate (now {rate:g}), for example to 0.001."
    return _weigh_reconstruction(found) or "Give the reconstruction more weight, or warm the other weights up."


def _weigh_reconstruction(found: RunMeasured) -> str:
    """Return how the reconstruction gets more weight against the other terms; nothing where there are none."""
    experiment = found.experiment
    if experiment.pixel_model == "gaussian" and experiment.pixel_sigma > WIDE_PIXEL:
        return f"Choose a smaller pixel σ (now {experiment.pixel_sigma:g}), for example 0.25."
    heaviest = _heaviest(found)
    if heaviest is None:
        return ""
    weight, title = found.weights[heaviest], experiment.term(heaviest).title
    usual = experiment.variant_info.weights.get(heaviest, 1.0)
    lower = usual if weight > usual else weight / 10
    return f"Lower the weight of “{title}” (now {weight:g}), for example to {lower:g}."


def _heaviest(found: RunMeasured) -> str | None:
    """Return the term besides the reconstruction whose weight is furthest above the variant's own."""
    others = {name: weight for name, weight in found.weights.items() if name != RECONSTRUCTION and weight}
    usual = found.experiment.variant_info.weights
    return max(others, key=lambda name: others[name] / (usual.get(name) or 1.0), default=None)


def _is_heavy(found: RunMeasured) -> bool:
    heaviest = _heaviest(found)
    usual = found.experiment.variant_info.weights
    return heaviest is not None and found.weights[heaviest] > (usual.get(heaviest) or 1.0)


def of_under_fit(found: RunMeasured) -> str:
    """Return what lets a model say more of its images."""
    experiment, rate = found.experiment, found.learning_rate
    if rate > FAST:
        return f"Lower the learning rate (now {rate:g}), for example to 0.001."
    if rate < SLOW:
        return f"Raise the learning rate (now {rate:g}), for example to 0.001."
    wide = experiment.pixel_model == "gaussian" and experiment.pixel_sigma > WIDE_PIXEL
    if _is_heavy(found) or (wide and _heaviest(found)):
        return _weigh_reconstruction(found)
    if "codebook_size" in CODES[experiment.variant_info.code].settings:
        entries, parts = experiment.codebook_size, experiment.codewords
        if entries < FEW_ENTRIES:
            return f"Give the codebook more entries (now {entries}), for example {MORE * FEW_ENTRIES}."
        return f"Put more entries into each code (now {parts}), for example {MORE * parts}."
    if "capacity" in found.weights:
        return f"Raise the capacity (now {experiment.capacity:g} nats)."
    if experiment.latent_dim <= FEW_DIMENSIONS:
        return f"Give the code more dimensions (now {experiment.latent_dim}), for example 8."
    return train_longer(found)


def of_over_fit(found: RunMeasured, epoch: float) -> str:
    """Return what keeps a model from learning its images by heart; `epoch` is that of the least validation loss."""
    if found.active:
        return "Stop it: since then it has become worse on new images."
    return f"Train for {max(1, round(epoch))} epochs, or with more images."


def of_inactive(found: RunMeasured) -> str:
    """Return what makes use of inactive dimensions."""
    heavy = _heaviest(found) if _is_heavy(found) else None
    if heavy is None:
        return "This is normal. Fewer dimensions would do; free bits keep them active."
    return f"A lower weight of “{found.experiment.term(heavy).title}” (now {found.weights[heavy]:g}) uses more of them."


def train_longer(found: RunMeasured) -> str:
    """Return how much longer to train."""
    epochs = found.experiment.epochs
    if found.epoch < epochs:
        return f"Train longer: it ended at epoch {found.epoch:.3g} of {epochs}."
    enough = -(-ENOUGH_STEPS * epochs // max(found.step, 1))  # epochs of a run that is long enough to be judged
    return f"Train longer, for example {max(2 * epochs, enough)} epochs."
