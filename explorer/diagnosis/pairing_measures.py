"""Measurements of a model of the pairing lab. No Keras."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.spec.pairing_measurement import Measurement
from models.spec.pairings import DATA_RANGES, LINKS, Pairing, seen_as

ENDS = 0.1  # of the images' range: what counts as ink at its upper end, as background at its lower one


@dataclass(frozen=True)
class Measured:
    """All that a diagnosis rests on, measured on the same images before the first step and now.

    Ink and background are the mean shown values at the upper and the lower end of the images' range; errors are mean
    squared errors per pixel in 0..1, `earlier_errors` those of about half as many steps.
    """

    images: int
    steps: int
    first_loss: float
    last_loss: float
    targets: tuple[float, float]
    outputs: tuple[float, float]
    saturation: float | None  # share of the logits; None where nothing can saturate
    gradient: float  # mean size of the gradient by a logit, of the loss summed over the image's pixels
    errors: Mapping[str, float]  # by link
    earlier_errors: Mapping[str, float]
    ink: float
    background: float
    contrast: float  # of ink and background, as a share of the image's own
    plain_error: float  # of the best picture that is one grey

    @property
    def finite(self) -> bool:
        return bool(np.isfinite([self.last_loss, *self.outputs]).all())

    @property
    def progress(self) -> float:
        """By how much the loss has fallen, as a share of the first."""
        return (self.first_loss - self.last_loss) / max(abs(self.first_loss), 1e-12)


def errors_of(images: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
    """Return, by link, the mean squared error of the displayed outputs against images in 0..1 of the same shape."""
    return {link: float(np.square(seen_as(link, outputs) - images).mean()) for link in LINKS}


def measure(
    pairing: Pairing,
    images: np.ndarray,
    steps: int,
    first_loss: float,
    now: Measurement,
    earlier_errors: Mapping[str, float],
) -> Measured:
    """Measure a model with images (n, height, width, channels) in 0..1.

    `first_loss` is the loss on the same images before the first step.
    """
    outputs, shown = now.outputs, seen_as(pairing.link, now.outputs)
    darkest, brightest = float(images.min()), float(images.max())
    reach = max(brightest - darkest, 1e-6)
    ink = float(shown[images >= brightest - ENDS * reach].mean())
    background = float(shown[images <= darkest + ENDS * reach].mean())
    low, high = map(DATA_RANGES[pairing.data].put, (darkest, brightest))
    return Measured(
        images=len(images),
        steps=steps,
        first_loss=first_loss,
        last_loss=now.loss,
        targets=(low, high),
        outputs=(float(outputs.min()), float(outputs.max())),
        saturation=float((np.abs(now.logits) > pairing.flat).mean()) if np.isfinite(pairing.flat) else None,
        gradient=float(np.abs(now.gradient).mean()),
        errors=errors_of(images, outputs),
        earlier_errors=earlier_errors,
        ink=ink,
        background=background,
        contrast=(ink - background) / reach,
        plain_error=float(images.var()),
    )
