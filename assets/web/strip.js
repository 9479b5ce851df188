// Rows of small images, redrawn in place. One payload of bytes: nested bytes do not survive Streamlit.
import { unpack, valuesOf } from "./shared/container.js";
import { make, renderer } from "./shared/elements.js";
import { drawPixels } from "./shared/pixels.js";
import { loadStyles } from "./shared/theme.js";

/**
 * @typedef {object} Header
 * @property {string[]} rows labels
 * @property {number} count images in a row
 * @property {import("./shared/pixels.js").Shape} shape
 * @property {number} scale CSS pixels of one image at most
 * @property {string[][] | null} captions under each image
 */

class StripView {
  frame = "";
  /** @type {HTMLCanvasElement[]} */ canvases = [];

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Uint8Array} bytes */
  update(bytes) {
    const { header: described, tensors } = unpack(bytes);
    const header = /** @type {Header} */ (described);
    const pixels = valuesOf(tensors, "pixels", Uint8Array);
    const frame = JSON.stringify(header);
    if (frame !== this.frame) this.build(header);
    this.frame = frame;
    const size = header.shape[0] * header.shape[1] * header.shape[2];
    this.canvases.forEach((canvas, i) => drawPixels(canvas, pixels.subarray(i * size, (i + 1) * size), header.shape));
  }

  /** @param {Header} header */
  build({ rows, count, scale, captions }) {
    this.canvases = [];
    this.host.style.setProperty("--count", String(count));
    this.host.style.setProperty("--size", `${scale}px`);
    this.host.replaceChildren(
      ...rows.map((label, r) => {
        const cells = Array.from({ length: count }, (_, i) => this.cell(captions?.[r]?.[i]));
        const images = make("div", { className: "hg-strip-images", role: "img", "aria-label": label }, ...cells);
        return make("div", { className: "hg-strip-row" }, make("span", { textContent: label }), images);
      }),
    );
  }

  /** @param {string | undefined} caption */
  cell(caption) {
    const canvas = make("canvas", { className: "hg-pixels" });
    this.canvases.push(canvas);
    const cell = make("figure", {}, canvas);
    if (caption) cell.append(make("figcaption", { textContent: caption }));
    return cell;
  }

  close() {
    this.canvases = [];
  }
}

export default renderer(
  ".hg-strip",
  (host) => new StripView(host),
  (view, /** @type {import("./shared/elements.js").Component<Uint8Array>} */ { data }) => view.update(data),
);
