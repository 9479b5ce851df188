// The layers of a decoder against their definitions, written the slow way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS } from "../../assets/web/decoder/layers.js";
import { NotRunnableError } from "../../assets/web/decoder/layer_parts.js";

/** @param {number} count @param {number} seed values in -1..1, the same ones each time */
function values(count, seed) {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (1103515245 * state + 12345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  });
}

/** @param {Record<string, [Float32Array, number[]]>} arrays */
const given = (arrays) => (/** @type {unknown} */ name) => {
  const [values, shape] = arrays[String(name)];
  return { values, shape };
};
const none = given({});

/** @param {Float32Array} found @param {ArrayLike<number>} wanted @param {number} [tolerance] */
function near(found, wanted, tolerance = 1e-5) {
  for (let i = 0; i < wanted.length; i++) {
    assert.ok(Math.abs(found[i] - wanted[i]) <= tolerance, `value ${i} was ${found[i]}, not ${wanted[i]}`);
  }
}

/** @param {Float32Array} one @param {Float32Array} other */
const dot = (one, other) => one.reduce((sum, value, i) => sum + value * other[i], 0);

test("dense multiplies and adds its bias, for each of several codes", () => {
  const kernel = Float32Array.of(1, 2, 3, 4, 5, 6); // (2, 3)
  const layer = KINDS.dense({ kernel: "k", bias: "b" }, given({ k: [kernel, [2, 3]], b: [Float32Array.of(0.5, 0, -1), [3]] }), [2]);
  assert.deepEqual(layer.shape, [3]);
  assert.equal(layer.macs, 6);
  near(layer.run(Float32Array.of(1, 1, 0, -2), 2), [5.5, 7, 8, -7.5, -10, -13]);
});

test("dense has more outputs than fit in registers", () => {
  const [kernel, input] = [values(5 * 19, 1), values(5, 2)];
  const layer = KINDS.dense({ kernel: "k", bias: null }, given({ k: [kernel, [5, 19]] }), [5]);
  near(layer.run(input, 1), Array.from({ length: 19 }, (_, o) => input.reduce((sum, x, i) => sum + x * kernel[i * 19 + o], 0)));
});

/**
 * A convolution by its definition, (height, width, depth) to (rows, columns, outputs).
 * @param {Float32Array} image @param {number[]} shape @param {Float32Array} kernel @param {number[]} size
 * @param {number} stride @param {"same" | "valid"} padding
 */
function convolved(image, [height, width, depth], kernel, [tall, wide, , outputs], stride, padding) {
  const side = (/** @type {number} */ length, /** @type {number} */ reach) =>
    padding === "same" ? Math.ceil(length / stride) : Math.ceil((length - reach + 1) / stride);
  const [rows, columns] = [side(height, tall), side(width, wide)];
  const before = (/** @type {number} */ small, /** @type {number} */ length, /** @type {number} */ reach) =>
    padding === "same" ? Math.floor(Math.max((small - 1) * stride + reach - length, 0) / 2) : 0;
  const [top, left] = [before(rows, height, tall), before(columns, width, wide)];
  const result = new Float32Array(rows * columns * outputs);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    for (let k = 0; k < tall; k++) for (let l = 0; l < wide; l++) {
      const [y, x] = [row * stride - top + k, column * stride - left + l];
      if (y < 0 || x < 0 || y >= height || x >= width) continue;
      for (let d = 0; d < depth; d++) for (let o = 0; o < outputs; o++) {
        result[(row * columns + column) * outputs + o] += image[(y * width + x) * depth + d] * kernel[((k * wide + l) * depth + d) * outputs + o];
      }
    }
  }
  return { result, shape: [rows, columns, outputs] };
}

for (const padding of /** @type {const} */ (["same", "valid"])) {
  for (const [stride, size] of [[1, 3], [2, 3], [2, 4], [3, 5]]) {
    test(`conv2d and its transposed one: ${padding}, stride ${stride}, kernel ${size}`, () => {
      const [shape, kernelShape] = [[7, 6, 2], [size, size, 2, 3]];
      const [image, kernel] = [values(7 * 6 * 2, 3), values(size * size * 6, 4)];
      const spec = { kernel: "k", bias: null, padding, strides: [stride, stride] };
      const layer = KINDS.conv2d(spec, given({ k: [kernel, kernelShape] }), shape);
      const wanted = convolved(image, shape, kernel, kernelShape, stride, padding);
      assert.deepEqual(layer.shape, wanted.shape);
      near(layer.run(image, 1), wanted.result);

      // The transposed convolution is the adjoint of the convolution: <conv(u), v> = <u, transposed(v)>.
      const v = values(wanted.result.length, 5);
      const back = KINDS.conv2d_transpose(spec, given({ k: [kernel, kernelShape] }), wanted.shape);
      const made = back.run(v, 1).slice();
      const u = values(made.length, 6);
      const forth = convolved(u, back.shape, kernel, kernelShape, stride, padding);
      assert.deepEqual(forth.shape, wanted.shape);
      assert.ok(Math.abs(dot(forth.result, v) - dot(u, made)) < 1e-3);
    });
  }
}

