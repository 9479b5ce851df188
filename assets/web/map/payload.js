// What the server sends of a map.
import { unpack, valuesOf } from "../shared/container.js";
import { Plane } from "./plane.js";
import { Scatter } from "./scatter.js";

/**
 * @typedef {object} MapHeader
 * @property {string} hand
 * @property {string} model
 * @property {string} version
 * @property {string[]} conditions
 * @property {string} of which set of points: `probe` or `all`
 * @property {string} name zoom and selection are kept while it stays
 * @property {[string, string]} titles
 * @property {[[number, number], [number, number]]} spans of the packed coordinates
 * @property {[[number, number], [number, number]] | null} ranges of the axes, where they do not follow the points
 * @property {string[]} classes
 * @property {number} total how many points there are
 * @property {string} what they are, in words
 * @property {boolean} stochastic
 * @property {import("../shared/pixels.js").Shape} shape
 * @property {string} height CSS
 * @property {string} label
 */

/**
 * Read what the server sends of a map: what it shows in words, its points, and the plane that they lie in.
 * @param {Uint8Array} bytes
 */
export function readPayload(bytes) {
  const { header: described, tensors } = unpack(bytes);
  const header = /** @type {MapHeader} */ (described);
  const scatter = new Scatter(valuesOf(tensors, "points", Uint16Array), header.spans, valuesOf(tensors, "labels", Uint8Array));
  const plane = new Plane(valuesOf(tensors, "axes", Float32Array), valuesOf(tensors, "centre", Float32Array));
  return { header, scatter, plane };
}
