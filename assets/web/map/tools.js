// The bar above a map: what the pointer does, what lies behind the points, and how many there are.
import { checkbox, choice, iconButton, remember, remembered } from "../shared/controls.js";
import { make } from "../shared/elements.js";

/**
 * @typedef {import("./gestures.js").Tool} Tool
 * @typedef {import("./back.js").Kind} Kind
 *
 * @typedef {object} ToolListener
 * @property {(tool: Tool) => void} onTool
 * @property {() => void} onResetZoom
 * @property {() => void} onBackdrop
 */

/** @type {[Tool, string][]} */
const TOOLS = [
  ["move", "Set z: drag, or click a point to take its code"],
  ["zoom", "Zoom: drag a box; double-click to reset"],
  ["pan", "Pan"],
  ["box", "Select a box; hold Shift to add"],
  ["lasso", "Select with a lasso; hold Shift to add"],
];
const BACKDROPS = { nothing: "None", decodes: "Decoder grid", density: "Data density" };

/** @param {string} kind @returns {Kind} */
const kindOf = (kind) => (kind === "decodes" || kind === "density" ? kind : "nothing");

export class Tools {
  /** @type {Kind} */ backdrop = kindOf(remembered("behind", "nothing"));
  /** Whether the card of a point shows samples of its posterior. */
  flicker = remembered("flicker", !matchMedia("(prefers-reduced-motion: reduce)").matches);

  /** @param {ToolListener} listener */
  constructor(listener) {
    this.listener = listener;
    this.buttons = TOOLS.map(([tool, label]) => iconButton(tool, label, () => this.use(tool)));
    this.buttons.push(iconButton("home", "Reset zoom", () => listener.onResetZoom()));
    this.behind = choice("Backdrop", BACKDROPS, this.backdrop, (kind) => {
      this.backdrop = kindOf(kind);
      remember("behind", kind);
      listener.onBackdrop();
    });
    this.samples = checkbox("Posterior samples", this.flicker, (on) => {
      remember("flicker", (this.flicker = on));
    });
    this.count = make("span");
    this.selection = make("span", { "aria-live": "polite" }); // the count changes at each look of a training
    this.shown = make("p", { className: "hg-shown" }, this.count, this.selection);
    const bar = make("div", { className: "hg-tools", role: "group", "aria-label": "map tools" }, ...this.buttons);
    this.element = make("div", { className: "hg-map-bar" }, bar, this.behind, this.samples);
  }

  /** @param {Tool} tool */
  use(tool) {
    this.buttons.forEach((button, i) => TOOLS[i] && button.setAttribute("aria-pressed", String(TOOLS[i][0] === tool)));
    this.listener.onTool(tool);
  }

  /**
   * @param {string} count
   * @param {string} selection
   */
  say(count, selection) {
    if (this.count.textContent !== count) this.count.textContent = count;
    if (this.selection.textContent !== selection) this.selection.textContent = selection;
  }

  /** @param {{stochastic: boolean, invertible: boolean}} model */
  describe({ stochastic, invertible }) {
    this.samples.hidden = !stochastic;
    const select = /** @type {HTMLSelectElement} */ (this.behind.querySelector("select"));
    const [, decodes] = select.options;
    decodes.disabled = !invertible;
    decodes.title = invertible ? "" : "This projection cannot be inverted.";
  }
}