test("a bias reaches every pixel of a transposed convolution", () => {
  const weights = given({ k: [new Float32Array(9 * 2), [3, 3, 2, 1]], b: [Float32Array.of(1, 2), [2]] });
  const layer = KINDS.conv2d_transpose({ kernel: "k", bias: "b", padding: "same", strides: [2, 2] }, weights, [2, 2, 1]);
  near(layer.run(new Float32Array(8), 2), Array.from({ length: 64 }, (_, i) => 1 + (i % 2)));
});

test("upsampling repeats pixels, cropping takes the edge away", () => {
  const large = KINDS.upsampling2d({ kind: "upsampling2d", size: [2, 3] }, none, [1, 2, 1]);
  assert.deepEqual(large.shape, [2, 6, 1]);
  assert.deepEqual([...large.run(Float32Array.of(1, 2), 1)], [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]);
  const small = KINDS.cropping2d({ kind: "cropping2d", rows: [1, 0], columns: [0, 1] }, none, [2, 3, 1]);
  assert.deepEqual([...small.run(Float32Array.of(1, 2, 3, 4, 5, 6), 1)], [4, 5]);
});

test("resizing is bilinear, with pixels as areas", () => {
  const layer = KINDS.resizing({ kind: "resizing", shape: [1, 4] }, none, [1, 2, 1]);
  near(layer.run(Float32Array.of(0, 4), 1), [0, 1, 3, 4]);
});

test("activations, rescaling and reshape", () => {
  const run = (/** @type {Record<string, unknown>} */ spec, /** @type {number[]} */ input) =>
    [...KINDS.activation(spec, none, [input.length]).run(Float32Array.from(input), 1)];
  assert.deepEqual(run({ name: "relu" }, [-1, 2]), [0, 2]);
  assert.deepEqual(run({ name: "leaky_relu", slope: 0.5 }, [-1, 2]), [-0.5, 2]);
  assert.deepEqual(run({ name: "sigmoid" }, [0]), [0.5]);
  assert.deepEqual(run({ name: "clip" }, [-1, 0.5, 7]), [0, 0.5, 1]);
  near(Float32Array.from(run({ name: "tanh" }, [1])), [Math.tanh(1)]);
  near(KINDS.rescaling({ scale: 2, offset: 1 }, none, [2]).run(Float32Array.of(1, 2), 1), [3, 5]);
  assert.deepEqual(KINDS.reshape({ shape: [2, 2] }, none, [4]).shape, [2, 2]);
});

test("what cannot run says why", () => {
  const refused = (/** @type {() => unknown} */ build, /** @type {RegExp} */ words) =>
    assert.throws(build, (error) => error instanceof NotRunnableError && words.test(error.message));
  refused(() => KINDS.activation({ name: "swish" }, none, [1]), /activation was swish/);
  refused(() => KINDS.reshape({ shape: [3] }, none, [4]), /cannot become 3/);
  refused(() => KINDS.cropping2d({ rows: [1, 1], columns: [0, 0] }, none, [2, 2, 1]), /leave nothing/);
  refused(() => KINDS.upsampling2d({ kind: "upsampling2d", size: [2, 2] }, none, [4]), /needs an image/);
  refused(() => KINDS.rescaling({ scale: "x", offset: 0 }, none, [1]), /must be numbers/);
  refused(() => KINDS.resizing({ shape: [1e6, 1e6] }, none, [1, 1, 1]), /at most 4,194,304/);
  const kernel = given({ k: [new Float32Array(9), [3, 3, 1, 1]] });
  refused(() => KINDS.conv2d({ kernel: "k", padding: "odd", strides: [1, 1] }, kernel, [4, 4, 1]), /padding of k was odd/);
  refused(() => KINDS.conv2d({ kernel: "k", padding: "valid", strides: [1, 1] }, kernel, [2, 2, 1]), /larger than the image/);
});
