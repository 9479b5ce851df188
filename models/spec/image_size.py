"""The size of the images that a network takes."""

from models.spec.catalogue import NETWORKS
from models.spec.experiment import ExperimentError


def check_image_size(network: str, shape: tuple[int, ...]) -> None:
    """Raise ExperimentError for a shape that is not (height, width, channels), or too small for a network.

    Its convolutions would leave nothing of such images.
    """
    if len(shape) != 3 or not all(isinstance(size, int) and size > 0 for size in shape):
        raise ExperimentError(
            [
                f"The shape of the images was {shape}; allowed are three whole numbers from 1: (height, width, "
                "channels). Give such a shape; grey images have 1 channel."
            ]
        )
    (height, width, *_), least = shape, NETWORKS[network].least_side
    if min(height, width) < least:
        others = ", ".join(name for name, info in NETWORKS.items() if info.least_side <= min(height, width))
        raise ExperimentError(
            [
                f"The images were {height} x {width} pixels; the network {network} takes at least {least} x {least}. "
                f"Choose another network ({others}) or larger images."
            ]
        )
