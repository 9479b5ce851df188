"""The unit range to bytes: the browser gives the same ones as NumPy."""

import subprocess
from pathlib import Path

import numpy as np

from models.spec.unit_range import to_bytes, to_unit
from tests.support.helpers import node_path
from tests.support.pixel_values import BYTES, NEAR, OUTSIDE

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


def test_the_browser_rounds_to_the_same_bytes(tmp_path):
    """A decoder of one weight, 1, run by Node.js: its pixels are its codes."""
    values = np.concatenate([to_unit(BYTES), NEAR, OUTSIDE])
    given, got = tmp_path / "values", tmp_path / "pixels"
    given.write_bytes(values.tobytes())
    subprocess.run([node_path(), "--input-type=module", "--eval", DECODE, NETWORK, given, got], check=True)
    np.testing.assert_array_equal(np.frombuffer(got.read_bytes(), np.uint8), to_bytes(values))
