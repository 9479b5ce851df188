// Rows of small images, redrawn in place.
import { valuesOf } from "./container.js";
import { make } from "./elements.js";
import { drawPixels } from "./pixels.js";

/**
 * @typedef {object} Strip
 * @property {string[]} rows labels
 * @property {number} count images in a row
 * @property {import("./pixels.js").Shape} shape
 * @property {number} scale CSS pixels of one image at most
 * @property {import("./container.js").Tensors} arrays
 */

export class StripView {
  frame = "";
  /** @type {HTMLCanvasElement[]} */ canvases = [];

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /** @param {Strip} data */
  update({ arrays, ...header }) {
    const pixels = valuesOf(arrays, "pixels", Uint8Array);
    const frame = JSON.stringify(header);
    if (frame !== this.frame) this.build(header);
    this.frame = frame;
    const size = header.shape[0] * header.shape[1] * header.shape[2];
    this.canvases.forEach((canvas, i) => drawPixels(canvas, pixels.subarray(i * size, (i + 1) * size), header.shape));
  }

  /** @param {Omit<Strip, "arrays">} header */
  build({ rows, count, scale }) {
    this.canvases = [];
    this.host.style.setProperty("--count", String(count));
    this.host.style.setProperty("--size", `${scale}px`);
    this.host.replaceChildren(
      ...rows.map((label) => {
        const cells = Array.from({ length: count }, () => this.cell());
        const images = make("div", { className: "hg-strip-images", role: "img", "aria-label": label }, ...cells);
        return make("div", { className: "hg-strip-row" }, make("span", { textContent: label }), images);
      }),
    );
  }

  cell() {
    const canvas = make("canvas", { className: "hg-pixels" });
    this.canvases.push(canvas);
    return make("figure", {}, canvas);
  }

  close() {
    this.canvases = [];
  }
}
