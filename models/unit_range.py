"""The two functions of `models.spec.unit_range` for tensors, inside a graph or outside."""

from typing import Any

import tensorflow as tf

from models.spec.unit_range import UNIT, WHITE


def to_unit(pixels: Any) -> tf.Tensor:
    """Return uint8 pixels of any shape, a tensor or an array, as float32 in 0..1."""
    return tf.cast(pixels, tf.float32) * UNIT


def to_bytes(values: Any) -> tf.Tensor:
    """Return values of any shape as uint8: 0..1 becomes 0..255, what lies outside the nearest end, NaN 0."""
    values = tf.where(tf.math.is_nan(values), tf.zeros_like(values), values)
    return tf.cast(tf.round(tf.clip_by_value(tf.cast(values, tf.float64), 0.0, 1.0) * WHITE), tf.uint8)
