"""Images and classes as somebody gives them to `fit` or `evaluate`: checked once, before anything is computed.

A sentence says what was given, what is allowed and what to do. Keras would train on wrong values without a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import keras
import numpy as np
import tensorflow as tf

from models.spec.errors import DataError
from models.unit_range import to_unit

Batch = tf.Tensor | np.ndarray | Sequence[tf.Tensor]
_ROUNDING = 1e-4  # what resizing may leave outside 0..1
_ALLOWED = "uint8 from 0 to 255, or floats from 0 to 1"


@dataclass(frozen=True)
class DataCheck:
    """The shape of what a model is trained on: images (n, height, width, channels), and their classes."""

    image_shape: tuple[int, ...]
    classes: int = 0  # of a conditional model; 0 for any other

    @property
    def shape(self) -> str:
        return f"(n, {', '.join(str(size) for size in self.image_shape)})"

    def check(self, x: Any, y: Any = None) -> None:
        """Raise DataError for what the model cannot be trained on.

        Of a data set the first batch is looked at. A generator is not: that would take a batch from it.
        """
        if isinstance(x, tf.data.Dataset):
            first = next(iter(x.take(1)), None)
            _refuse_unless(first is not None, "The data set gave no batch. Give one that is not empty.")
            self._check_arrays(*x_and_y(first))
        elif isinstance(x, keras.utils.PyDataset):
            self._check_arrays(*x_and_y(x[0]))
        elif not hasattr(x, "__next__"):
            self._check_arrays(x, y)

    def _check_arrays(self, x: Any, y: Any) -> None:
        images, labels = images_and_labels(x, y)
        self._check_images(images)
        if self.classes:
            self._check_labels(labels, len(images))
        elif labels is not None and labels is not images:
            _refuse("There were targets or classes (y), but this model is trained on images alone. Leave y out.")

    def _check_images(self, images: Any) -> None:
        if not hasattr(images, "shape") or not hasattr(images, "dtype"):
            kind = type(images).__name__
            _refuse(f"The images were of type {kind}; allowed is one array of shape {self.shape}. Use np.stack.")
        given = tuple(images.shape)
        if given[1:] != self.image_shape or not given:
            _refuse(f"The images had the shape {given}; this model takes {self.shape}. {self._other_shape(given)}")
        _refuse_unless(given[0] != 0, f"There were no images: the shape was {given}. Give at least one.")
        images = np.asarray(images)
        if images.dtype == np.uint8:
            return
        if not np.issubdtype(images.dtype, np.floating):
            _refuse(f"The images were {images.dtype}; allowed are {_ALLOWED}. Convert them: images.astype('uint8').")
        _check_range(images)

    def _other_shape(self, given: tuple[int, ...]) -> str:
        """Return what to do about images of another shape."""
        if given == self.image_shape:
            return "Add the axis of the batch: images[None]."
        if self.image_shape[-1] == 1 and given[1:] == self.image_shape[:-1]:
            return "Add the axis of the channel: images[..., None]."
        if len(given) == 4:
            return f"Resize them, or build the model for them: build(experiment, image_shape={given[1:]})."
        return "Reshape them."

    def _check_labels(self, labels: Any, images: int) -> None:
        allowed = f"class numbers (n,) from 0 to {self.classes - 1}, or one-hot (n, {self.classes})"
        if labels is None:
            _refuse(f"This model is conditioned on the class, but there were no classes. Give y as {allowed}.")
        labels = np.asarray(labels)
        if labels.shape not in ((images,), (images, self.classes)):
            _refuse(f"The classes had the shape {labels.shape} for {images} images; allowed are {allowed}. Change y.")
        if labels.ndim == 1 and not np.issubdtype(labels.dtype, np.integer):
            _refuse(f"The classes were {labels.dtype}; allowed are {allowed}. Convert them: labels.astype('int32').")
        if labels.ndim == 1 and not 0 <= labels.min() <= labels.max() < self.classes:
            _refuse(
                f"The classes were from {labels.min()} to {labels.max()}; allowed are {allowed}. "
                f"Build the model with classes={labels.max() + 1}, or number the classes from 0."
            )
        if labels.ndim == 2 and not (np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()):
            _refuse(f"The classes were {labels.shape} but not one-hot; allowed are {allowed}. Give one 1 in each row.")


def images_and_labels(x: Any, y: Any) -> tuple[Any, Any]:
    """Return images and classes, which may be given as a pair or as x and y."""
    return (x[0], x[1]) if isinstance(x, tuple | list) and len(x) == 2 and y is None else (x, y)


def x_and_y(data: Any) -> tuple[Any, Any]:
    """Return x and y of what a data set gives, or of validation data: x, (x,), (x, y) or (x, y, weights)."""
    if isinstance(data, tuple | list) and 1 <= len(data) <= 3:
        return data[0], data[1] if len(data) > 1 else None
    return data, None


def as_batch(data: Any, classes: int) -> Batch:
    """Return the data of a step of `fit` as a training network takes them: images in 0..1, uint8 too, and classes."""
    x, y = x_and_y(data)
    images, labels = images_and_labels(x, y if classes else None)
    images = to_unit(images) if images.dtype == tf.uint8 else tf.cast(images, tf.float32)
    if not classes:
        return images
    return images, tf.cast(labels, tf.float32) if labels.shape[1:] == (classes,) else one_hot(labels, classes)


def one_hot(labels: Any, classes: int) -> tf.Tensor:
    """Return class numbers (n,) or (n, 1) as one-hot rows (n, classes)."""
    return tf.one_hot(tf.reshape(tf.cast(labels, tf.int32), [-1]), classes)


def check_binary(images: Any) -> None:
    """Raise DataError for images that are not in black and white: 0 and 1, or 0 and 255 as bytes."""
    images = np.asarray(images)
    white = 255 if images.dtype == np.uint8 else 1
    if not ((images == 0) | (images == white)).all():
        share = "images / 255" if white == 255 else "images"
        _refuse(
            f"The images had grey pixels; this pixel model reads black and white alone, 0 and {white}. "
            f"Sample them once: (np.random.default_rng(0).random(images.shape) < {share}).astype('float32')."
        )


def _check_range(images: np.ndarray) -> None:
    low, high = images.min(), images.max()  # NaN where one pixel is NaN
    if not (np.isfinite(low) and np.isfinite(high)):
        wrong = ~np.isfinite(images).reshape(len(images), -1).all(axis=1)
        _refuse(
            f"{wrong.sum():,} of {len(images):,} images had values that are not finite, the first at index "
            f"{wrong.argmax()}; allowed are {_ALLOWED}. Repair or remove them."
        )
    if low >= -_ROUNDING and high <= 1 + _ROUNDING:
        return
    remedy = "Scale them to 0..1."
    if low >= 0:
        remedy = "Divide them by the value of white, 255 for bytes."
    elif low >= -1 and high <= 1:
        remedy = "Bring them to 0..1: (images + 1) / 2."
    _refuse(f"The images were {images.dtype} from {low:g} to {high:g}; allowed are {_ALLOWED}. {remedy}")


def _refuse_unless(right: bool, sentence: str) -> None:
    if not right:
        _refuse(sentence)


def _refuse(sentence: str) -> NoReturn:
    raise DataError(sentence)
