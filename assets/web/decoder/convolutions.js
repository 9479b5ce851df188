// The two convolutions, on images with their channels last, as Keras computes them.
//
// A convolution gathers the patches under its kernel for one row of its output and multiplies them; a transposed one
// multiplies one row of its input and adds each patch that comes out where it belongs. Row by row stays in the cache.

import { NotRunnableError, biasOf, buffer, imageShape, sizeOf, whole } from "./layer_parts.js";
import { matrix, multiply } from "./matrix.js";

/**
 * @typedef {import("./layer_parts.js").Builder} Builder
 * @typedef {import("./layer_parts.js").Shape} Shape
 * @typedef {import("./layer_parts.js").Spec} Spec
 */

/**
 * How a kernel lies along one axis: place s of the smaller image reaches over s · stride − before + (0 … kernel − 1) of
 * the larger one. A convolution goes from the larger to the smaller image, a transposed one back.
 * @typedef {{small: number, large: number, kernel: number, stride: number, before: number}} Axis
 */

/**
 * @param {Spec} spec
 * @param {Shape} inputShape
 * @param {Shape} kernel
 * @param {boolean} transposed
 * @returns {Axis[]} rows and columns, with Keras' paddings
 */
function axes(spec, inputShape, kernel, transposed) {
  if (spec.padding !== "same" && spec.padding !== "valid") {
    throw new NotRunnableError(`The padding of ${spec.kernel} was ${spec.padding}; it must be "same" or "valid".`);
  }
  const same = spec.padding === "same";
  return whole(spec.strides, `strides of ${spec.kernel}`).map((stride, i) => {
    const [given, size] = [inputShape[i], kernel[i]];
    const covered = given - size + 1; // by a kernel that stays inside
    const small = transposed ? given : Math.ceil((same ? given : covered) / stride);
    const large = transposed ? given * stride + (same ? 0 : Math.max(size - stride, 0)) : given;
    const outside = same ? Math.max((small - 1) * stride + size - large, 0) : 0;
    if (small >= 1) return { small, large, kernel: size, stride, before: Math.floor(outside / 2) };
    throw new NotRunnableError(`The kernel ${spec.kernel} was larger than the image that it was given.`);
  });
}

/**
 * Where the patches of one row of the smaller image lie in the larger one, in pieces that are contiguous in both.
 * @param {Axis} rows
 * @param {Axis} columns
 * @param {number} depth channels of the larger image
 * @returns {Int32Array[]} for each row: place in the image, place in the patches, length, and so on
 */
function piecesOf(rows, columns, depth) {
  return Array.from({ length: rows.small }, (_, row) => {
    const pieces = [];
    for (let column = 0; column < columns.small; column++) {
      const left = column * columns.stride - columns.before;
      const first = Math.max(0, -left);
      const last = Math.min(columns.kernel, columns.large - left);
      for (let k = 0; k < rows.kernel; k++) {
        const y = row * rows.stride - rows.before + k;
        const patch = ((column * rows.kernel + k) * columns.kernel + first) * depth;
        const inside = y >= 0 && y < rows.large && last > first;
        if (inside) pieces.push((y * columns.large + left + first) * depth, patch, (last - first) * depth);
      }
    }
    return Int32Array.from(pieces);
  });
}

/** @type {Builder} */
export function conv2d(spec, weights, inputShape) {
  const [, , depth] = imageShape(spec, inputShape);
  const { values, shape } = weights(spec.kernel, [null, null, depth, null]);
  const [rows, columns] = axes(spec, inputShape, shape, false);
  const [patch, outputs] = [shape[0] * shape[1] * depth, shape[3]];
  const product = matrix(values, patch, outputs, outputs, 1, biasOf(spec, weights, outputs));
  const [inputSize, outputRow] = [sizeOf(inputShape), columns.small * outputs];
  const output = buffer(rows.small * outputRow);
  const pieces = piecesOf(rows, columns, depth);
  const patches = new Float32Array(columns.small * patch);
  return {
    shape: [rows.small, columns.small, outputs],
    macs: rows.small * columns.small * patch * outputs,
    run(input, count) {
      const result = output(count);
      for (let n = 0, to = 0; n < count; n++) {
        for (let row = 0; row < rows.small; row++, to += outputRow) {
          gather(pieces[row], input, n * inputSize, patches.fill(0));
          multiply(product, patches, 0, columns.small, result, to);
        }
      }
      return result;
    },
  };
}

/** @type {Builder} */
export function conv2dTranspose(spec, weights, inputShape) {
  const [, , inputs] = imageShape(spec, inputShape);
  const { values, shape } = weights(spec.kernel, [null, null, null, inputs]);
  const [rows, columns] = axes(spec, inputShape, shape, true);
  const depth = shape[2];
  const patch = shape[0] * shape[1] * depth;
  const product = matrix(values, inputs, 1, patch, inputs, new Float32Array(patch));
  const bias = biasOf(spec, weights, depth);
  const [inputRow, outputSize] = [columns.small * inputs, rows.large * columns.large * depth];
  const output = buffer(outputSize);
  const pieces = piecesOf(rows, columns, depth);
  const patches = new Float32Array(columns.small * patch);
  return {
    shape: [rows.large, columns.large, depth],
    macs: rows.small * columns.small * patch * inputs,
    run(input, count) {
      const result = output(count);
      repeat(bias, result, count * outputSize);
      for (let n = 0, at = 0; n < count; n++) {
        for (let row = 0; row < rows.small; row++, at += inputRow) {
          multiply(product, input, at, columns.small, patches, 0);
          scatter(pieces[row], patches, result, n * outputSize);
        }
      }
      return result;
    },
  };
}

/** @param {Int32Array} pieces @param {Float32Array} image @param {number} at @param {Float32Array} patches */
function gather(pieces, image, at, patches) {
  for (let p = 0; p < pieces.length; p += 3) {
    const from = at + pieces[p];
    const to = pieces[p + 1];
    const length = pieces[p + 2];
    for (let i = 0; i < length; i++) patches[to + i] = image[from + i];
  }
}

/** @param {Int32Array} pieces @param {Float32Array} patches @param {Float32Array} image @param {number} at */
function scatter(pieces, patches, image, at) {
  for (let p = 0; p < pieces.length; p += 3) {
    const to = at + pieces[p];
    const from = pieces[p + 1];
    const length = pieces[p + 2];
    for (let i = 0; i < length; i++) image[to + i] += patches[from + i];
  }
}

/** @param {Float32Array} pattern @param {Float32Array} values @param {number} length */
function repeat(pattern, values, length) {
  for (let i = 0; i < length; i += pattern.length) {
    for (let j = 0; j < pattern.length; j++) values[i + j] = pattern[j];
  }
}

