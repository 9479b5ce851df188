// Rows of small images, redrawn in place. One payload of bytes: nested bytes do not survive Streamlit.
import { valuesOf } from "./shared/container.js";
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { drawPixels } from "./shared/pixels.js";
import { loadStyles } from "./shared/theme.js";

/**
 * @typedef {object} Header
 * @property {string[]} rows labels
 * @property {number} count images in a row
 * @property {import("./shared/pixels.js").Shape} shape
 * @property {number} scale CSS pixels of one image at most
 * @property {import("./shared/container.js").Tensors} arrays
 */

class StripView {
  frame = "";
  /** @type {HTMLCanvasElement[]} */ canvases = [];

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Header} data */
  update({ arrays, ...header }) {
    const pixels = valuesOf(arrays, "pixels", Uint8Array);
    const frame = JSON.stringify(header);
    if (frame !== this.frame) this.build(header);
    this.frame = frame;
    const size = header.shape[0] * header.shape[1] * header.shape[2];
    this.canvases.forEach((canvas, i) => drawPixels(canvas, pixels.subarray(i * size, (i + 1) * size), header.shape));
  }

  /** @param {Omit<Header, "arrays">} header */
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

export default renderer(
  ".hg-strip",
  (host) => new StripView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Header>} */ { data }) => view.update(data),
);
