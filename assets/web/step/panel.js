// The chosen stage, large: its formula, without and with numbers, pictures and tables.
import { inDigits } from "../shared/digits.js";
import { make } from "../shared/elements.js";
import { drawPixels } from "../shared/pixels.js";
import { product, withNumbers } from "./numbers.js";
import { codesTable, layersTable, movedTable, termsTable, valuesTable } from "./tables.js";

/**
 * @typedef {import("../step.js").Stage} Stage
 * @typedef {import("../step.js").Walk} Walk
 */

const WORDS = { forward: "Forward", terms: "The loss", backward: "Backward" };

export class Panel {
  dimension = 0;
  /** @type {Walk | null} */ walk = null;
  /** @type {Uint8Array} */ pixels = new Uint8Array();
  /** @type {[number, number]} decades of all gradients */ decades = [0, 1];

  constructor() {
    this.part = make("span", { className: "hg-stage-part" });
    this.title = make("strong", { className: "hg-stage-title" });
    this.formula = make("code", { className: "hg-stage-formula" });
    this.numbers = make("code", { className: "hg-stage-formula hg-stage-numbers" });
    this.sentence = make("p", { className: "hg-stage-sentence" });
    this.body = make("div", { className: "hg-stage-body" });
    const head = make("div", { className: "hg-stage-head", "aria-live": "polite" }, this.title, this.part);
    const properties = { className: "hg-stage", role: "region", "aria-label": "stage", tabIndex: 0 }; // it may scroll
    const said = make("div", {}, head, this.formula, this.numbers, this.sentence);
    this.element = make("div", properties, said, this.body);
  }

  /** @param {Walk} walk @param {Uint8Array} pixels */
  take(walk, pixels) {
    this.walk = walk;
    this.pixels = pixels;
    const norms = walk.stages.flatMap(({ moved }) => moved.map(({ gradient }) => gradient ?? 0)).filter((norm) => norm > 0);
    const logs = norms.length ? norms.map(Math.log10) : [0];
    this.decades = [Math.floor(Math.min(...logs)), Math.floor(Math.max(...logs)) + 1];
  }

  /** @param {Stage} stage */
  show(stage) {
    const { tensors } = /** @type {Walk} */ (this.walk);
    const of = (/** @type {(kind: string) => boolean} */ wanted) => stage.shows.filter((name) => wanted(tensors[name].kind));
    const [images, codes] = [of((kind) => kind === "image"), of((kind) => kind === "code")];
    const others = of((kind) => kind !== "code");
    const longest = Math.max(0, ...codes.map((name) => tensors[name].values?.length ?? 0));
    this.dimension = longest ? Math.min(this.dimension, longest - 1) : this.dimension;
    this.part.textContent = WORDS[stage.part];
    this.title.textContent = stage.title;
    this.sentence.textContent = stage.sentence;
    this.formula.textContent = stage.formula && `${stage.makes} = ${stage.formula}`;

    const pictures = images.map((name) => this.picture(name));
    const tables = [];
    if (stage.layers.length) tables.push(layersTable(stage.layers));
    if (stage.terms.length) tables.push(termsTable(stage));
    if (stage.moved.length) tables.push(movedTable(stage.moved, this.decades));
    if (codes.length) tables.push(codesTable(tensors, codes, (dimension) => this.choose(stage, dimension)));
    if (others.length) tables.push(valuesTable(tensors, others));
    const parts = [];
    if (pictures.length) parts.push(make("div", { className: "hg-stage-pictures" }, ...pictures));
    parts.push(make("div", { className: "hg-stage-tables" }, ...tables));
    this.body.replaceChildren(...parts);
    this.element.scrollTop = 0;
    this.choose(stage, this.dimension);
  }

  /** @param {Stage} stage @param {number} dimension */
  choose(stage, dimension) {
    this.dimension = dimension;
    this.numbers.textContent = this.inNumbers(stage);
    this.body.querySelectorAll(".hg-step-dimension").forEach((button, i) => {
      button.setAttribute("aria-pressed", String(i === dimension));
    });
  }

  /** The formula with the numbers of this image, where it has a line for them. @param {Stage} stage */
  inNumbers(stage) {
    const { tensors } = /** @type {Walk} */ (this.walk);
    const { makes, formula, numbers, terms, total, moved } = stage;
    if (moved.length) return `‖${makes}‖ = ${inDigits(Math.hypot(...moved.map(({ gradient }) => gradient ?? NaN)))}`;
    const put = numbers ? withNumbers(formula, tensors, this.dimension) : "";
    if (total) return equal(makes, terms.map(({ weight, chosen }) => product(weight, chosen)).join(" + "), inDigits(total.chosen));
    if (terms.length) return equal(makes, put, inDigits(terms[0].chosen));
    const { values, kind } = tensors[makes] ?? {};
    if (!numbers || !values) return "";
    return equal(kind === "code" ? `${makes}[${this.dimension}]` : makes, put, inDigits(values[this.dimension]));
  }

  /** @param {string} name */
  picture(name) {
    const { pictures, shape } = /** @type {Walk} */ (this.walk);
    const [size, at] = [shape[0] * shape[1] * shape[2], pictures.indexOf(name)];
    const canvas = make("canvas", { className: "hg-pixels", role: "img", "aria-label": name });
    drawPixels(canvas, this.pixels.subarray(at * size, (at + 1) * size), shape);
    return make("figure", {}, canvas, make("figcaption", { textContent: name }));
  }
}

/** @param {string} name @param {string} put the formula with its numbers @param {string} result */
const equal = (name, put, result) => `${name} = ${put && put !== result ? `${put} = ` : ""}${result}`;
