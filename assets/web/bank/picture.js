// The decoded picture, large; what can be done with the code; and the image that the code was taken from.
import { button, iconButton } from "../shared/controls.js";
import { make } from "../shared/elements.js";
import { codeText, parseCode } from "../hand/code_text.js";
import { DrawAs } from "./draw_as.js";
import { capitalised, milliseconds } from "../shared/digits.js";
import { inWords } from "../hand/data_point.js";
import { meter, WHERE } from "../shared/meter.js";
import { drawPixels, savePng } from "../shared/pixels.js";

const SAMPLE = { prior: "Sample from prior", near: "Sample near the data" };

/**
 * @typedef {object} Actions
 * @property {() => void} onReset
 * @property {() => void} onRandom
 * @property {() => void} onMeter
 */

export class PictureView {
  /** @type {Record<string, () => void>} */ #listeners;
  name = "";
  latent = 0;

  /**
   * @param {import("../hand/hand.js").Hand} hand
   * @param {Actions} actions
   */
  constructor(hand, { onReset, onRandom, onMeter }) {
    this.hand = hand;
    this.canvas = make("canvas", { className: "hg-decoded hg-pixels", role: "img", "aria-label": "decoded image" });
    this.caption = make("span");
    this.latency = make("span", { className: "hg-latency" });
    this.message = make("p", { className: "hg-message", "aria-live": "polite" });
    this.pair = make("div", { className: "hg-pair" });
    this.random = button(SAMPLE.near, onRandom);
    this.undo = iconButton("undo", "Undo", () => this.hand.undo());
    this.redo = iconButton("redo", "Redo", () => this.hand.redo());
    this.text = make("input", { type: "text", className: "hg-code", "aria-label": "code as text", spellcheck: false });
    this.text.onchange = () => this.paste(this.text.value);
    this.copied = button("Copy", () => this.copy());
    const actions = make("div", { className: "hg-actions hg-edit-actions" }, button("Reset", onReset), this.undo, this.redo, this.random);
    const save = button("Save PNG", () => savePng(this.canvas, `${this.name}-decoded.png`));
    const more = make("div", { className: "hg-actions hg-more-actions" }, save, button("Timings", onMeter));
    const code = make("div", { className: "hg-code-line" }, this.text, this.copied);
    this.drawAs = new DrawAs((condition) => this.hand.drawAs(condition));
    const caption = make("p", { className: "hg-caption" }, this.caption, this.latency);
    const foot = make("div", { className: "hg-foot" }, caption, this.drawAs.element);
    const frame = make("div", { className: "hg-frame" }, this.canvas, this.message);
    this.element = make("div", { className: "hg-picture" }, frame, foot, actions, code, more, this.pair);
    this.#listeners = { picture: this.draw, trouble: this.say, code: this.showCode, chosen: this.showPair, engine: this.showPair };
    for (const [name, listener] of Object.entries(this.#listeners)) hand.addEventListener(name, listener);
    for (const listener of [this.draw, this.say, this.showCode, this.showPair]) listener();
  }

  /** @param {import("../bank.js").BankData} data */
  describe({ model, conditions, code, prior, shape: [height, width] }) {
    this.name = model.replace(/[^\w.-]+/g, "-");
    this.latent = code.length;
    this.random.textContent = prior ? SAMPLE.prior : SAMPLE.near;
    this.random.title = prior
      ? "Draw each dimension from a standard normal distribution."
      : "Draw each dimension from a normal distribution with the mean and standard deviation of the data.";
    this.canvas.style.aspectRatio = `${width} / ${height}`;
    this.drawAs.offer(conditions);
    this.drawAs.show(this.hand.condition); // a hand outlives its bank
  }

  draw = () => {
    const { picture, engine } = this.hand;
    if (!picture) this.canvas.getContext("2d")?.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!picture || !engine) return;
    drawPixels(this.canvas, picture.pixels, engine.shape);
    this.latency.textContent = `decoded ${WHERE[picture.place]} in ${milliseconds(picture.ms)}`;
    this.latency.title = engine.reason;
    meter.notePicture(picture);
  };

  say = () => {
    this.message.textContent = this.hand.trouble;
  };

  showCode = () => {
    const { hand } = this;
    if (document.activeElement !== this.text) this.text.value = codeText(hand.code);
    this.drawAs.show(hand.condition);
    this.showCaption();
    this.undo.disabled = !hand.canUndo;
    this.redo.disabled = !hand.canRedo;
  };

  /** The image that the code was taken from, and what the model makes of it; the pair before stays until both are there. */
  showPair = async () => {
    const { chosen, engine } = this.hand;
    this.showCaption();
    if (!chosen) this.pair.replaceChildren();
    if (!chosen || !engine) return;
    const pixels = await engine.film(chosen.mean, 1, chosen.condition);
    if (!pixels || engine !== this.hand.engine || chosen !== this.hand.chosen) return;
    this.pair.replaceChildren(figure("original", chosen.image, engine.shape), figure("reconstruction", pixels, engine.shape));
  };

  showCaption() {
    const { chosen, reconstructing } = this.hand;
    const image = chosen && inWords(chosen);
    this.caption.textContent = image ? (reconstructing ? capitalised(image) : `from ${image}`) : "";
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(codeText(this.hand.code));
      this.copied.textContent = "Copied";
      setTimeout(() => (this.copied.textContent = "Copy"), 1200);
    } catch {
      this.text.select(); // this browser lets no page write there: it is selected, to be copied by hand
    }
  }

  /** @param {string} text */
  paste(text) {
    try {
      this.hand.move(parseCode(text, this.latent), true);
    } catch (error) {
      this.hand.say(/** @type {Error} */ (error).message);
    }
  }

  close() {
    for (const [name, listener] of Object.entries(this.#listeners)) this.hand.removeEventListener(name, listener);
  }
}

/**
 * @param {string} name
 * @param {Uint8Array} pixels
 * @param {import("../shared/pixels.js").Shape} shape
 */
function figure(name, pixels, shape) {
  const canvas = make("canvas", { className: "hg-pixels", role: "img", "aria-label": name });
  drawPixels(canvas, pixels, shape);
  return make("figure", {}, canvas, make("figcaption", { textContent: name }));
}
