// One row of the latent bank: a label, a slider, a number, for one latent dimension.
import { make } from "./elements.js";

const LIMIT = 1e4;
const STEPS = 200;

/**
 * @typedef {object} Dimension
 * @property {number} index its place in the code
 * @property {number} low
 * @property {number} high
 * @property {number} reset
 * @property {number} mean of the data's codes
 * @property {number} std
 * @property {boolean} active
 * @property {number} activity
 *
 * @typedef {object} RowListener
 * @property {(index: number, value: number, committed: boolean) => void} onValue
 * @property {(sentence: string) => void} onInvalid
 */

export class Row {
  value = 0;

  /**
   * @param {Dimension} dimension
   * @param {number} share of the largest activity, 0 to 1
   * @param {RowListener} listener
   */
  constructor(dimension, share, listener) {
    const { index, low, high, active, activity } = dimension;
    const name = `z${index}`;
    this.dimension = dimension;
    this.listener = listener;
    this.slider = make("input", { type: "range", min: low, max: high, step: (high - low) / STEPS, "aria-label": name });
    this.number = make("input", { type: "number", step: 0.1, className: "hg-number", "aria-label": `${name} value` });
    const bar = make("i", { className: "hg-activity" });
    bar.style.setProperty("--share", String(share));
    const label = make("span", { className: "hg-label" }, make("span", { textContent: name }), bar);
    label.title = active ? `activity ${activity.toPrecision(2)}` : "inactive: hardly varies over the data";
    this.element = make("div", { className: active ? "hg-row" : "hg-row hg-inactive" }, label, this.slider, this.number);
    this.slider.oninput = () => this.enter(this.slider.valueAsNumber, false);
    this.slider.onchange = () => this.enter(this.slider.valueAsNumber, true);
    this.slider.ondblclick = () => this.enter(dimension.reset, true);
    this.number.oninput = () => this.type(false);
    this.number.onchange = () => this.type(true);
  }

  /**
   * @param {number} value
   * @param {boolean} committed
   */
  enter(value, committed) {
    this.show(value);
    this.listener.onValue(this.dimension.index, value, committed);
  }

  /** @param {boolean} committed */
  type(committed) {
    const value = this.number.valueAsNumber;
    if (Number.isFinite(value) && Math.abs(value) <= LIMIT) {
      this.place(value);
      this.listener.onValue(this.dimension.index, value, committed);
      return;
    }
    this.number.setAttribute("aria-invalid", "true");
    if (committed || this.number.value) {
      const limit = LIMIT.toLocaleString("en");
      const name = `z${this.dimension.index}`;
      this.listener.onInvalid(`${name} takes a number from −${limit} to ${limit}. The picture shows ${this.value.toFixed(2)}.`);
    }
  }

  /** @param {number} value */
  show(value) {
    this.place(value);
    this.number.value = value.toFixed(2);
  }

  /**
   * The thumb stops at the end of the slider; the value does not. The coloured part runs from the resting value.
   * @param {number} value
   */
  place(value) {
    const { low, high, reset } = this.dimension;
    const along = (/** @type {number} */ at) => Math.min(1, Math.max(0, (at - low) / (high - low || 1)));
    const [from, to] = [along(reset), along(value)].sort((a, b) => a - b);
    this.value = value;
    this.slider.value = String(value);
    this.slider.style.setProperty("--from", String(from));
    this.slider.style.setProperty("--to", String(to));
    this.slider.classList.toggle("hg-beyond", value < low || value > high);
    this.number.removeAttribute("aria-invalid");
  }
}

/**
 * The sliders: the first `visible` in plain sight, the rest folded.
 * @param {Row[]} rows
 * @param {number} visible
 */
export function layRows(rows, visible) {
  const shown = grid(rows.slice(0, visible));
  const rest = rows.slice(visible);
  if (!rest.length) return [shown];
  const summary = make("summary", { textContent: `${rest.length} more dimension${rest.length > 1 ? "s" : ""}` });
  return [shown, make("details", { className: "hg-more" }, summary, grid(rest))];
}

/** @param {Row[]} rows */
function grid(rows) {
  const wide = rows.length > 8;
  const element = make("div", { className: wide ? "hg-rows hg-two" : "hg-rows" }, ...rows.map((row) => row.element));
  element.style.setProperty("--rows", String(Math.ceil(rows.length / 2)));
  return element;
}
