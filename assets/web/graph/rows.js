// The table below a tensor graph: a row for each term, in words and numbers, and each learner's total.
import { asWeight, inDigits } from "../shared/digits.js";
import { make } from "../shared/elements.js";

/**
 * @typedef {Record<"name" | "title" | "formula" | "unit" | "paper" | "reads" | "weight" | "total", string>} Row
 * @typedef {{total: string, title: string, unit: string, moves: string}} Learner
 * @typedef {object} Values of one step, by term; null is what is not known
 * @property {number} step
 * @property {Record<string, number | null>} raw
 * @property {Record<string, number | null>} weight
 * @property {Record<string, number | null>} weighted
 * @property {Record<string, number | null>} share of its learner's total, 0..1
 * @property {Record<string, number | null>} totals
 */

const WORDS = ["Term", "Formula", "Unit", "From"];
const NUMBERS = ["Value", "Weight", "Weighted", "Share"];

/** Rows that are made once and then only change their numbers. */
export class TermRows {
  /** @type {Map<string, HTMLTableRowElement>} */ rows = new Map();
  /** @type {Map<string, HTMLButtonElement>} */ buttons = new Map();
  /** @type {Map<string, HTMLElement>} `kl Weight` and so on */ cells = new Map();

  /** @type {Map<string, HTMLTableRowElement>} of several learners, by total */ heads = new Map();

  /** @param {Row[]} rows @param {Learner[]} learners @param {boolean} live whether there are values */
  constructor(rows, learners, live) {
    const titles = live ? [...WORDS, ...NUMBERS] : [...WORDS, "Weight"];
    const heads = titles.map((title) => make("th", { role: "columnheader", scope: "col", textContent: title }));
    const body = learners.flatMap((learner, i) => [
      ...(learners.length > 1 ? [this.headOf(learner, i + 1, titles.length)] : []),
      ...rows.filter(({ total }) => total === learner.total).map((row) => this.rowOf(row, titles)),
      ...(live ? [this.totalOf(learner, titles)] : []),
    ]);
    this.table = make(
      "table",
      { className: live ? "hg-terms hg-terms-live" : "hg-terms", role: "table", "aria-label": "The terms of the loss" },
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...heads)),
      make("tbody", { role: "rowgroup" }, ...body),
    );
  }

  /** @param {Row} row @param {string[]} titles */
  rowOf(row, titles) {
    const button = make("button", { type: "button", textContent: row.title, title: `reads ${row.reads}` });
    button.setAttribute("aria-pressed", "false");
    this.buttons.set(row.name, button);
    const words = [button, row.formula, row.unit, row.paper];
    const element = make("tr", { role: "row", className: "hg-term" });
    titles.forEach((title, i) => element.append(this.cellOf(row.name, title, words[i] ?? row.weight)));
    this.rows.set(row.name, element);
    return element;
  }

  /** A learner's name above its terms. @param {Learner} learner @param {number} number @param {number} columns */
  headOf({ total, title, moves }, number, columns) {
    const mark = make("span", { className: "hg-learner-mark", textContent: String(number) });
    const words = make("span", { className: "hg-learner-moves", textContent: moves });
    const cell = make("th", { role: "rowheader", scope: "rowgroup", colSpan: columns }, mark, title, words);
    const element = make("tr", { role: "row", className: "hg-learner" }, cell);
    this.heads.set(total, element);
    return element;
  }

  /** @param {Learner} learner @param {string[]} titles */
  totalOf({ total, unit }, titles) {
    const words = ["Total", "Σ weight × term", unit, ""];
    const element = make("tr", { role: "row", className: "hg-term-total" });
    titles.forEach((title, i) => element.append(this.cellOf(`total:${total}`, title, words[i] ?? "")));
    return element;
  }

  /** @param {string} name @param {string} title @param {HTMLElement | string} content */
  cellOf(name, title, content) {
    const cell = make("td", { role: "cell", className: `hg-cell-${title.toLowerCase()}` });
    cell.dataset.title = title;
    if (!NUMBERS.includes(title)) {
      cell.append(content);
      return cell;
    }
    const number = make("span", { textContent: typeof content === "string" ? content : "" });
    cell.append(number);
    if (title === "Share" && !name.startsWith("total:")) cell.prepend(make("i", { className: "hg-share" }));
    this.cells.set(`${name} ${title}`, number);
    return cell;
  }

  /** The weights, as they are set or as they are now. @param {Row[]} rows @param {Values | null} values */
  weigh(rows, values) {
    for (const { name, weight } of rows) this.write(`${name} Weight`, values ? asWeight(values.weight[name]) : weight);
  }

  /** @param {Values} values */
  show(values) {
    for (const name of this.rows.keys()) {
      this.write(`${name} Value`, inDigits(values.raw[name]));
      this.write(`${name} Weighted`, inDigits(values.weighted[name]));
      const share = values.share[name];
      this.write(`${name} Share`, share === null || share === undefined ? "–" : `${(100 * share).toFixed(1)} %`);
      this.cells.get(`${name} Share`)?.parentElement?.style.setProperty("--share", String(share ?? 0));
    }
    for (const [total, value] of Object.entries(values.totals)) this.write(`total:${total} Weighted`, inDigits(value));
  }

  /** @param {string} cell @param {string} text */
  write(cell, text) {
    const element = this.cells.get(cell);
    if (element && element.textContent !== text) element.textContent = text;
  }
}
