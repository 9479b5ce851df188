// The reader of the server's bytes, which are safetensors.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unpack, valuesOf } from "../../assets/web/shared/container.js";

const HEADER = { model: "run/x@1", words: "σ × 2" };

/** @param {Record<string, unknown>} entries @param {number[]} data @param {number} [shift] bytes before the first one */
function packed(entries, data, shift = 0) {
  const text = new TextEncoder().encode(JSON.stringify({ __metadata__: { header: JSON.stringify(HEADER) }, ...entries }));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(shift + 8 + length + data.length).fill(32);
  new DataView(bytes.buffer).setBigUint64(shift, BigInt(length), true);
  bytes.set(text, shift + 8);
  bytes.set(data, shift + 8 + length);
  return bytes.subarray(shift);
}

const ENTRIES = {
  f: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
  u: { dtype: "U16", shape: [1, 1], data_offsets: [8, 10] },
  none: { dtype: "U8", shape: [0, 3], data_offsets: [10, 10] },
};
const DATA = [0, 0, 128, 63, 0, 0, 0, 192, 1, 2];

for (const shift of [0, 3]) {
  test(`header and arrays come back from bytes that begin at ${shift}`, () => {
    const { header, tensors } = unpack(packed(ENTRIES, DATA, shift));
    assert.deepEqual(header, HEADER);
    assert.deepEqual([...valuesOf(tensors, "f", Float32Array)], [1, -2]);
    assert.deepEqual([...valuesOf(tensors, "u", Uint16Array)], [513]);
    assert.deepEqual(tensors.u.shape, [1, 1]);
    assert.equal(tensors.none.values.length, 0);
  });
}

test("arrays are views of the bytes where these are aligned", () => {
  const bytes = packed(ENTRIES, DATA);
  assert.equal(valuesOf(unpack(bytes).tensors, "f", Float32Array).buffer, bytes.buffer);
});

test("bytes that are not whole are refused", () => {
  const bytes = packed(ENTRIES, DATA);
  for (const length of [0, 5, 8, 60, bytes.length - 1]) {
    assert.throws(() => unpack(bytes.subarray(0, length)), (error) => error instanceof RangeError || error instanceof SyntaxError);
  }
});

test("what is described otherwise than it is, is refused", () => {
  const altered = (/** @type {Record<string, unknown>} */ f) => packed({ ...ENTRIES, f: { ...ENTRIES.f, ...f } }, DATA);
  assert.throws(() => unpack(altered({ dtype: "F64" })), /array f is F64; allowed are U8,U16,I32,F32/);
  assert.throws(() => unpack(altered({ dtype: "constructor" })), /array f is constructor/);
  assert.throws(() => unpack(altered({ shape: [3] })), /not as large as its shape/);
  const { tensors } = unpack(packed(ENTRIES, DATA));
  assert.throws(() => valuesOf(tensors, "f", Uint8Array), /array f was not there as Uint8Array/);
  assert.throws(() => valuesOf(tensors, "x", Float32Array), /array x was not there/);
});
