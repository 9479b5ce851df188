"""What became of a pairing, in one sentence, from what was measured. Free of TensorFlow.

The verdict follows from numbers alone: losses, outputs, logits, gradients, and the error of what a person sees, through
the pairing's own link and through every other. The reason then names the part of the pairing that the numbers accuse.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.pairings import DATA_RANGES, LAST_LAYERS, LINKS, LOSSES, Pairing, seen_as, sigmoid

LEARNS, NEVER, WASHED_OUT, BLANK, RUNS_AWAY, EARLY = (
    "learns", "never learns", "washed out", "blank", "runs away", "too early to say",
)  # fmt: skip
ENOUGH_STEPS = 20
LEAST_PROGRESS = 0.02  # of the first loss
LEAST_CONTRAST = 0.1
FAINT = 0.5
WRONG_LOOK = 1.5  # times the error under another link
VISIBLE = 0.02  # difference of two mean squared errors in 0..1
FLAT_SHARE = 0.9
NO_GRADIENT = 1e-4  # in units of the loss of one pixel
RUNAWAY = 100.0  # times the first loss


@dataclass(frozen=True)
class Look:
    """What a batch of images gives inside a model. `logits` and `gradient` have the shape that the last layer with
    weights gives; `gradient` is that of the loss, summed over an image's pixels, by each logit.
    """

    loss: float  # mean over pixels and images
    logits: np.ndarray
    outputs: np.ndarray  # (batch, height, width, channels)
    gradient: np.ndarray


@dataclass(frozen=True)
class Measured:
    """All that a diagnosis rests on, measured on the same images before the first step and now. Ink and background are
    the mean shown values where the image is above 0.9 and below 0.1; errors are mean squared errors per pixel in 0..1.
    """

    steps: int
    first_loss: float
    last_loss: float
    targets: tuple[float, float]
    outputs: tuple[float, float]
    saturation: float | None  # share of the logits; None where nothing can saturate
    gradient: float  # mean size of the gradient by a logit, of the loss summed over the image's pixels
    errors: Mapping[str, float]  # by link
    ink: float
    background: float
    plain_error: float  # of the best picture that is one grey

    @property
    def finite(self) -> bool:
        return bool(np.isfinite([self.last_loss, *self.outputs]).all())

    @property
    def contrast(self) -> float:
        return self.ink - self.background


@dataclass(frozen=True)
class Diagnosis:
    verdict: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.verdict}: {self.reason}"


def measure(pairing: Pairing, images: np.ndarray, steps: int, first_loss: float, now: Look) -> Measured:
    """From a look at a model with images (n, height, width, channels) in 0..1, whose loss on the same images was
    `first_loss` before the first step.
    """
    outputs = now.outputs
    shown = seen_as(pairing.link, outputs)
    data = DATA_RANGES[pairing.data]
    low, high = (data.low + (data.high - data.low) * float(end) for end in (images.min(), images.max()))
    return Measured(
        steps=steps,
        first_loss=first_loss,
        last_loss=now.loss,
        targets=(low, high),
        outputs=(float(outputs.min()), float(outputs.max())),
        saturation=float((np.abs(now.logits) > pairing.flat).mean()) if np.isfinite(pairing.flat) else None,
        gradient=float(np.abs(now.gradient).mean()),
        errors={link: float(np.square(seen_as(link, outputs) - images).mean()) for link in LINKS},
        ink=_mean(shown[images > 0.9]),
        background=_mean(shown[images < 0.1]),
        plain_error=float(images.var()),
    )


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else 0.0


def diagnose(pairing: Pairing, found: Measured) -> Diagnosis:
    """The first of the known outcomes that the numbers show."""
    for verdict, reason_of in _OUTCOMES:
        reason = reason_of(pairing, found)
        if reason is not None:
            return Diagnosis(verdict, reason)
    return Diagnosis(LEARNS, _how_well(pairing, found))


def _ran_away(pairing: Pairing, found: Measured) -> str | None:
    loss = LOSSES[pairing.loss]
    below = found.last_loss < -0.5 * abs(found.first_loss)
    if found.finite and not below and abs(found.last_loss) < RUNAWAY * max(abs(found.first_loss), 1e-6):
        return None
    course = f"from {found.first_loss:.3g} to {found.last_loss:.3g} in {found.steps:,} steps"
    if loss.wants and (outside := _outside(found.targets, loss.wants)):
        return f"{loss.family} of targets {outside} has no lower end; the loss went {course}."
    return f"the loss went {course}. The learning rate is too large for it."


def _outside(values: tuple[float, float], allowed: tuple[float, float]) -> str:
    """Where the values leave the allowed range, such as `above 1`; empty where they do not."""
    if values[1] > allowed[1]:
        return f"above {allowed[1]:g}"
    return f"below {allowed[0]:g}" if values[0] < allowed[0] else ""


def _too_early(_pairing: Pairing, found: Measured) -> str | None:
    return f"{found.steps} steps so far." if found.steps < ENOUGH_STEPS else None


def _never_learnt(pairing: Pairing, found: Measured) -> str | None:
    progress = (found.first_loss - found.last_loss) / max(abs(found.first_loss), 1e-12)
    if progress > LEAST_PROGRESS:
        return None
    last = LAST_LAYERS[pairing.last]
    stays = f"the loss stays at {found.last_loss:.3g}"
    if _outside(found.targets, (last.low, last.high)):
        side = "up to" if found.targets[1] > last.high else "down to"
        target, end = (found.targets[1], last.high) if side == "up to" else (found.targets[0], last.low)
        return f"targets {side} {target:g} behind a {pairing.last} that ends at {end:g}; {stays}{_flatness(found)}."
    if found.saturation is not None and found.saturation > FLAT_SHARE:
        return f"{stays}{_flatness(found)}, so hardly any gradient comes through."
    if found.gradient < NO_GRADIENT:
        return f"{stays}, for hardly any gradient reaches the logits ({found.gradient:.1g} a pixel)."
    return f"{stays}, though a gradient reaches the logits. Try another learning rate or more steps."


def _flatness(found: Measured) -> str:
    if found.saturation is None or found.saturation < 0.01:
        return ""
    return f", and {found.saturation:.0%} of the logits are where it is flat"


def _looked_at_wrongly(pairing: Pairing, found: Measured) -> str | None:
    """The same output under another link is much nearer to the image: the model learnt, the look is wrong."""
    best = min(found.errors, key=found.errors.__getitem__)
    error, least = found.errors[pairing.link], found.errors[best]
    if error < WRONG_LOOK * least or error - least < VISIBLE:
        return None
    family, link = LOSSES[pairing.loss].family, LINKS[pairing.link].title
    how = "a sigmoid" if LINKS[pairing.link].applies_sigmoid else link
    return (
        f"trained by {family}, looked at through {how}: the error a person sees is {error:.3f}, "
        f"and {least:.3f} where the same output is shown as {LINKS[best].title}."
    )


def _squashed_twice(pairing: Pairing, found: Measured) -> str | None:
    """What the loss is given cannot reach its targets, and the picture shows it."""
    if pairing.sigmoids < 2 or found.contrast > FAINT:
        return None
    low, high = sigmoid(np.array(found.outputs))
    return (
        f"sigmoid applied twice: the loss only ever sees {low:.2f} to {high:.2f}, so ink is shown at {found.ink:.2f} "
        f"and background at {found.background:.2f}."
    )


def _washed_out(pairing: Pairing, found: Measured) -> str | None:
    if found.contrast < LEAST_CONTRAST:
        return None
    return _looked_at_wrongly(pairing, found) or _squashed_twice(pairing, found)


def _blank(pairing: Pairing, found: Measured) -> str | None:
    if found.contrast >= LEAST_CONTRAST:
        return None
    fallen = 1 - found.last_loss / found.first_loss if found.first_loss else 0.0
    return (
        _squashed_twice(pairing, found)
        or _looked_at_wrongly(pairing, found)
        or f"ink is shown at {found.ink:.2f}, background at {found.background:.2f}: all pictures still look alike, "
        f"though the loss has fallen by {fallen:.0%}. Try more steps."
    )


def _worse_than_grey(_pairing: Pairing, found: Measured) -> str | None:
    """Nothing is gained by any look."""
    least = min(found.errors.values())
    if least < found.plain_error:
        return None
    return f"the error a person sees is {least:.3f} at best, and {found.plain_error:.3f} for a plain grey picture."


def _how_well(pairing: Pairing, found: Measured) -> str:
    best = f"the error a person sees is {found.errors[pairing.link]:.4f}"
    greys = f"ink at {found.ink:.2f} on {found.background:.2f}"
    doubt = ""
    if found.saturation is not None and found.saturation > 0.5:
        doubt = f"; {found.saturation:.0%} of the logits are already where the sigmoid is flat"
    return f"{best}, {greys}{doubt}."


_OUTCOMES = (
    (RUNS_AWAY, _ran_away),
    (EARLY, _too_early),
    (NEVER, _never_learnt),
    (WASHED_OUT, _washed_out),
    (BLANK, _blank),
    (NEVER, _worse_than_grey),
)
