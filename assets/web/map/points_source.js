// Codes, posteriors and images of single data points, as the server has them.
import { unpack } from "../shared/binary.js";
import { errorOf } from "../decoder/weights.js";

const KEPT = 500;

/**
 * @typedef {object} DataPoint
 * @property {string} of
 * @property {number} row
 * @property {string} label the name of its class
 * @property {number} condition its class, as a conditional decoder is told it
 * @property {Uint8Array} image
 * @property {Float32Array} mean
 * @property {Float32Array | null} logVar
 */

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
  const url = new URL("../../api/points", import.meta.url);
  url.search = new URLSearchParams({ model, of, rows: String(row) }).toString();
  const response = await fetch(url);
  if (!response.ok) throw new Error(await errorOf(response));
  const { header, arrays } = unpack(new Uint8Array(await response.arrayBuffer()));
  const { mean, log_var: logVar = null, images } = arrays;
  return { of, row, label: header.labels[0], condition: header.classes[0], image: images, mean, logVar };
}
