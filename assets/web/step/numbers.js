// Numbers of a walk as text, and formulas with the numbers put in.
import { asWeight, inDigits } from "../shared/digits.js";

/** @typedef {import("../step.js").Tensor} Tensor */

const WORD = /[a-z_]+/g;

/** @param {number | null | undefined} value a negative one stands in brackets, for a sign may come before it */
const inFormula = (value) => (typeof value === "number" && value < 0 ? `(${inDigits(value)})` : inDigits(value));

/**
 * @param {string} formula
 * @param {Record<string, Tensor>} tensors
 * @param {number} dimension of codes; a value has one number
 */
export function withNumbers(formula, tensors, dimension) {
  return formula.replace(WORD, (word) => {
    const values = tensors[word]?.values;
    return values ? inFormula(values[Math.min(dimension, values.length - 1)]) : word;
  });
}

/** @param {number} weight @param {number | null} value */
export const product = (weight, value) => `${asWeight(weight)} × ${inFormula(value)}`;

/** @param {number} weight @param {number | null} value */
export const weighted = (weight, value) => `${product(weight, value)} = ${inDigits(value === null ? null : weight * value)}`;

/** @param {number | null} low @param {number | null} high */
export const range = (low, high) => `${inDigits(low)} … ${inDigits(high)}`;
