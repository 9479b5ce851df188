"""Measurements of a model of the pairing lab. No Keras."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.spec.pairing_fit import link_of
from models.spec.pairing_measurement import Measurement
from models.spec.pairings import DATA_RANGES, LINKS, LOSSES, Pairing, pixels_of, seen_as

BINS = 60  # of the histogram of the logits
ENDS = 0.1  # of the images' range: what counts as ink at its upper end, as background at its lower one
WINDOW = 10  # steps whose mean loss counts as the loss at one moment


@dataclass(frozen=True)
class LossCourse:
    """How the loss on the training batches went: means over WINDOW steps, but for the first and the highest step."""

    first: float
    highest: float
    least: float
    half: float  # after half of the steps
    last: float


@dataclass(frozen=True)
class PairingMeasured:
    """All that a diagnosis rests on, measured on the same images before the first step and now.

    Ink and background are the mean shown values at the upper and the lower end of the images' range; errors are mean
    squared errors per pixel in 0..1. What has a default is None in sessions of earlier versions.
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
    ink: float
    background: float
    contrast: float  # of ink and background, as a share of the image's own
    mean_error: float | None = None  # of the mean of all training images, shown for every image
    learning_rate: float | None = None
    course: LossCourse | None = None
    pixels: tuple[float, float] | None = None  # the outputs behind the link, before they are clipped to 0..1
    clipped: float | None = None  # share of the outputs that the loss clips, which get no gradient
    lost: float | None = None  # share of the outputs that are clipped, and displayed wrongly by more than ENDS
    variation: float | None = None  # variance between the outputs as pixels, as a share of that between the images

    @property
    def finite(self) -> bool:
        return bool(np.isfinite([self.last_loss, *self.outputs]).all())

    @property
    def progress(self) -> float:
        """By how much the loss has fallen, as a share of the first."""
        return (self.first_loss - self.last_loss) / max(abs(self.first_loss), 1e-12)


def mean_image_error(mean_image: np.ndarray, images: np.ndarray) -> float:
    """Return the mean squared error of one image (height, width, channels) for all images (n, ...), both in 0..1."""
    return float(np.square(images - mean_image).mean())


def errors_of(images: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
    """Return, by link, the mean squared error of the displayed outputs against images in 0..1 of the same shape."""
    return {link: float(np.square(seen_as(link, outputs) - images).mean()) for link in LINKS}


def course_of(losses: Sequence[float]) -> LossCourse:
    """Return the course of the losses of all steps so far, of which there is at least one."""
    values = np.asarray(losses, np.float64)
    width = min(WINDOW, len(values))
    with np.errstate(over="ignore", invalid="ignore"):
        means = np.convolve(values, np.full(width, 1 / width), "valid")
    return LossCourse(
        first=float(values[0]),
        highest=float(values.max()),
        least=float(means.min()),
        half=float(means[len(means) // 2]),
        last=float(means[-1]),
    )


def measure(
    pairing: Pairing,
    images: np.ndarray,
    mean_image: np.ndarray,
    losses: Sequence[float],
    learning_rate: float,
    first_loss: float,
    now: Measurement,
) -> PairingMeasured:
    """Measure a model with images (n, height, width, channels) in 0..1.

    `mean_image` is the mean of the training images, `losses` are those of all training steps; `first_loss` is the loss
    on `images` before the first step.
    """
    outputs, shown = now.outputs, seen_as(pairing.link, now.outputs)
    darkest, brightest = float(images.min()), float(images.max())
    reach = max(brightest - darkest, 1e-6)
    ink = float(shown[images >= brightest - ENDS * reach].mean())
    background = float(shown[images <= darkest + ENDS * reach].mean())
    low, high = map(DATA_RANGES[pairing.data].put, (darkest, brightest))
    clipped = _clipped(pairing, outputs)
    pixels = pixels_of(pairing.link, outputs)
    return PairingMeasured(
        images=len(images),
        steps=len(losses),
        first_loss=first_loss,
        last_loss=now.loss,
        targets=(low, high),
        outputs=(float(outputs.min()), float(outputs.max())),
        saturation=float((np.abs(now.logits) > pairing.flat).mean()) if np.isfinite(pairing.flat) else None,
        gradient=float(np.abs(now.gradient).mean()),
        errors=errors_of(images, outputs),
        ink=ink,
        background=background,
        contrast=(ink - background) / reach,
        mean_error=mean_image_error(mean_image, images),
        learning_rate=learning_rate,
        course=course_of(losses),
        pixels=(float(pixels.min()), float(pixels.max())),
        clipped=None if clipped is None else float(clipped.mean()),
        lost=None if clipped is None else float((clipped & (np.abs(shown - images) > ENDS)).mean()),
        variation=_variation(images, seen_as(link_of(pairing), outputs)),
    )


def _variation(images: np.ndarray, pixels: np.ndarray) -> float:
    """Return the variance between pictures (n, ...), as a share of that between as many images."""
    return float(pixels.var(axis=0).mean() / max(images.var(axis=0).mean(), 1e-12))


def _clipped(pairing: Pairing, outputs: np.ndarray) -> np.ndarray | None:
    """Return which outputs lie outside the range that the loss takes; None where it takes any."""
    takes = LOSSES[pairing.loss].takes
    return None if takes is None else (outputs < takes[0]) | (outputs > takes[1])


def histogram_of(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return counts (BINS,) and edges (BINS + 1,) over the range of all but the outermost thousandths."""
    finite = logits[np.isfinite(logits)]
    if not finite.size:
        return np.zeros(BINS, np.float32), np.linspace(-1, 1, BINS + 1, dtype=np.float32)
    low, high = np.quantile(finite, [0.001, 0.999])
    reach = max(1e-3, float(high - low))
    counts, edges = np.histogram(finite.clip(low, high), BINS, (low - 0.02 * reach, high + 0.02 * reach))
    return counts.astype(np.float32), edges.astype(np.float32)
