// The bar above a map: what the pointer does, what lies behind the points, and how many there are.
import { checkbox, choice, iconButton, remember, remembered } from "../shared/controls.js";
import { make } from "../shared/elements.js";

/** @type {[import("./gestures.js").Tool, string][]} */
const TOOLS = [
  ["move", "Move z: press and drag; a click takes a point's code"],
  ["zoom", "Zoom: drag a box; a double click shows all"],
  ["pan", "Move the map"],
  ["box", "Select a box; with Shift it adds"],
  ["lasso", "Select with a lasso; with Shift it adds"],
];
const BEHIND = { nothing: "nothing", decodes: "decodes", density: "density" };

export class Tools {
  /** @param {import("../map.js").MapView} map */
  constructor(map) {
    this.map = map;
    this.buttons = TOOLS.map(([tool, label]) => iconButton(tool, label, () => this.use(tool)));
    this.buttons.push(iconButton("home", "Reset zoom", () => map.chart.resetZoom()));
    const before = remembered("behind", "nothing");
    /** @type {import("./back.js").Kind} */ this.backdrop = before in BEHIND ? /** @type {any} */ (before) : "nothing";
    this.behind = choice("Behind", BEHIND, this.backdrop, (kind) => {
      this.backdrop = /** @type {any} */ (kind);
      remember("behind", kind);
      map.setBackdrop();
    });
    this.flicker = checkbox("Posterior samples", map.flicker, (on) => {
      remember("flicker", (map.flicker = on));
    });
    this.count = make("span");
    this.selection = make("span", { "aria-live": "polite" }); // the count changes at each look of a training
    this.shown = make("p", { className: "hg-shown" }, this.count, this.selection);
    const bar = make("div", { className: "hg-tools", role: "group", "aria-label": "map tools" }, ...this.buttons);
    this.element = make("div", { className: "hg-map-bar" }, bar, this.behind, this.flicker);
  }

  /** @param {import("./gestures.js").Tool} tool */
  use(tool) {
    this.buttons.forEach((button, i) => TOOLS[i] && button.setAttribute("aria-pressed", String(TOOLS[i][0] === tool)));
    this.map.gestures.choose(tool);
    this.map.chart.draw();
  }

  /**
   * @param {string} count
   * @param {string} selection
   */
  say(count, selection) {
    this.count.textContent = count;
    if (this.selection.textContent !== selection) this.selection.textContent = selection;
  }

  /** @param {{stochastic: boolean, invertible: boolean}} model */
  describe({ stochastic, invertible }) {
    this.flicker.hidden = !stochastic;
    const select = /** @type {HTMLSelectElement} */ (this.behind.querySelector("select"));
    const [, decodes] = select.options;
    decodes.disabled = !invertible;
    decodes.title = invertible ? "" : "this projection has no way back to codes";
  }
}
