// The latent bank: one slider per dimension, and the picture that the code decodes to while the hand moves.
import { Decoder } from "./decoder.js";
import { layRows, Row } from "./dimension.js";
import { make, renderer } from "./elements.js";
import { drawPixels, fromBase64, savePng } from "./pixels.js";
import { loadStyles } from "./theme.js";

/**
 * @typedef {object} BankData
 * @property {string} model
 * @property {number} revision Python raises it to make the bank take over `code`
 * @property {number[]} code
 * @property {import("./dimension.js").Dimension[]} dims in the order to show
 * @property {number} visible
 * @property {import("./pixels.js").Shape} shape
 * @property {{original: string | null, reconstruction: string | null, decoded: string | null}} image base64 pixels
 * @property {string} caption
 * @property {boolean} prior
 * @property {[number, number] | null} plane the two dimensions that a map shows
 * @property {string} follow_key
 */

class BankView {
  /** @type {BankData} */ data = /** @type {any} */ (null);
  /** @type {number[]} */ code = [];
  /** @type {Row[]} */ rows = [];
  /** @type {Decoder | null} */ decoder = null;
  /** Whether the reconstruction of the image is still to come. */ missing = false;
  /** @type {(name: string, value: unknown) => void} */ setState = () => {};

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.canvas = make("canvas", { className: "hg-decoded hg-pixels", role: "img", "aria-label": "decoded image" });
    this.caption = make("span");
    this.latency = make("span", { className: "hg-latency" });
    this.message = make("p", { className: "hg-message", "aria-live": "polite" });
    this.pair = make("div", { className: "hg-pair" });
    this.dims = make("div", { className: "hg-dims" });
    this.random = button("Random", () => this.sample());
    const actions = make(
      "div",
      { className: "hg-actions" },
      button("Reset", () => this.reset()),
      this.random,
      button("Save PNG", () => savePng(this.canvas, `${this.data.model.replace(/[^\w.-]+/g, "-")}-decoded.png`)),
    );
    const foot = make("p", { className: "hg-caption" }, this.caption, this.latency);
    const frame = make("div", { className: "hg-frame" }, this.canvas, this.message);
    const picture = make("div", { className: "hg-picture" }, frame, foot, actions, this.pair);
    host.replaceChildren(make("div", { className: "hg-bank-grid" }, picture, this.dims));
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /**
   * @param {BankData} data
   * @param {(name: string, value: unknown) => void} setState
   */
  update(data, setState) {
    const before = this.data;
    this.data = data;
    this.setState = setState;
    const moved = !before || changed(before, data, ["model", "revision", "shape"]) || this.code.length !== data.code.length;
    if (!before || changed(before, data, ["dims", "visible"])) this.buildRows();
    this.caption.textContent = data.caption;
    this.random.title = data.prior ? "sample from the prior" : "sample near the data";
    if (!before || changed(before, data, ["image", "shape"])) this.drawPair();
    if (moved) this.adopt();
    else if (changed(before, data, ["plane", "follow_key"])) this.announce();
  }

  buildRows() {
    const { dims, visible } = this.data;
    const most = Math.max(...dims.map((dimension) => dimension.activity), 1e-12);
    const listener = { onValue: this.onValue, onInvalid: (/** @type {string} */ sentence) => this.say(sentence) };
    const open = this.dims.querySelector("details")?.open ?? false;
    this.rows = dims.map((dimension) => new Row(dimension, dimension.activity / most, listener));
    this.rows.forEach((row) => row.show(this.code[row.dimension.index] ?? 0));
    this.dims.replaceChildren(...layRows(this.rows, visible));
    const details = this.dims.querySelector("details");
    if (details) details.open = open;
  }

  /** Take Python's code over, and forget what is still on its way for the one before. */
  adopt() {
    const { model, shape, code, image } = this.data;
    this.decoder?.close();
    this.decoder = new Decoder(model, shape[0] * shape[1] * shape[2], {
      onPicture: ({ picture, ms }) => {
        drawPixels(this.canvas, picture, this.data.shape);
        this.fillReconstruction(picture);
        this.latency.textContent = `decoded in ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
        this.say("");
      },
      onTrouble: (sentence) => this.say(sentence),
    });
    this.code = [...code];
    this.showCode();
    this.say("");
    this.latency.textContent = "";
    if (image.decoded) drawPixels(this.canvas, fromBase64(image.decoded), shape);
    else this.decoder.request(this.code);
    this.missing = Boolean(image.original) && !image.reconstruction;
    this.announce();
  }

  /**
   * The first answer to a code that Python gave is the reconstruction of the image it belongs to.
   * @param {Uint8Array} picture
   */
  fillReconstruction(picture) {
    if (!this.missing) return;
    this.missing = false;
    this.pair.append(this.figure("reconstruction", picture));
  }

  showCode() {
    this.rows.forEach((row) => row.show(this.code[row.dimension.index]));
  }

  drawPair() {
    const { image } = this.data;
    const given = /** @type {const} */ (["original", "reconstruction"]).filter((name) => image[name]);
    this.pair.replaceChildren(
      ...given.map((name) => this.figure(name, fromBase64(/** @type {string} */ (image[name])))),
    );
  }

  /**
   * @param {string} name
   * @param {Uint8Array} pixels
   */
  figure(name, pixels) {
    const canvas = make("canvas", { className: "hg-pixels", role: "img", "aria-label": name });
    drawPixels(canvas, pixels, this.data.shape);
    return make("figure", {}, canvas, make("figcaption", { textContent: name }));
  }

  onValue = (/** @type {number} */ index, /** @type {number} */ value, /** @type {boolean} */ committed) => {
    const same = this.code[index] === value;
    this.code[index] = value;
    if (!same || this.message.textContent) this.decode();
    if (committed) this.commit();
  };

  decode() {
    this.decoder?.request(this.code);
    this.announce();
  }

  commit() {
    const { model, revision } = this.data;
    this.setState("code", { model, revision, values: [...this.code] });
  }

  /** Tell the maps on the page where the code is. */
  announce() {
    const { plane, follow_key: key } = this.data;
    if (!plane) return;
    const detail = { key, x: this.code[plane[0]], y: this.code[plane[1]] };
    window.dispatchEvent(new CustomEvent("hourglass:code", { detail }));
  }

  reset() {
    for (const { index, reset } of this.data.dims) this.code[index] = reset;
    this.settle();
  }

  sample() {
    for (const { index, mean, std } of this.data.dims) {
      this.code[index] = this.data.prior ? normal() : mean + std * normal();
    }
    this.settle();
  }

  settle() {
    this.showCode();
    this.say("");
    this.decode();
    this.commit();
  }

  /** @param {string} sentence */
  say(sentence) {
    if (this.message.textContent !== sentence) this.message.textContent = sentence;
  }

  close() {
    this.decoder?.close();
  }
}

/** One draw from N(0, 1) (Box and Muller). */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

/**
 * @param {BankData} before
 * @param {BankData} after
 * @param {(keyof BankData)[]} names
 */
function changed(before, after, names) {
  return names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/**
 * @param {string} text
 * @param {() => void} onclick
 */
function button(text, onclick) {
  return make("button", { type: "button", className: "hg-button", textContent: text, onclick });
}

export default renderer(
  ".hg-bank",
  (host) => new BankView(host),
  (view, { data, setStateValue }) => view.update(data, setStateValue),
);
