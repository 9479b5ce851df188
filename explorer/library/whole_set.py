"""A whole data set as one snapshot encodes it, kept in files. Free of TensorFlow.

Codes are kept for each snapshot's content, images once for each data set's content; the app maps these into memory and
reads the few that it shows.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.lib.format import read_array_header_1_0, read_magic

from explorer.files import (
    MOST_ARRAYS,
    keep_newest,
    load_arrays,
    modified,
    open_file,
    read_file,
    save_array,
    save_arrays,
    write_whole,
)
from explorer.places import codes_folder, images_folder, make_folder
from models.spec.errors import CheckpointError

MOST_FILES = 40  # of codes that are kept
MOST_BYTES = 2_000_000_000  # of all these together
_RECIPE = b"codes-1"
_DIGEST = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class WholeSet:
    """All images of a data set and their codes: those for training and validation first, then the test images."""

    mean: np.ndarray  # (n, latent) float32
    log_var: np.ndarray | None  # (n, latent) float16; None where the encoder gives no distribution
    labels: np.ndarray  # (n,) int32
    images: np.ndarray  # (n, height, width, channels) uint8, not in memory
    test: int  # how many test images are at the end

    def is_of(self, latent: int, classes: int) -> bool:
        """Return whether the codes have so many dimensions, and their images classes below that number."""
        return self.mean.shape[1] == latent and int(self.labels.max()) < classes


def codes_file(snapshot: Path) -> Path:
    """Return the file for this snapshot's codes. Raises CheckpointError where the snapshot cannot be read."""
    return codes_folder() / f"{_digest(snapshot, modified(snapshot))}.safetensors"


@lru_cache(maxsize=64)
def _digest(snapshot: Path, _modified: int) -> str:
    try:
        return hashlib.sha256(_RECIPE + read_file(snapshot, MOST_ARRAYS)).hexdigest()[:32]
    except OSError as error:
        raise CheckpointError(f"{snapshot.name} cannot be read ({error}). Choose another snapshot.") from error


def digest_of(images: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(images).data).hexdigest()[:32]


def save_images(images: np.ndarray, digest: str) -> None:
    """Keep uint8 images (n, height, width, channels) under their digest, unless they are kept already."""
    if kept_images(digest, images.shape) is not None:
        return
    target = _images_file(digest)
    make_folder(target.parent)
    write_whole(target, lambda temporary: save_array(temporary, images))


def kept_images(digest: str, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return kept images, mapped into memory, or None. A damaged file counts as none."""
    try:
        with open_file(_images_file(digest), MOST_ARRAYS) as file:
            header = read_array_header_1_0(file) if read_magic(file) == (1, 0) else None
            if header != (tuple(shape), False, np.dtype(np.uint8)):
                return None
            return np.memmap(file, np.uint8, "r", file.tell(), tuple(shape))
    except (OSError, ValueError):
        return None


def _images_file(digest: str) -> Path:
    return images_folder() / f"{digest}.npy"


def save_codes(snapshot: Path, codes: dict[str, np.ndarray], labels: np.ndarray, test: int, images: str) -> None:
    """Keep codes, "z_mean" and where there is one "z_log_var", (n, latent), of the images with this digest."""
    target = codes_file(snapshot)
    make_folder(target.parent)
    others = {
        "labels": labels.astype(np.int32),
        "test": np.array([test]),
        "images": np.frombuffer(images.encode(), "u1"),
    }
    save_arrays(target, {**codes, **others})
    keep_newest(target.parent, "[0-9a-f]*.safetensors", MOST_FILES, MOST_BYTES)


def kept_whole(snapshot: Path, image_shape: tuple[int, int, int]) -> WholeSet | None:
    """Return the stored codes of a data set with images of that shape as this snapshot encodes it, or None.

    Damaged files count as none. Raises CheckpointError where the snapshot itself cannot be read.
    """
    path = codes_file(snapshot)
    return _read(path, modified(path), image_shape)


@lru_cache(maxsize=2)
def _read(path: Path, _modified: int, image_shape: tuple[int, int, int]) -> WholeSet | None:
    try:
        arrays = load_arrays(path)
        mean, log_var, labels = arrays["z_mean"], arrays.get("z_log_var"), arrays["labels"]
        digest, test = arrays["images"].tobytes().decode("ascii"), int(arrays["test"][0])
    except (CheckpointError, KeyError, ValueError, TypeError, IndexError):
        return None
    images = kept_images(digest, (len(mean), *image_shape)) if _DIGEST.fullmatch(digest) else None
    if images is None or labels.shape != (len(mean),) or labels.dtype.kind != "i" or not 0 <= test <= len(mean):
        return None
    codes = [mean] if log_var is None else [mean, log_var]
    if not all(each.shape == mean.shape and each.ndim == 2 and _finite(each) for each in codes) or labels.min() < 0:
        return None
    return WholeSet(mean, log_var, labels, images, test)


def _finite(codes: np.ndarray) -> bool:
    return codes.dtype.kind == "f" and codes.size > 0 and bool(np.isfinite(codes).all())
