// Codes, posteriors and images of single data points, as the server has them.
import { unpack, valuesOf } from "../shared/container.js";
import { apiAddress, errorOf } from "../shared/api.js";

const KEPT = 500;

/**
 * @typedef {object} DataPoint
 * @property {string} of
 * @property {number} row
 * @property {boolean} test whether it is known to be a test image
 * @property {number} number from 1: a test image's among the test images, any other's among all
 * @property {string} label the name of its class
 * @property {number} classIndex its class, as a conditional decoder is given it
 * @property {Uint8Array} image
 * @property {Float32Array} mean
 * @property {Float32Array | null} logVar
 */

/** A point in words, such as `test image 1, class 7`. @param {DataPoint} point */
export function inWords({ test, number, label }) {
  return `${test ? "test image" : "image"} ${number.toLocaleString("en")}, class ${label}`;
}

/** The server has deleted the codes that a map shows. */
export class GoneError extends Error {}

const GONE = 409; // see explorer/api/points.py

/** @type {Map<string, Promise<DataPoint>>} */
const kept = new Map();

/**
 * One point, asked for once.
 * @param {string} model
 * @param {string} version
 * @param {string} of which set of points: `probe` or `all`
 * @param {number} row
 * @returns {Promise<DataPoint>} rejects with a sentence
 */
export function dataPoint(model, version, of, row) {
  const key = [model, version, of, row].join(" ");
  let point = kept.get(key);
  if (!point) {
    kept.set(key, (point = fetchPoint(model, of, row)));
    point.catch(() => kept.delete(key));
    if (kept.size > KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
  }
  return point;
}

/**
 * @param {string} model
 * @param {string} of
 * @param {number} row
 * @returns {Promise<DataPoint>}
 */
async function fetchPoint(model, of, row) {
  const response = await fetch(apiAddress("points", { model, of, rows: String(row) }));
  if (!response.ok) throw new (response.status === GONE ? GoneError : Error)(await errorOf(response));
  const { header, tensors } = unpack(new Uint8Array(await response.arrayBuffer()));
  const { labels, classes, is_test: tests, numbers } =
    /** @type {{labels: string[], classes: number[], is_test: boolean[], numbers: number[]}} */ (header);
  const mean = valuesOf(tensors, "mean", Float32Array);
  const logVar = "log_var" in tensors ? valuesOf(tensors, "log_var", Float32Array) : null;
  const image = valuesOf(tensors, "images", Uint8Array);
  return { of, row, test: tests[0], number: numbers[0], label: labels[0], classIndex: classes[0], image, mean, logVar };
}
