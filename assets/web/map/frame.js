// Where a map's plane is on the page: from its positions to pixels and back, and the layers that lie on it.
import { make } from "../shared/elements.js";
import { makeSvg } from "../shared/svg.js";

/**
 * @typedef {[x: number, y: number]} Position in the plane's coordinates
 * @typedef {[low: number, high: number]} Span
 */

/** CSS pixels around the plane, where Plotly writes ticks and titles. The layers' style sheet has the same ones. */
export const MARGIN = { l: 44, r: 8, t: 8, b: 40 };

export class Frame {
  /** The part of the plane in sight; null until it is drawn. @type {[x: Span, y: Span] | null} */ sight = null;

  constructor() {
    this.back = make("canvas", { className: "hg-map-back", "aria-hidden": "true" });
    this.clip = make("div", { className: "hg-map-clip" }, this.back);
    this.plot = make("div", { className: "hg-plot", role: "figure" });
    this.points = make("canvas", { className: "hg-map-points", "aria-hidden": "true" });
    this.marks = makeSvg("svg", { class: "hg-map-marks" });
    this.glass = make("div", { className: "hg-map-glass" });
    this.stage = make("div", { className: "hg-map-stage" }, this.clip, this.plot, this.points, this.marks, this.glass);
    const { l, r, t, b } = MARGIN;
    const sizes = { plane: `${t}px ${r}px ${b}px ${l}px`, sides: `${l + r}px`, ends: `${t + b}px` };
    for (const [name, value] of Object.entries(sizes)) this.stage.style.setProperty(`--${name}`, value);
  }

  /** Width and height of the plane in CSS pixels. @returns {[number, number]} */
  get size() {
    const { width, height } = this.glass.getBoundingClientRect(); // clientWidth is rounded
    return [width, height];
  }

  /**
   * @param {{clientX: number, clientY: number}} event
   * @returns {Position | null} null outside the plane
   */
  positionOf({ clientX, clientY }) {
    const { left, top, width, height } = this.glass.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top];
    if (!this.sight || x < 0 || y < 0 || x > width || y > height) return null;
    return this.positionAt(x, y);
  }

  /**
   * @param {number} x pixels from the plane's left upper corner
   * @param {number} y
   * @returns {Position}
   */
  positionAt(x, y) {
    const [width, height] = this.size;
    const [[left, right], [bottom, top]] = this.#seen;
    return [left + ((right - left) * x) / width, top - ((top - bottom) * y) / height];
  }

  /**
   * @param {ArrayLike<number>} position
   * @returns {[number, number]} pixels from the plane's left upper corner
   */
  pixelsOf(position) {
    const [width, height] = this.size;
    const [[left, right], [bottom, top]] = this.#seen;
    return [((position[0] - left) / (right - left)) * width, ((top - position[1]) / (top - bottom)) * height];
  }

  /** The plane's units in one pixel, each way. @returns {[number, number]} */
  get unit() {
    const [width, height] = this.size;
    const [[left, right], [bottom, top]] = this.#seen;
    return [Math.abs(right - left) / width, Math.abs(top - bottom) / height];
  }

  /** @returns {[x: Span, y: Span]} */
  get #seen() {
    if (this.sight) return this.sight;
    throw new Error("The map was asked for a place before it was drawn.");
  }
}
