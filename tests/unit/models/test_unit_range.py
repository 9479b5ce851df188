"""Bytes to the unit range and back: NumPy and TensorFlow give the same bits, and the browser the same bytes."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from models import unit_range as graph
from models.spec.unit_range import to_bytes, to_unit

BYTES = np.arange(256, dtype=np.uint8)
TIES = ((np.arange(255) + 0.5) / 255).astype(np.float32)  # as near to halfway between two bytes as float32 comes
NEAR = np.concatenate([np.nextafter(TIES, np.float32(0)), TIES, np.nextafter(TIES, np.float32(1))])
NETWORK = (Path(__file__).parents[3] / "assets" / "web" / "decoder" / "network.js").as_uri()
DECODE = """
import { readFileSync, writeFileSync } from "node:fs";
const [module, given, got] = process.argv.slice(-3);
const { Network } = await import(module);
const layers = [{ kind: "dense", kernel: "k", bias: null }, { kind: "reshape", shape: [1, 1, 1] }];
const tensors = { k: { values: Float32Array.of(1), shape: [1, 1] } };
const network = new Network({ latent: 1, shape: [1, 1, 1], layers }, tensors);
const codes = new Float32Array(new Uint8Array(readFileSync(given)).buffer);
writeFileSync(got, network.decode(codes, codes.length));
"""
OUTSIDE = np.array([np.nan, np.inf, -np.inf, -0.2, 1.2, 3e38, 0.0, 1.0], np.float32)


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


def test_the_browser_rounds_to_the_same_bytes(tmp_path):
    """A decoder of one weight, 1, run by Node.js: its pixels are its codes."""
    values = np.concatenate([to_unit(BYTES), NEAR, OUTSIDE])
    given, got = tmp_path / "values", tmp_path / "pixels"
    given.write_bytes(values.tobytes())
    node = shutil.which("node", path=Path(sys.executable).parent)
    assert node is not None
    subprocess.run([node, "--input-type=module", "--eval", DECODE, NETWORK, given, got], check=True)
    np.testing.assert_array_equal(np.frombuffer(got.read_bytes(), np.uint8), to_bytes(values))
