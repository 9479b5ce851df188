// One track of the latent bank: a label, a slider with its marks, a number, a lock and a film strip, for one dimension.
import { make } from "../shared/elements.js";
import { inField } from "../shared/digits.js";
import { LIMIT, range } from "../hand/code_text.js";
import { icon } from "../shared/icons.js";

const STEPS = 200;
const PRIOR = [-1, 0, 1]; // standard deviations

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
 * @property {number[]} ticks the data's 5th, 25th, 50th, 75th and 95th percentile
 *
 * @typedef {object} TrackListener
 * @property {(index: number, value: number, committed: boolean) => void} onValue
 * @property {(index: number) => void} onLock
 * @property {(sentence: string) => void} onInvalid
 */

export class Track {
  value = NaN;
  described = "";

  /**
   * @param {Dimension} dimension
   * @param {TrackListener} listener
   */
  constructor(dimension, listener) {
    this.dimension = dimension;
    this.listener = listener;
    const name = (this.name = `z${dimension.index}`);
    this.slider = make("input", { type: "range", "aria-label": name });
    this.number = make("input", { type: "number", step: 0.1, className: "hg-number", "aria-label": `${name} value` });
    this.bar = make("i", { className: "hg-activity" });
    this.state = make("span", { className: "hg-state" });
    this.label = make("span", { className: "hg-label" }, make("span", { textContent: name }), this.bar, this.state);
    this.marks = make("div", { className: "hg-marks", "aria-hidden": "true" });
    this.lock = make("button", { type: "button", className: "hg-lock", "aria-label": `lock ${name}` });
    this.strip = make("canvas", { className: "hg-film hg-pixels", role: "img", "aria-label": `latent traversal of ${name}` });
    const track = make("div", { className: "hg-track" }, this.marks, this.slider, this.strip);
    this.element = make("div", { className: "hg-row", role: "group", "aria-label": name }, this.label, track, this.number, this.lock);
    this.listen();
    this.setLocked(false);
  }

  listen() {
    const { slider, number, strip, lock, dimension } = this;
    slider.oninput = () => this.enter(slider.valueAsNumber, false);
    slider.onchange = () => this.enter(slider.valueAsNumber, true);
    slider.ondblclick = () => this.enter(this.dimension.reset, true);
    number.oninput = () => this.type(false);
    number.onchange = () => this.type(true);
    lock.onclick = () => this.listener.onLock(dimension.index);
    strip.onclick = (event) => {
      const { low, high } = this.dimension;
      const along = event.offsetX / strip.clientWidth;
      if (!slider.disabled) this.enter(low + along * (high - low), true);
    };
  }

  /**
   * The dimension as the data have it now; the value stays.
   * @param {Dimension} dimension
   * @param {number} share of the largest activity, 0 to 1
   * @param {boolean} prior whether to mark it
   */
  describe(dimension, share, prior) {
    const described = JSON.stringify([dimension, share, prior]);
    if (described === this.described) return;
    this.described = described;
    this.dimension = dimension;
    const { low, high, active, activity, ticks } = dimension;
    const step = (high - low) / STEPS;
    Object.assign(this.slider, { min: low, max: high + 1e-6 * step, step }); // a step is rounded: the end must stay in reach
    this.element.classList.toggle("hg-inactive", !active);
    this.bar.style.setProperty("--share", String(share));
    this.state.textContent = active ? "" : "inactive";
    this.label.title = active
      ? `activity ${activity.toPrecision(2)}`
      : "inactive: codes hardly vary along this dimension";
    const [p5, p25, p50, p75, p95] = ticks.map((tick) => this.along(tick));
    this.marks.replaceChildren(
      mark("hg-most", p5, p95),
      mark("hg-middle", p25, p75),
      mark("hg-median", p50),
      ...(prior ? PRIOR.filter((z) => z >= low && z <= high).map((z) => mark("hg-prior", this.along(z))) : []),
    );
    this.marks.title = `5, 25, 50, 75 and 95 % of the data: ${ticks.map(inField).join(", ")}`;
    this.place(this.value);
  }

  /** @param {number} at */
  along(at) {
    const { low, high } = this.dimension;
    return Math.min(1, Math.max(0, (at - low) / (high - low || 1)));
  }

  /** @param {boolean} locked */
  setLocked(locked) {
    this.slider.disabled = this.number.disabled = locked;
    if (this.lock.getAttribute("aria-pressed") === String(locked)) return; // a live model comes between press and release
    this.lock.setAttribute("aria-pressed", String(locked));
    this.lock.title = locked ? "Locked: only Unlock lets it change." : "Lock: Reset, sampling and the map leave this dimension unchanged.";
    this.lock.replaceChildren(icon(locked ? "locked" : "unlocked"));
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
      this.number.removeAttribute("aria-invalid");
      this.listener.onValue(this.dimension.index, value, committed);
      return;
    }
    this.number.setAttribute("aria-invalid", "true");
    if (committed || this.number.value) {
      this.listener.onInvalid(`${this.name} takes a number from ${range()}. The picture shows ${inField(this.value)}.`);
    }
  }

  /** What is shown already is left alone: at each move of the hand all tracks but one are. @param {number} value */
  show(value) {
    if (value === this.value && !this.number.hasAttribute("aria-invalid")) return;
    this.place(value);
    this.number.removeAttribute("aria-invalid");
    if (document.activeElement !== this.number || this.number.valueAsNumber !== value) {
      this.number.value = inField(value);
    }
    const whole = Math.abs(value) < 100 ? "" : String(value); // not all of it is in the field
    if (this.number.title !== whole) this.number.title = whole;
  }

  /**
   * The thumb stops at the end of the slider; the value does not. The coloured part runs from the resting value.
   * @param {number} value
   */
  place(value) {
    const { low, high, reset } = this.dimension;
    const [from, to] = [this.along(reset), this.along(value)].sort((a, b) => a - b);
    this.value = value;
    this.slider.value = String(value);
    this.slider.style.setProperty("--from", String(from));
    this.slider.style.setProperty("--to", String(to));
    this.slider.classList.toggle("hg-beyond", value < low || value > high);
  }
}

/**
 * @param {string} className
 * @param {number} from 0 to 1 along the track
 * @param {number} [to]
 */
function mark(className, from, to = from) {
  const element = make("i", { className });
  element.style.setProperty("--at", String(from));
  element.style.setProperty("--long", String(to - from));
  return element;
}
