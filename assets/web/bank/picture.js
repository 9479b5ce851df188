// The decoded picture beside the image that the code was taken from and its reconstruction; what can be done with the code.
import { button, iconButton } from "../shared/controls.js";
import { make } from "../shared/elements.js";
import { codeText, parseCode } from "../hand/code_text.js";
import { Chooser } from "./chooser.js";
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
    this.canvas = picture("decoded image", "hg-decoded");
    this.original = picture("original");
    this.reconstruction = picture("reconstruction");
    this.caption = make("figcaption", { className: "hg-caption" });
    this.latency = make("span", { className: "hg-latency" });
    this.message = make("p", { className: "hg-message", "aria-live": "polite" });
    this.random = button(SAMPLE.near, onRandom);
    this.undo = iconButton("undo", "Undo", () => this.hand.undo());
    this.redo = iconButton("redo", "Redo", () => this.hand.redo());
    this.text = make("input", { type: "text", className: "hg-code", "aria-label": "code as text", spellcheck: false });
    this.text.onchange = () => this.paste(this.text.value);
    this.copied = button("Copy", () => this.copy());
    this.chooser = new Chooser(hand);
    this.drawAs = new DrawAs((classIndex) => this.hand.drawAs(classIndex));
    const frame = make("div", { className: "hg-frame" }, this.canvas, this.message);
    const words = (/** @type {string} */ textContent) => make("figcaption", { textContent });
    this.pictures = make(
      "div",
      { className: "hg-pictures" },
      make("figure", {}, frame, words("Decode of z")),
      make("figure", { className: "hg-of-image" }, this.original, this.caption),
      make("figure", { className: "hg-of-image" }, this.reconstruction, words("Reconstruction")),
    );
    const edit = make("div", { className: "hg-actions" }, button("Reset", onReset), this.undo, this.redo, this.random);
    const code = make("div", { className: "hg-code-line" }, this.text, this.copied);
    const save = button("Save PNG", () => savePng(this.canvas, `${this.name}-decoded.png`));
    const more = make("div", { className: "hg-actions hg-more-actions" }, save, button("Timings", onMeter));
    this.tools = make("div", { className: "hg-bank-tools" }, this.chooser.element, more, edit, code, this.drawAs.element);
    this.#listeners = { picture: this.draw, trouble: this.say, code: this.showCode, chosen: this.showPair, engine: this.showPair };
    for (const [name, listener] of Object.entries(this.#listeners)) hand.addEventListener(name, listener);
    for (const listener of [this.draw, this.say, this.showCode, this.showPair]) listener();
  }

  /** @param {import("../bank.js").BankData} data */
  describe({ model, class_names, code, prior, shape: [height, width] }) {
    this.name = model.replace(/[^\w.-]+/g, "-");
    this.latent = code.length;
    this.random.textContent = prior ? SAMPLE.prior : SAMPLE.near;
    this.random.title = prior
      ? "Draw each dimension from a standard normal distribution."
      : "Draw each dimension from a normal distribution with the mean and standard deviation of the data.";
    this.pictures.style.setProperty("--aspect", `${width} / ${height}`);
    this.chooser.describe(model);
    this.drawAs.offer(class_names);
    this.drawAs.show(this.hand.classIndex); // a hand outlives its bank
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
    this.drawAs.show(hand.classIndex);
    this.undo.disabled = !hand.canUndo;
    this.redo.disabled = !hand.canRedo;
  };

  /** The image that the code was taken from, and what the model makes of it; the pair before stays until both are there. */
  showPair = async () => {
    const { chosen, engine } = this.hand;
    if (!chosen) this.#empty();
    if (!chosen || !engine) return;
    const pixels = await engine.film(chosen.mean, 1, chosen.classIndex);
    if (!pixels || engine !== this.hand.engine || chosen !== this.hand.chosen) return;
    drawPixels(this.original, chosen.image, engine.shape);
    drawPixels(this.reconstruction, pixels, engine.shape);
    this.caption.textContent = capitalised(inWords(chosen));
  };

  #empty() {
    for (const canvas of [this.original, this.reconstruction]) {
      canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
    }
    this.caption.textContent = "No image chosen";
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
    this.chooser.close();
    for (const [name, listener] of Object.entries(this.#listeners)) this.hand.removeEventListener(name, listener);
  }
}

/** @param {string} name @param {string} [kind] */
function picture(name, kind = "") {
  return make("canvas", { className: `hg-pixels ${kind}`, role: "img", "aria-label": name });
}
