// How far a run is: its state as a badge, epoch and pace, and a bar.
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { loadStyles } from "./shared/theme.js";

const AGAIN = 2_000; // milliseconds until Streamlit is told once more: it may drop what comes while the page runs

/**
 * @typedef {object} Progress
 * @property {string} state
 * @property {string} colour one of Streamlit's for badges
 * @property {string[]} words behind the state
 * @property {number} share 0 to 1
 * @property {string} [stale] the frame of the page that is to be drawn, where another one was; alone where the run is gone
 */

class ProgressView {
  #told = { stale: "", at: -Infinity };

  /** @param {HTMLElement} host */
  constructor(host) {
    this.badge = make("span", { className: "hg-badge" });
    this.words = make("span");
    this.bar = make("div", { className: "hg-progress-bar", role: "progressbar", "aria-label": "progress of the training" });
    host.replaceChildren(make("p", {}, this.badge, " ", this.words), this.bar);
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /**
   * @param {Partial<Progress>} data
   * @param {(name: string, value: unknown) => void} tell Streamlit, which runs the page
   */
  update({ state, colour, words, share, stale }, tell) {
    if (state && words && share !== undefined) {
      this.badge.textContent = state;
      this.badge.dataset.colour = colour;
      this.words.textContent = words.join(" · ");
      this.bar.style.setProperty("--share", String(share));
      this.bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    }
    const at = performance.now();
    if (!stale || (stale === this.#told.stale && at - this.#told.at < AGAIN)) return;
    this.#told = { stale, at };
    tell("stale", at);
  }

  close() {}
}

export default renderer(
  ".hg-progress",
  (host) => new ProgressView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Partial<Progress>>} */ { data, setTriggerValue }) =>
    view.update(data, setTriggerValue),
);
