"""Bytes to the unit range and back: NumPy and TensorFlow give the same bits."""

import numpy as np
import pytest
import tensorflow as tf

from models import unit_range as graph
from models.spec.unit_range import to_bytes, to_unit
from tests.support.pixel_values import BYTES, NEAR, OUTSIDE


@pytest.mark.parametrize("traced", [False, True])
def test_every_byte_has_the_same_value_in_numpy_and_in_the_graph_and_comes_back(traced):
    scale, back = (tf.function(one) if traced else one for one in (graph.to_unit, graph.to_bytes))
    values = to_unit(BYTES)
    assert values.dtype == np.float32
    assert (values[0], values[-1]) == (0, 1)
    np.testing.assert_array_equal(scale(tf.constant(BYTES)).numpy(), values)
    np.testing.assert_array_equal(to_bytes(values), BYTES)
    np.testing.assert_array_equal(back(tf.constant(values)).numpy(), BYTES)


@pytest.mark.parametrize("traced", [False, True])
@pytest.mark.parametrize("values", [NEAR, OUTSIDE], ids=["near ties", "outside"])
def test_values_between_bytes_and_outside_the_range_are_the_same_bytes_in_the_graph(values, traced):
    back = tf.function(graph.to_bytes) if traced else graph.to_bytes
    np.testing.assert_array_equal(back(tf.constant(values)).numpy(), to_bytes(values))


def test_ties_go_to_the_even_byte_and_what_is_outside_to_the_nearest_end():
    exact = np.array([0.5, 1.5, 2.5, 127.5, 253.5, 254.5]) / 255  # double precision: the product is the tie itself
    assert (exact * 255 % 1 == 0.5).all()
    assert to_bytes(exact).tolist() == [0, 2, 2, 128, 254, 254]
    assert to_bytes(OUTSIDE).tolist() == [0, 255, 0, 0, 255, 255, 0, 255]
