// The layers that decoders are made of, as Keras computes them. Images have their channels last.

import { conv2d, conv2dTranspose } from "./convolutions.js";
import { NotRunnableError, biasOf, buffer, imageShape, inWords, sizeOf, whole } from "./layer_parts.js";
import { matrix, multiply } from "./matrix.js";

/**
 * @typedef {import("./layer_parts.js").Builder} Builder
 * @typedef {import("./layer_parts.js").Layer} Layer
 * @typedef {import("./layer_parts.js").Shape} Shape
 */

/** @type {Builder} on the last axis */
function dense(spec, weights, inputShape) {
  const inputs = inputShape[inputShape.length - 1];
  const { values, shape } = weights(spec.kernel, [inputs, null]);
  const outputs = shape[1];
  const product = matrix(values, inputs, outputs, outputs, 1, biasOf(spec, weights, outputs));
  const rows = sizeOf(inputShape) / inputs;
  const output = buffer(rows * outputs);
  return {
    shape: [...inputShape.slice(0, -1), outputs],
    macs: rows * inputs * outputs,
    run(input, count) {
      const result = output(count);
      multiply(product, input, 0, count * rows, result, 0);
      return result;
    },
  };
}

/** @type {Builder} */
function reshape(spec, _weights, inputShape) {
  const shape = whole(spec.shape, "shape of reshape", null);
  if (sizeOf(shape) === sizeOf(inputShape)) return { shape, macs: 0, run: (input) => input };
  throw new NotRunnableError(`Values of shape ${inWords(inputShape)} cannot become ${inWords(shape)}.`);
}

/**
 * A layer that takes each pixel of its output from one of its input.
 * @param {Shape} inputShape
 * @param {number} height of the output
 * @param {number} width
 * @param {(row: number) => number} rowOf the input's row for one of the output
 * @param {(column: number) => number} columnOf
 * @returns {Layer}
 */
function picking(inputShape, height, width, rowOf, columnOf) {
  const [inputHeight, inputWidth, depth] = inputShape;
  const output = buffer(height * width * depth);
  const rows = Int32Array.from({ length: height }, (_, row) => rowOf(row));
  const columns = Int32Array.from({ length: width }, (_, column) => columnOf(column));
  return {
    shape: [height, width, depth],
    macs: 0,
    run(input, count) {
      const result = output(count);
      for (let n = 0, to = 0; n < count; n++) {
        for (let row = 0; row < height; row++) {
          const line = (n * inputHeight + rows[row]) * inputWidth;
          to = pickPixels(input, line, columns, depth, result, to);
        }
      }
      return result;
    },
  };
}

/**
 * @param {Float32Array} input @param {number} line @param {Int32Array} columns @param {number} depth
 * @param {Float32Array} output @param {number} to
 */
function pickPixels(input, line, columns, depth, output, to) {
  for (let column = 0; column < columns.length; column++) {
    const from = (line + columns[column]) * depth;
    for (let i = 0; i < depth; i++) output[to++] = input[from + i];
  }
  return to;
}

/** @type {Builder} each pixel becomes a block of equal ones */
function upsampling2d(spec, _weights, inputShape) {
  const [height, width] = imageShape(spec, inputShape);
  const [tall, wide] = whole(spec.size, "size of upsampling2d");
  return picking(inputShape, height * tall, width * wide, (y) => Math.floor(y / tall), (x) => Math.floor(x / wide));
}

/** @type {Builder} */
function cropping2d(spec, _weights, inputShape) {
  const [height, width] = imageShape(spec, inputShape);
  const [top, bottom] = whole(spec.rows, "rows of cropping2d", 2, 0);
  const [left, right] = whole(spec.columns, "columns of cropping2d", 2, 0);
  const [rows, columns] = [height - top - bottom, width - left - right];
  if (rows >= 1 && columns >= 1) return picking(inputShape, rows, columns, (y) => y + top, (x) => x + left);
  throw new NotRunnableError(`Cropping would leave nothing of an image of ${height} × ${width}.`);
}

/**
 * Where each place of an axis lies between two places of a shorter or longer one: pixels are areas, with centres.
 * @param {number} length
 * @param {number} inputLength
 */
function between(length, inputLength) {
  return Array.from({ length }, (_, index) => {
    const place = ((index + 0.5) * inputLength) / length - 0.5;
    const low = Math.floor(place);
    return { low: Math.max(low, 0), high: Math.min(Math.ceil(place), inputLength - 1), part: place - low };
  });
}

