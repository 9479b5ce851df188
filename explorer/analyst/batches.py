"""The images of one step, on which the analyst and the page that shows the batch agree. No Keras."""

import numpy as np

MOST = 256  # images of a batch; a step of more takes long, and says little else


def batch_rows(images: int, batch_size: int, number: int) -> np.ndarray:
    """Return which of so many images are in a batch: the first ones in batch 0, others in every further one."""
    size = min(images, batch_size, MOST)
    order = np.random.default_rng(number).permutation(images) if number else np.arange(images)
    return order[:size]
