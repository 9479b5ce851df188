// What the server sends of a map.
import { valuesOf } from "../shared/container.js";
import { Plane } from "./plane.js";
import { Scatter } from "./scatter.js";

/**
 * @typedef {object} MapHeader
 * @property {string} hand
 * @property {string} model
 * @property {string} version
 * @property {string[]} class_names
 * @property {string} of which set of points: `probe` or `all`
 * @property {string} name zoom and selection are kept while it stays
 * @property {[string, string]} titles
 * @property {[[number, number], [number, number]]} spans of the packed coordinates
 * @property {[[number, number], [number, number]] | null} ranges of the axes, where they do not follow the points
 * @property {string[]} classes
 * @property {number} total how many points there are
 * @property {string} what they are, in words
 * @property {string} note a sentence that stands behind their number, or nothing
 * @property {boolean} tests whether each is a test image, and a row's number its number among these
 * @property {boolean} stochastic
 * @property {boolean} prior whether codes are drawn from a standard normal
 * @property {import("../shared/pixels.js").Shape} shape
 * @property {string} height CSS
 * @property {string} label
 * @property {import("../shared/container.js").Tensors} arrays points, labels, axes, centre and mean
 */

/**
 * Read what the server sends of a map: what it shows in words, its points, and the plane that they lie in.
 * @param {MapHeader} header
 */
export function readPayload(header) {
  const { arrays } = header;
  const scatter = new Scatter(valuesOf(arrays, "points", Uint16Array), header.spans, valuesOf(arrays, "labels", Uint16Array));
  const plane = new Plane(valuesOf(arrays, "axes", Float32Array), valuesOf(arrays, "centre", Float32Array));
  return { header, scatter, plane, mean: Array.from(valuesOf(arrays, "mean", Float32Array)) };
}
