"""Encoders and decoders as functional Keras models, one entry of NETWORKS each.

A network is three functions on symbolic tensors: `encode` takes images (batch, height, width, channels) in 0..1 to
features (batch, n), to which the variant adds its heads; `decode` takes codes (batch, latent) to the decoder's output
(batch, height, width, channels); `critic` takes images and a share of dropout to the first and last hidden layer.
`last` comes behind the decoder's last layer that has weights. An experiment leaves it out, so that no activation
ends its decoder: the link belongs to the pixel model. The loss lab puts one in, to see what happens.
A network that comes in several sizes takes those that the catalogue lists as its settings; `sized` gives them to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import ceil, prod
from types import MappingProxyType

import keras
from keras import layers

ImageShape = tuple[int, int, int]
Tensor = keras.KerasTensor
Last = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Network:
    encode: Callable[..., Tensor]  # (images)
    decode: Callable[..., Tensor]  # (codes, image shape, last=linear)
    critic: Callable[..., tuple[Tensor, Tensor]]  # (images, share of dropout)

    def sized(self, sizes: Mapping[str, int]) -> "Network":
        """Return the network in these sizes, by the names of its settings; one without settings takes none."""
        return Network(partial(self.encode, **sizes), partial(self.decode, **sizes), partial(self.critic, **sizes))


def linear(x: Tensor) -> Tensor:
    """Return x: no activation behind the last layer."""
    return x


def dropped(x: Tensor, share: float) -> Tensor:
    """Apply dropout with this share, or no layer for a share of 0."""
    return layers.Dropout(share)(x) if share else x


def _dense_encode(image: Tensor) -> Tensor:
    x = layers.Flatten()(image)
    for units in (256, 128):
        x = layers.Dense(units, "relu")(x)
    return x


def _dense_decode(z: Tensor, shape: ImageShape, last: Last = linear) -> Tensor:
    x = z
    for units in (128, 256):
        x = layers.Dense(units, "relu")(x)
    return layers.Reshape(shape)(last(layers.Dense(prod(shape))(x)))


def _dense_critic(image: Tensor, dropout: float) -> tuple[Tensor, Tensor]:
    first = layers.LeakyReLU(0.2)(layers.Dense(256)(layers.Flatten()(image)))
    return first, layers.LeakyReLU(0.2)(layers.Dense(128)(dropped(first, dropout)))


def _near_code(hidden: int) -> tuple[int, ...]:
    """Return the units of the dense layers between the code and the one of 256."""
    return (128,) * (hidden - 1)


def _conv_encode(image: Tensor, *, width: int, depth: int, hidden: int) -> Tensor:
    """Return features; the sides are halved `depth` times, with `width` channels, then twice as many each time."""
    x = image
    for level in range(depth):
        x = layers.Conv2D(width * 2**level, 3, strides=2, padding="same", activation="leaky_relu")(x)
    x = layers.Conv2D(width, 1, activation="leaky_relu")(x)  # fewer channels into the dense layer, the largest
    x = layers.Flatten()(x)
    for units in (256, *_near_code(hidden)):
        x = layers.Dense(units, "leaky_relu")(x)
    return x


def _conv_decode(z: Tensor, shape: ImageShape, last: Last = linear, *, width: int, depth: int, hidden: int) -> Tensor:
    high, wide, channels = shape
    factor = 2**depth
    rows, columns, most = ceil(high / factor), ceil(wide / factor), width * 2 ** (depth - 1)
    x = z
    for units in (*_near_code(hidden), 256, rows * columns * most):
        x = layers.Dense(units, "leaky_relu")(x)
    x = layers.Reshape((rows, columns, most))(x)
    for level in reversed(range(depth - 1)):
        x = layers.Conv2DTranspose(width * 2**level, 3, strides=2, padding="same", activation="leaky_relu")(x)
    x = last(layers.Conv2DTranspose(channels, 4, strides=2, padding="same")(x))  # 3 is faster, and leaves a grid
    return layers.Cropping2D(((0, factor * rows - high), (0, factor * columns - wide)))(x)


def _conv_critic(image: Tensor, dropout: float, *, width: int, depth: int, **_: int) -> tuple[Tensor, Tensor]:
    x = first = layers.LeakyReLU(0.2)(layers.Conv2D(width, 3, strides=2, padding="same")(image))
    for level in range(1, depth):
        x = dropped(x, dropout) if level == 1 else x
        x = layers.LeakyReLU(0.2)(layers.Conv2D(width * 2**level, 3, strides=2, padding="same")(x))
    return layers.Flatten()(first), layers.Flatten()(x)


def _small_encode(image: Tensor) -> Tensor:
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(image)
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2D(16, 1, activation="relu")(x)
    return layers.Dense(64, "relu")(layers.Flatten()(x))


def _small_decode(z: Tensor, shape: ImageShape, last: Last = linear) -> Tensor:
    height, width, channels = shape
    rows, columns = ceil(height / 4), ceil(width / 4)
    x = layers.Dense(64, "relu")(z)
    x = layers.Dense(rows * columns * 16, "relu")(x)
    x = layers.Reshape((rows, columns, 16))(x)
    x = layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu")(x)
    x = last(layers.Conv2DTranspose(channels, 5, strides=2, padding="same")(x))
    return layers.Cropping2D(((0, 4 * rows - height), (0, 4 * columns - width)))(x)


def _question_encode(image: Tensor) -> Tensor:
    x = layers.LeakyReLU()(layers.Conv2D(16, 3)(image))
    x = layers.MaxPooling2D(2)(x)
    x = layers.LeakyReLU()(layers.Conv2D(32, 3)(x))
    return layers.Flatten()(x)


def _question_decode(z: Tensor, shape: ImageShape, last: Last = linear) -> Tensor:
    height, width, channels = shape
    rows, columns = height // 2, width // 2
    x = layers.LeakyReLU()(layers.Dense(rows * columns * 8)(z))
    x = layers.Reshape((rows, columns, 8))(x)
    x = layers.LeakyReLU()(layers.Conv2D(32, 3)(x))
    x = layers.UpSampling2D(2)(x)
    x = layers.LeakyReLU()(layers.Conv2D(16, 3)(x))
    x = last(layers.Conv2D(channels, 3)(x))
    return layers.Resizing(height, width, interpolation="bilinear")(x)


def _question_critic(image: Tensor, dropout: float) -> tuple[Tensor, Tensor]:
    first = layers.MaxPooling2D(2)(layers.LeakyReLU()(layers.Conv2D(16, 3)(image)))
    x = layers.LeakyReLU()(layers.Conv2D(32, 3)(dropped(first, dropout)))
    return layers.Flatten()(first), layers.Flatten()(x)


NETWORKS: Mapping[str, Network] = MappingProxyType(
    {
        "dense": Network(_dense_encode, _dense_decode, _dense_critic),
        "conv": Network(_conv_encode, _conv_decode, _conv_critic),
        "question": Network(_question_encode, _question_decode, _question_critic),
        "conv_small": Network(_small_encode, _small_decode, partial(_conv_critic, width=16, depth=2)),
    }
)
