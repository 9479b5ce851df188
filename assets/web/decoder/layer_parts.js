// What the layers share: their types, checks of their settings, and their buffers.

/**
 * @typedef {number[]} Shape without the batch
 * @typedef {Record<string, unknown>} Spec an entry of `models/portable.py`
 * @typedef {(name: unknown, shape: (number | null)[]) => {values: Float32Array, shape: Shape}} Weights the array of that
 *   name; its shape is checked, where null stands for any size
 * @typedef {object} Layer
 * @property {Shape} shape what one input becomes
 * @property {number} macs multiplications for one input
 * @property {(input: Float32Array, count: number) => Float32Array} run what it gives may be longer than `count` needs,
 *   is written over by the next run, and may be the input itself
 * @typedef {(spec: Spec, weights: Weights, inputShape: Shape) => Layer} Builder throws NotRunnableError
 */

const MOST_VALUES = 2 ** 22; // between two layers, of one image

/** A model that does not run here. Its message is a sentence for the screen. */
export class NotRunnableError extends Error {
  name = "NotRunnableError";
}

/** @param {Shape} shape */
export const sizeOf = (shape) => shape.reduce((product, side) => product * side, 1);

/** @param {(number | null)[]} shape */
export const inWords = (shape) => shape.map((side) => side ?? "any").join(" × ");

/**
 * @param {unknown} values
 * @param {string} what
 * @param {number | null} [length] null for any
 * @param {number} [least]
 * @returns {number[]} the values, which are whole numbers from `least` on
 */
export function whole(values, what, length = 2, least = 1) {
  const many = Array.isArray(values) && values.length === (length ?? values.length);
  if (many && values.every((value) => Number.isSafeInteger(value) && value >= least)) return values;
  throw new NotRunnableError(
    `The ${what} was ${JSON.stringify(values)}; it must be ${length ?? "a list of"} whole numbers from ${least} on.`,
  );
}

/** @param {Spec} spec @param {Shape} shape @returns {Shape} rows, columns and channels */
export function imageShape(spec, shape) {
  if (shape.length === 3) return shape;
  throw new NotRunnableError(`The layer ${spec.kind} was given values of shape ${inWords(shape)}; it needs an image.`);
}

/** @param {Spec} spec @param {Weights} weights @param {number} outputs @returns {Float32Array} zeros where there is none */
export const biasOf = (spec, weights, outputs) =>
  spec.bias === null ? new Float32Array(outputs) : weights(spec.bias, [outputs]).values;

/** @param {number} size of one value @returns {(count: number) => Float32Array} one buffer, which grows as needed */
export function buffer(size) {
  if (size > MOST_VALUES) {
    const [given, most] = [size, MOST_VALUES].map((values) => values.toLocaleString("en"));
    throw new NotRunnableError(`A layer gives ${given} values; at most ${most} run in the browser.`);
  }
  let values = new Float32Array(0);
  return (count) => (values.length < count * size ? (values = new Float32Array(count * size)) : values);
}
