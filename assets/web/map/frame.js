// Where a map's plane is on the page: from its positions to pixels and back, and the layers that lie on it.
import { make } from "../shared/elements.js";
import { makeSvg } from "../shared/svg.js";

/** @typedef {[x: number, y: number]} Position in the plane's coordinates */

export class Frame {
  /** @param {HTMLElement} host Plotly's own element goes into the stage */
  constructor(host) {
    this.back = make("canvas", { className: "hg-map-back", "aria-hidden": "true" });
    this.clip = make("div", { className: "hg-map-clip" }, this.back);
    this.plot = /** @type {any} */ (make("div", { className: "hg-plot", role: "figure" }));
    this.points = make("canvas", { className: "hg-map-points", "aria-hidden": "true" });
    this.marks = makeSvg("svg", { class: "hg-map-marks" });
    this.glass = make("div", { className: "hg-map-glass" });
    this.stage = make("div", { className: "hg-map-stage" }, this.clip, this.plot, this.points, this.marks, this.glass);
    host.append(this.stage);
  }

  get axes() {
    const { xaxis, yaxis } = this.plot._fullLayout ?? {};
    return xaxis && yaxis ? { xaxis, yaxis } : null;
  }

  /** Put the layers where the plot's plane is. */
  place() {
    const size = this.plot._fullLayout?._size;
    if (!size) return false;
    const box = { left: `${size.l}px`, top: `${size.t}px`, width: `${size.w}px`, height: `${size.h}px` };
    for (const layer of [this.clip, this.points, this.marks, this.glass]) Object.assign(layer.style, box);
    return true;
  }

  /**
   * @param {{clientX: number, clientY: number}} event
   * @returns {Position | null} null outside the plane
   */
  positionOf({ clientX, clientY }) {
    const { left, top, width, height } = this.glass.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top];
    const { axes } = this;
    if (!axes || x < 0 || y < 0 || x > width || y > height) return null;
    return [axes.xaxis.p2d(x), axes.yaxis.p2d(y)];
  }

  /**
   * @param {ArrayLike<number>} position
   * @returns {[number, number]} pixels from the plane's left upper corner
   */
  pixelsOf(position) {
    const { xaxis, yaxis } = /** @type {any} */ (this.axes);
    return [xaxis.d2p(position[0]), yaxis.d2p(position[1])];
  }

  /** The part of the plane in sight. @returns {[[number, number], [number, number]]} */
  get sight() {
    const { xaxis, yaxis } = /** @type {any} */ (this.axes);
    const ordered = (/** @type {number[]} */ [a, b]) => /** @type {[number, number]} */ (a < b ? [a, b] : [b, a]);
    return [ordered(xaxis.range), ordered(yaxis.range)];
  }

  /** The plane's units in one pixel, each way. */
  get unit() {
    const { xaxis, yaxis } = /** @type {any} */ (this.axes);
    return [Math.abs(xaxis.p2d(1) - xaxis.p2d(0)), Math.abs(yaxis.p2d(1) - yaxis.p2d(0))];
  }
}
