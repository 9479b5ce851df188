"""Loading the data sets of the catalogue, and splitting off the validation images.

Heavy imports are inside the functions: only the trainer and the analyst call them.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path

import numpy as np

from explorer.datasets.catalogue import DatasetError, DatasetInfo, dataset_info, validation_count
from explorer.datasets.npz import LabelledImages, check_images, read_npz_images
from explorer.datasets.shapes import draw_shapes, paint, sample_factors, sample_hues

DATA_FOLDER_VARIABLE = "HOURGLASS_DATA"
_MNIST_COUNTS = (60_000, 10_000)
_NETWORK_TIMEOUT = 5.0  # seconds without an answer


@dataclass(frozen=True)
class Images:
    """A loaded data set.

    `images` uint8 (n, height, width, channels), 0..255, and `labels` int64 (n,) are for training and validation (see
    `split`); `test_images` (m, height, width, channels) and `test_labels` (m,) are for neither. `factors` has, for
    generated data, the value of each generating factor for each of the n images: float64 (n,) by name.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    test_images: np.ndarray
    test_labels: np.ndarray
    factors: dict[str, np.ndarray] = field(default_factory=dict)


def load_images(name: str) -> Images:
    """Load a data set of the catalogue, always the same images in the same order.

    `mnist` and `fashion_mnist` are read from `<name>.npz` in the folder that HOURGLASS_DATA names, if it is there, else
    from Keras' cache, else they are downloaded into that cache. Raises DatasetError if there is no such data set, if a
    file of it is damaged, or if it cannot be downloaded.
    """
    info = dataset_info(name)
    return LOADERS[name](info)


def split(count: int, validation_fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split 0..count-1 at random into training and validation indices, the same ones for the same arguments.

    Both are sorted int32 arrays, disjoint, together complete, and neither is empty, however small the fraction.
    Raises DatasetError if `count` is not 2 to 2**31 - 1, the fraction not between 0 and 1, or the seed negative.
    """
    if not 2 <= count < 1 << 31:
        raise DatasetError(f"{count} images cannot be split in two: at least 2 are needed; take a larger data set.")
    if not 0 < validation_fraction < 1:
        raise DatasetError(
            f"The validation fraction is {validation_fraction}: it must be greater than 0 and less than 1; try 0.1."
        )
    if seed < 0:
        raise DatasetError(f"The seed of the split is {seed}: it must be 0 or a positive whole number; try 0.")
    held_out = validation_count(count, validation_fraction)
    order = np.random.default_rng(seed).permutation(count).astype(np.int32)
    return np.sort(order[held_out:]), np.sort(order[:held_out])


def _load_digits(info: DatasetInfo) -> Images:
    # The file itself: importing scikit-learn to have it read takes a second and a half of the processor's time.
    path = distribution("scikit-learn").locate_file("sklearn/datasets/data/digits.csv.gz")
    table = np.loadtxt(str(path), delimiter=",")
    (images, labels), (test_images, test_labels) = scaled_digits(table[:, :-1], table[:, -1])
    return Images(images, labels, info.class_names, test_images, test_labels)


def scaled_digits(pixels, labels):
    """Return digits, framed and scaled to 28 × 28, as (images, labels) for training and for the test."""
    from PIL import Image

    digits = np.rint(pixels.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    framed = np.pad(digits, ((0, 0), (1, 1), (1, 1)))
    # Bicubic: bilinear blurs the strokes, Lanczos adds grey ghosts beside them.
    scaled = [np.asarray(Image.fromarray(image).resize((28, 28), Image.Resampling.BICUBIC)) for image in framed]
    order = np.random.default_rng(0).permutation(len(scaled))  # the file is ordered by writer
    images, labels = np.stack(scaled)[order, ..., np.newaxis], labels.astype(np.int64)[order]
    return (images[:1500], labels[:1500]), (images[1500:], labels[1500:])


def _load_shapes(info: DatasetInfo) -> Images:
    factors = sample_factors(info.examples)
    images = draw_shapes(factors, side=info.image_shape[0])
    if info.image_shape[2] == 3:
        factors["hue"] = sample_hues(info.examples)
        images = paint(images, factors["hue"])
    labels = factors["shape"].astype(np.int64)
    kept = info.training
    return Images(
        images=images[:kept],
        labels=labels[:kept],
        class_names=info.class_names,
        test_images=images[kept:],
        test_labels=labels[kept:],
        factors={name: values[:kept] for name, values in factors.items()},
    )


def _load_mnist(info: DatasetInfo) -> Images:
    path = _local_copy(info.name)
    if path is not None:
        source = f"The file {path.name} in {DATA_FOLDER_VARIABLE}"
        train, test = read_npz_images(path, info.image_shape, len(info.class_names))
    else:
        source = f"Keras' copy of {info.title}"
        train, test = _load_with_keras(info, source)
    counts = (len(train.images), len(test.images))
    if counts != _MNIST_COUNTS:
        raise DatasetError(
            f"{source} has {counts[0]:,} training and {counts[1]:,} test images: {info.title} has "
            f"{_MNIST_COUNTS[0]:,} and {_MNIST_COUNTS[1]:,}; replace it by the complete file."
        )
    return Images(
        images=train.images,
        labels=train.labels,
        class_names=info.class_names,
        test_images=test.images,
        test_labels=test.labels,
    )


def _local_copy(name: str) -> Path | None:
    folder = os.environ.get(DATA_FOLDER_VARIABLE)
    if not folder:
        return None
    try:
        path = Path(folder).expanduser() / f"{name}.npz"
        return path if path.is_file() else None
    except (OSError, RuntimeError) as error:  # not allowed to look into it; "~name" of a user who does not exist
        raise DatasetError(
            f"{DATA_FOLDER_VARIABLE} is {folder}, which cannot be opened ({error}): it must be a readable "
            "folder; correct it or unset it."
        ) from error


def _load_with_keras(info: DatasetInfo, source: str) -> tuple[LabelledImages, LabelledImages]:
    import keras

    try:
        # Keras writes its progress to the standard output, which belongs to the messages of the process that loads.
        with _network_timeout(_NETWORK_TIMEOUT), contextlib.redirect_stdout(sys.stderr):
            (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, info.name).load_data()
    # Keras' get_file raises plain Exception("URL fetch failure on ...") and lets through whatever else goes wrong with
    # the connection, the cache folder or a half-written file (it keeps no checksums for Fashion-MNIST).
    except Exception as error:
        raise DatasetError(
            f"{info.title} could not be downloaded or read from Keras' cache ({_reason(error)}): connect to the "
            f"internet and try again, or set {DATA_FOLDER_VARIABLE} to a folder that holds {info.name}.npz, or choose "
            "digits or shapes, which need no download."
        ) from error
    classes = len(info.class_names)
    return (
        check_images(x_train, y_train, source, info.image_shape, classes),
        check_images(x_test, y_test, source, info.image_shape, classes),
    )


def _reason(error: Exception) -> str:
    # Keras' own text is "URL fetch failure on <address>: <number> -- <reason>".
    return (str(error).rpartition(" -- ")[2] or type(error).__name__).rstrip(".")


@contextlib.contextmanager
def _network_timeout(seconds: float) -> Generator[None]:
    """Bound every connection and every read made inside; looking a name up keeps the system's own limit."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


LOADERS: dict[str, Callable[[DatasetInfo], Images]] = {
    "digits": _load_digits,
    "shapes": _load_shapes,
    "shapes64": _load_shapes,
    "shapes_rgb": _load_shapes,
    "mnist": _load_mnist,
    "fashion_mnist": _load_mnist,
}
