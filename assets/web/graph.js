// The loss graph: which term reads which tensor, as a picture, and each term as a row. Numbers change in place.
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { drawGraph } from "./graph/drawing.js";
import { TermRows } from "./graph/rows.js";
import { asWeight, inDigits } from "./shared/digits.js";
import { loadStyles, readTheme } from "./shared/theme.js";

/**
 * @typedef {import("./graph/rows.js").Learner} Learner
 * @typedef {import("./graph/drawing.js").Graph} Graph
 * @typedef {import("./graph/drawing.js").Drawn} Drawn
 * @typedef {import("./graph/rows.js").Row} Row
 * @typedef {import("./graph/rows.js").Values} Values
 * @typedef {{graph: Graph, rows: Row[], learners: Learner[], values: Values | null}} Data
 */

const NARROW = 600; // CSS pixels; below it the data go from top to bottom
const SMALLEST = 0.87; // of the drawing's own size; a box between both scrolls

class GraphView {
  shown = ""; // all but the values and the weights
  narrow = false;
  /** @type {Data | null} */ data = null;
  /** @type {Drawn | null} */ drawn = null;
  /** @type {TermRows | null} */ rows = null;
  /** @type {string | null} a term that stays lit */ pinned = null;
  /** @type {string | null} */ lit = null;

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.box = make("div", { className: "hg-graph-box" });
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(host);
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Data} data */
  update(data) {
    const words = data.rows.map((row) => ({ ...row, weight: "" }));
    const shown = JSON.stringify([data.graph, words, data.learners, data.values !== null]);
    this.data = data;
    if (shown !== this.shown) this.build();
    this.shown = shown;
    this.colour();
    this.write();
  }

  build() {
    const { rows, learners, values } = /** @type {Data} */ (this.data);
    this.rows = new TermRows(rows, learners, values !== null);
    this.pinned = null;
    for (const [name, row] of this.rows.rows) this.listen(name, row, this.rows.buttons.get(name));
    for (const [total, row] of this.rows.heads) this.listen(`total:${total}`, row);
    this.host.replaceChildren(this.box, this.rows.table);
    this.draw();
  }

  /** The picture anew, in the layout for the width that there is. */
  draw() {
    const { graph } = /** @type {Data} */ (this.data);
    this.narrow = this.host.clientWidth < NARROW;
    const drawing = this.narrow ? graph.narrow : graph.wide;
    this.drawn = drawGraph(graph, drawing);
    const { svg, terms, totals } = this.drawn;
    svg.style.minWidth = this.narrow ? "0" : `${SMALLEST * drawing.width}px`;
    svg.style.maxWidth = `${1.15 * drawing.width}px`;
    for (const [name, node] of [...terms, ...totals]) this.listen(name, node);
    this.box.replaceChildren(svg);
    this.light(this.pinned);
  }

  fit() {
    if (!this.data) return;
    if (this.host.clientWidth && this.host.clientWidth < NARROW !== this.narrow) {
      this.draw();
      this.colour();
      this.write();
    }
    this.box.tabIndex = this.box.scrollWidth > this.box.clientWidth ? 0 : -1; // what scrolls must be in reach of keys
  }

  /**
   * @param {string} name
   * @param {Element} element
   * @param {HTMLButtonElement} [button]
   */
  listen(name, element, button) {
    element.addEventListener("pointerenter", () => this.light(name));
    element.addEventListener("pointerleave", () => this.light(this.pinned));
    if (!button) return;
    button.addEventListener("focus", () => this.light(name));
    button.addEventListener("blur", () => this.light(this.pinned));
    button.addEventListener("click", () => {
      this.pinned = this.pinned === name ? null : name;
      this.light(this.pinned);
    });
  }

  /** Everything that belongs to a term or a total is bright, the rest is dim. @param {string | null} name */
  light(name) {
    if (!this.drawn || !this.rows) return;
    const belonging = new Set(name === null ? [] : this.drawn.belonging.get(name));
    this.drawn.svg.classList.toggle("hg-lit", name !== null);
    for (const element of this.drawn.svg.children) {
      element.classList.toggle("hg-on", belonging.has(/** @type {SVGElement} */ (element)));
    }
    for (const [term, row] of this.rows.rows) {
      row.classList.toggle("hg-on", term === name);
      this.rows.buttons.get(term)?.setAttribute("aria-pressed", String(term === this.pinned));
    }
    this.lit = name;
  }

  /** Each term has the colour of its curve. */
  colour() {
    const { data, drawn, rows } = this;
    if (!data || !drawn || !rows) return;
    const { palette } = readTheme(this.host);
    data.rows.forEach(({ name }, i) => {
      /** @type {NodeListOf<SVGElement>} */
      const own = drawn.svg.querySelectorAll(`[data-term="${CSS.escape(name)}"]`);
      const colour = palette[i % palette.length];
      for (const element of [...own, rows.rows.get(name)]) element?.style.setProperty("--hg-term", colour);
    });
  }

  write() {
    const { data, drawn, rows } = this;
    if (!data || !drawn || !rows) return;
    const { values } = data;
    rows.weigh(data.rows, values);
    for (const { name, weight } of data.rows) {
      say(drawn.weights.get(name), `× ${values ? asWeight(values.weight[name]) : weight.split(" ")[0]}`);
      if (values) say(drawn.details.get(`term:${name}`), inDigits(values.raw[name]));
    }
    if (!values) return;
    for (const [total, value] of Object.entries(values.totals)) {
      say(drawn.details.get(`total:${total}`), inDigits(value));
    }
    rows.show(values);
  }

  close() {
    this.sizes.disconnect();
  }
}

/** @param {Element | undefined} element @param {string} text */
function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export default renderer(
  ".hg-graph",
  (host) => new GraphView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Data>} */ { data }) => view.update(data),
);
