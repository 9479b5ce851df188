// The status band of a run: its state as a badge, and its numbers, each in a place of its own.
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { loadStyles } from "./shared/theme.js";

const AGAIN = 2_000; // milliseconds until Streamlit is told once more: it may drop what comes while the page runs

/**
 * @typedef {object} Progress
 * @property {string} state
 * @property {string} colour one of Streamlit's for badges
 * @property {[string, string][]} facts name and value, always as many
 * @property {string} [stale] the frame of the page that is to be drawn, where another one was; alone where the run is gone
 */

class ProgressView {
  #told = { stale: "", at: -Infinity };
  /** @type {Fact[]} */ #facts = [];

  /** @param {HTMLElement} host */
  constructor(host) {
    this.badge = make("span", { className: "hg-badge" });
    this.list = make("dl", {});
    host.replaceChildren(make("p", {}, this.badge), this.list);
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /**
   * @param {Partial<Progress>} data
   * @param {(name: string, value: unknown) => void} tell Streamlit, which runs the page
   */
  update({ state, colour, facts, stale }, tell) {
    if (state && facts) {
      this.badge.textContent = state;
      this.badge.dataset.colour = colour;
      this.say(facts);
    }
    const at = performance.now();
    if (!stale || (stale === this.#told.stale && at - this.#told.at < AGAIN)) return;
    this.#told = { stale, at };
    tell("stale", at);
  }

  /** @param {[string, string][]} facts */
  say(facts) {
    while (this.#facts.length < facts.length) {
      const fact = new Fact();
      this.#facts.push(fact);
      this.list.append(fact.element);
    }
    facts.forEach(([name, value], i) => this.#facts[i].say(name, value));
  }

  close() {}
}

class Fact {
  name = make("dt");
  value = make("dd");
  element = make("div", {}, this.name, this.value);

  /** @param {string} name @param {string} value */
  say(name, value) {
    this.name.textContent = name;
    this.value.textContent = value;
  }
}

export default renderer(
  ".hg-progress",
  (host) => new ProgressView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Partial<Progress>>} */ { data, setTriggerValue }) =>
    view.update(data, setTriggerValue),
);
