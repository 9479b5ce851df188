// The card beside the pointer: the image of the point it is on, or the decode of the very position it is at.
import { inWords } from "../hand/data_point.js";
import { capitalised } from "../shared/digits.js";
import { make } from "../shared/elements.js";
import { drawPixels } from "../shared/pixels.js";
import { sample } from "../shared/random.js";

const AWAY = 16; // pixels from the pointer
const FLICKER_MS = 140;

export class Card {
  flickering = 0;
  /** Which point the second picture is for. */ #asked = 0;

  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.stage = stage;
    this.first = make("canvas", { className: "hg-pixels" });
    this.second = make("canvas", { className: "hg-pixels" });
    this.caption = make("p");
    this.element = make("div", { className: "hg-card", hidden: true }, make("div", {}, this.first, this.second), this.caption);
    stage.append(this.element);
  }

  /**
   * The decode of a position.
   * @param {Uint8Array} pixels
   * @param {import("../shared/pixels.js").Shape} shape
   */
  showDecode(pixels, shape) {
    this.stop();
    drawPixels(this.first, pixels, shape);
    this.second.hidden = true;
    this.#open("decode", "decoded at this position");
  }

  /**
   * A data point: its image, and what the model makes of it.
   * @param {import("../hand/data_point.js").DataPoint} point
   * @param {import("../decoder/engine.js").Engine} engine
   * @param {boolean} flicker through samples of its posterior, else its mean alone
   */
  showPoint(point, engine, flicker) {
    this.stop();
    drawPixels(this.first, point.image, engine.shape);
    this.second.hidden = true;
    const samples = flicker && point.logVar;
    const what = samples ? "posterior samples" : "reconstruction";
    this.#open("point", capitalised(inWords(point)), what);
    const asked = ++this.#asked;
    const next = () => {
      const code = samples ? sample(point.mean, /** @type {Float32Array} */ (point.logVar)) : point.mean;
      this.#drawSecond(asked, engine, code, point.classIndex);
    };
    next();
    if (samples) this.flickering = window.setInterval(next, FLICKER_MS);
  }

  /**
   * @param {number} asked
   * @param {import("../decoder/engine.js").Engine} engine
   * @param {ArrayLike<number>} code
   * @param {number} classIndex
   */
  async #drawSecond(asked, engine, code, classIndex) {
    const pixels = await engine.hover(Array.from(code), classIndex);
    if (!pixels || asked !== this.#asked || this.element.dataset.kind !== "point") return;
    drawPixels(this.second, pixels, engine.shape);
    this.second.hidden = false;
  }

  /**
   * @param {"decode" | "point"} kind
   * @param {...string} lines
   */
  #open(kind, ...lines) {
    this.element.dataset.kind = kind;
    this.caption.textContent = lines.join("\n");
    this.element.hidden = false;
  }

  /** @param {{clientX: number, clientY: number}} pointer */
  moveTo({ clientX, clientY }) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.element;
    const [x, y] = [clientX - left, clientY - top];
    const right = x + AWAY + offsetWidth <= width ? x + AWAY : x - AWAY - offsetWidth;
    const low = Math.min(height - offsetHeight, Math.max(0, y - offsetHeight / 2));
    this.element.style.transform = `translate(${Math.max(0, right)}px, ${low}px)`;
  }

  stop() {
    clearInterval(this.flickering);
    this.flickering = 0;
  }

  hide() {
    this.stop();
    this.element.hidden = true;
    this.element.dataset.kind = "";
  }
}
