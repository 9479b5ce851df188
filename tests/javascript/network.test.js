// A whole decoder: what it makes of codes, and what it refuses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_MACS, Network, NotRunnableError } from "../../assets/web/decoder/network.js";
import { withClass } from "../../assets/web/decoder/condition.js";

const KERNEL = Float32Array.of(1, 0, 0, 1, 1, -1, 0, 2); // (2, 4)

/** @param {Float32Array<ArrayBuffer>} [values] @param {number[]} [shape] */
const tensors = (values = KERNEL, shape = [2, 4]) => ({ k: { values, shape } });

/** @param {Record<string, unknown>} [changes] */
function header(changes = {}) {
  return {
    latent: 2,
    shape: [2, 2, 1],
    layers: [
      { kind: "dense", kernel: "k", bias: null },
      { kind: "activation", name: "clip" },
      { kind: "reshape", shape: [2, 2, 1] },
    ],
    ...changes,
  };
}

test("codes become pixels, many as well as one", () => {
  const network = new Network(header(), tensors());
  assert.equal(network.macs, 8);
  assert.deepEqual([...network.decode(Float32Array.of(0.5, 0.25), 1)], [191, 0, 0, 255]);
  const codes = Float32Array.from({ length: 2 * 200 }, (_, i) => (i % 7) / 7);
  const all = network.run(codes, 200);
  for (let i = 0; i < 200; i++) {
    assert.deepEqual(network.run(codes.subarray(2 * i, 2 * i + 2), 1), all.subarray(4 * i, 4 * i + 4));
  }
});

test("a code is not changed by decoding it", () => {
  const codes = Float32Array.of(-3, -3);
  new Network(header({ layers: [{ kind: "activation", name: "relu" }, ...header().layers] }), tensors()).run(codes, 1);
  assert.deepEqual([...codes], [-3, -3]);
});

test("what is no number is black", () => {
  assert.deepEqual([...new Network(header(), tensors(KERNEL.map(() => NaN))).decode(Float32Array.of(1, 1), 1)], [0, 0, 0, 0]);
});

test("what does not fit together is refused in a sentence", () => {
  const refused = (/** @type {Record<string, unknown>} */ changes, /** @type {RegExp} */ words) =>
    assert.throws(() => new Network(header(changes), tensors()), (error) => error instanceof NotRunnableError && words.test(error.message));
  refused({ layers: null }, /without a list of layers/);
  refused({ layers: [{ kind: "lambda" }] }, /layer was lambda/);
  refused({ layers: [{ kind: "toString" }] }, /layer was toString/);
  refused({ latent: 0 }, /number of latent dimensions/);
  refused({ latent: 3 }, /needs 3 × any/);
  refused({ shape: [4, 4, 1] }, /model's images are 4 × 4 × 1/);
  assert.throws(() => new Network(header(), {}), /weights k were not there/);
  assert.throws(() => new Network(header(), { k: { values: new Uint8Array(8), shape: [2, 4] } }), /weights k were not there/);
  const wide = Math.ceil(MOST_MACS / 2) + 1;
  assert.throws(() => new Network(header(), tensors(new Float32Array(2 * wide), [2, wide])), /at most/);
});

test("the wrong number of values is refused", () => {
  assert.throws(() => new Network(header(), tensors()).decode(Float32Array.of(1), 1), RangeError);
});

test("a class stands behind each code as one-hot", () => {
  const codes = Float32Array.of(1, 2, 3, 4);
  assert.deepEqual([...withClass(codes, 2, 1, 3)], [1, 2, 0, 1, 0, 3, 4, 0, 1, 0]);
  assert.equal(withClass(codes, 2, 1, 0), codes);
});