/** @type {Builder} bilinear, without smoothing where it shrinks */
function resizing(spec, _weights, inputShape) {
  const [inputHeight, inputWidth, depth] = imageShape(spec, inputShape);
  const [height, width] = whole(spec.shape, "shape of resizing");
  const output = buffer(height * width * depth);
  const [rows, columns] = [between(height, inputHeight), between(width, inputWidth)];
  return {
    shape: [height, width, depth],
    macs: 4 * height * width * depth,
    run(input, count) {
      const result = output(count);
      for (let n = 0, to = 0; n < count; n++) {
        for (const row of rows) {
          const upper = (n * inputHeight + row.low) * inputWidth;
          const lower = (n * inputHeight + row.high) * inputWidth;
          to = blendRow(input, upper, lower, row.part, columns, depth, result, to);
        }
      }
      return result;
    },
  };
}

/**
 * @param {Float32Array} input @param {number} upper @param {number} lower @param {number} down
 * @param {{low: number, high: number, part: number}[]} columns @param {number} depth
 * @param {Float32Array} output @param {number} to
 */
function blendRow(input, upper, lower, down, columns, depth, output, to) {
  for (const { low, high, part } of columns) {
    for (let i = 0; i < depth; i++, to++) {
      const above = mix(input[(upper + low) * depth + i], input[(upper + high) * depth + i], part);
      const below = mix(input[(lower + low) * depth + i], input[(lower + high) * depth + i], part);
      output[to] = mix(above, below, down);
    }
  }
  return to;
}

/** @param {number} a @param {number} b @param {number} part */
const mix = (a, b, part) => a + (b - a) * part;

/** In place, each with a loop of its own, which V8 makes faster code of than of one with a function in it. */
const ACTIVATIONS = {
  /** @param {Float32Array} values @param {number} length */
  relu(values, length) {
    for (let i = 0; i < length; i++) if (!(values[i] > 0)) values[i] = 0;
  },
  /** @param {Float32Array} values @param {number} length @param {number} slope */
  leaky_relu(values, length, slope) {
    for (let i = 0; i < length; i++) if (values[i] < 0) values[i] *= slope;
  },
  /** @param {Float32Array} values @param {number} length */
  sigmoid(values, length) {
    for (let i = 0; i < length; i++) values[i] = 1 / (1 + Math.exp(-values[i]));
  },
  /** @param {Float32Array} values @param {number} length */
  tanh(values, length) {
    for (let i = 0; i < length; i++) values[i] = Math.tanh(values[i]);
  },
  /** @param {Float32Array} values @param {number} length */
  clip(values, length) {
    for (let i = 0; i < length; i++) values[i] = Math.min(Math.max(values[i], 0), 1);
  },
};

/** @type {Builder} */
function activation(spec, _weights, inputShape) {
  if (typeof spec.name !== "string" || !Object.hasOwn(ACTIVATIONS, spec.name)) {
    const names = Object.keys(ACTIVATIONS).join(", ");
    throw new NotRunnableError(`The activation was ${spec.name}; those that run here are ${names}.`);
  }
  const apply = ACTIVATIONS[/** @type {keyof typeof ACTIVATIONS} */ (spec.name)];
  const [size, slope] = [sizeOf(inputShape), Number(spec.slope ?? 0)];
  const run = (/** @type {Float32Array} */ values, /** @type {number} */ count) => {
    apply(values, count * size, slope);
    return values;
  };
  return { shape: inputShape, macs: 0, run };
}

/** @type {Builder} in place */
function rescaling(spec, _weights, inputShape) {
  const [scale, offset, size] = [Number(spec.scale), Number(spec.offset), sizeOf(inputShape)];
  if (!Number.isFinite(scale) || !Number.isFinite(offset)) {
    const given = `${spec.scale} and ${spec.offset}`;
    throw new NotRunnableError(`The scale and offset of rescaling were ${given}; they must be numbers.`);
  }
  return {
    shape: inputShape,
    macs: size,
    run(values, count) {
      for (let i = 0; i < count * size; i++) values[i] = values[i] * scale + offset;
      return values;
    },
  };
}

/** @type {Record<string, Builder>} */
export const KINDS = {
  dense,
  conv2d,
  conv2d_transpose: conv2dTranspose,
  upsampling2d,
  cropping2d,
  resizing,
  rescaling,
  reshape,
  activation,
};
