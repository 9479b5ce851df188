// Timings in the corner: how long a decode and a frame take, where it was decoded, how fast the training is. For the page.
import { remember, remembered } from "./controls.js";
import { milliseconds } from "./digits.js";
import { make } from "./elements.js";

const FRAMES = 60; // that the frame time is the median of
const REDRAW_MS = 250;

export const WHERE = { browser: "in the browser", thread: "in the browser (thread)", server: "by the server" };

class Meter {
  /** @type {Map<string, string>} */ #facts = new Map();
  /** @type {number[]} */ #frames = [];
  /** @type {HTMLElement | null} */ #element = null;
  /** The bank that it was opened beside, and goes with. @type {Element | null} */ #beside = null;
  #last = 0;
  #drawn = 0;

  get open() {
    return this.#element !== null;
  }

  /**
   * @param {string} name
   * @param {string | null} value null: there is no such thing on this page
   */
  note(name, value) {
    if (value === null) this.#facts.delete(name);
    else this.#facts.set(name, value);
  }

  /** @param {{ms: number, place: keyof typeof WHERE}} picture */
  notePicture({ ms, place }) {
    this.note("decode", milliseconds(ms));
    this.note("decoded", WHERE[place]);
  }

  /** @param {Element} beside whose theme it takes */
  toggle(beside) {
    if (this.open) this.#hide();
    else this.#show(beside);
    remember("meter", this.open);
  }

  /**
   * Open it, if it was open when this browser was here last.
   * @param {Element} beside
   */
  restore(beside) {
    if (!beside.isConnected) return; // its page was left meanwhile
    if (this.open) this.#beside = beside; // the bank before may end later than this one begins
    else if (remembered("meter", false)) this.#show(beside);
  }

  /** The page of this bank was left: no button there would close it. @param {Element} beside */
  leave(beside) {
    if (this.#beside === beside) this.#hide();
  }

  #hide() {
    this.#element?.remove();
    this.#element = this.#beside = null;
  }

  /** @param {Element} beside */
  #show(beside) {
    this.#beside = beside;
    this.#element = make("dl", { className: "hg-meter", "aria-label": "timings" });
    const theme = getComputedStyle(beside);
    for (const name of ["text-color", "background-color", "border-color", "base-radius", "font"]) {
      this.#element.style.setProperty(`--st-${name}`, theme.getPropertyValue(`--st-${name}`));
    }
    document.body.append(this.#element);
    this.#last = performance.now();
    requestAnimationFrame(this.#tick);
  }

  #tick = (/** @type {number} */ now) => {
    if (!this.#element) return;
    this.#frames = [...this.#frames.slice(1 - FRAMES), now - this.#last];
    this.#last = now;
    if (now - this.#drawn > REDRAW_MS) {
      this.#drawn = now;
      const frame = [...this.#frames].sort((a, b) => a - b)[this.#frames.length >> 1];
      const rows = [...this.#facts, ["frame", milliseconds(frame)]];
      this.#element.replaceChildren(
        ...rows.map(([name, value]) => make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value }))),
      );
    }
    requestAnimationFrame(this.#tick);
  };
}

export const meter = new Meter();
