// The bars of a map: above it what the pointer does and what lies behind the points, below it how many there are.
import { isGrid } from "./back.js";
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
 * @property {() => void} onScale
 */

/** @type {[Tool, string][]} */
const TOOLS = [
  ["move", "Set z: drag, or click a point to take its code"],
  ["zoom", "Zoom: drag a box; double-click to reset"],
  ["pan", "Pan"],
  ["box", "Select a box; hold Shift to add"],
  ["lasso", "Select with a lasso; hold Shift to add"],
];
const BACKDROPS = { nothing: "None", decodes: "Decoder grid", mean: "Decoder grid at mean", density: "Data density" };
const GRID = { only: "Decoder grid", one: "Decoder grid at z" };

const FILL = "Each axis fills the map, at a scale of its own. Without it, one unit is as long on both.";

/** @param {string} kind @returns {Kind} */
const kindOf = (kind) => (kind === "decodes" || kind === "mean" || kind === "density" ? kind : "nothing");

export class Tools {
  /** @type {Kind} */ #chosen = kindOf(remembered("behind", "nothing"));
  #invertible = true;
  #fill = remembered("fill", false);
  #comparable = true;
  #more = false;
  /** Whether the card of a point shows samples of its posterior. */
  flicker = remembered("flicker", !matchMedia("(prefers-reduced-motion: reduce)").matches);

  /** @param {ToolListener} listener */
  constructor(listener) {
    this.listener = listener;
    this.buttons = TOOLS.map(([tool, label]) => iconButton(tool, label, () => this.use(tool)));
    this.buttons.push(iconButton("home", "Reset zoom", () => listener.onResetZoom()));
    this.behind = choice("Backdrop", BACKDROPS, this.#chosen, (kind) => {
      this.#chosen = kindOf(kind);
      remember("behind", kind);
      listener.onBackdrop();
    });
    this.fill = checkbox("Fill", this.#fill, (on) => {
      remember("fill", (this.#fill = on));
      listener.onScale();
    });
    this.samples = checkbox("Posterior samples", this.flicker, (on) => {
      remember("flicker", (this.flicker = on));
    });
    this.count = make("span");
    this.selection = make("span", { "aria-live": "polite" }); // the count changes at each look of a training
    const shown = make("p", { className: "hg-shown" }, this.count, this.selection);
    const bar = make("div", { className: "hg-tools", role: "group", "aria-label": "map tools" }, ...this.buttons);
    this.element = make("div", { className: "hg-map-bar" }, bar, this.behind, this.fill);
    this.note = make("p", { className: "hg-map-note" });
    // Below the map, which stays in its place: not every model has samples, nor every window room for them in the bar.
    this.foot = make("div", { className: "hg-map-bar hg-map-foot" }, shown, this.samples);
  }

  /** What is drawn behind the points: a decoder grid that was chosen comes back where the plane has a way to codes. */
  get backdrop() {
    if (!isGrid(this.#chosen)) return this.#chosen;
    if (!this.#invertible) return "nothing";
    return this.#more ? this.#chosen : "decodes";
  }

  /** Whether one unit is as long on both axes: where they measure the same, unless each is to fill the map. */
  get equal() {
    return this.#comparable && !this.#fill;
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

  /**
   * @param {object} model
   * @param {boolean} model.stochastic
   * @param {boolean} model.invertible
   * @param {boolean} model.comparable whether both axes measure the same
   * @param {boolean} model.more whether there are dimensions that the plane does not show
   */
  describe({ stochastic, invertible, comparable, more }) {
    this.samples.hidden = !stochastic;
    this.#invertible = invertible;
    this.#comparable = comparable;
    this.#more = more;
    const box = /** @type {HTMLInputElement} */ (this.fill.querySelector("input"));
    box.disabled = !comparable;
    box.checked = this.#fill || !comparable;
    this.fill.title = comparable ? FILL : "The two axes of this map do not measure the same.";
    const select = /** @type {HTMLSelectElement} */ (this.behind.querySelector("select"));
    const [, decodes, mean] = select.options;
    decodes.disabled = mean.disabled = !invertible;
    mean.hidden = !more; // without others, a grid through the mean is the grid
    decodes.textContent = more ? GRID.one : GRID.only;
    select.title = decodes.title = mean.title = invertible ? "" : "No decoder grid: this projection cannot be inverted.";
    select.value = this.backdrop;
  }
}
