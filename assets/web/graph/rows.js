// The table below a tensor graph: one row for each term, in words and numbers, and the total.
import { make } from "../shared/elements.js";

/**
 * @typedef {Record<"name" | "title" | "formula" | "unit" | "paper" | "reads" | "weight", string>} Row
 * @typedef {object} Values of one step, by term; null is what is not known
 * @property {number} step
 * @property {Record<string, number | null>} raw
 * @property {Record<string, number | null>} weight
 * @property {Record<string, number | null>} weighted
 * @property {Record<string, number | null>} share of the total, 0..1
 * @property {number | null} total
 */

const WORDS = ["Term", "Formula", "Unit", "From"];
const NUMBERS = ["Value", "Weight", "Weighted", "Share"];

/** @param {number | null | undefined} value four digits, which is what a moving number can be read to */
export function inDigits(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-3) return value.toExponential(2).replaceAll("-", "−");
  const most = size >= 1000 ? 0 : 3 - Math.floor(Math.log10(size));
  return value.toLocaleString("en", { minimumFractionDigits: most, maximumFractionDigits: most }).replace("-", "−");
}

/** @param {number | null | undefined} weight */
export const asWeight = (weight) => (typeof weight === "number" ? String(Number(weight.toPrecision(3))) : "–");

/** Rows that are made once and then only change their numbers. */
export class TermRows {
  /** @type {Map<string, HTMLTableRowElement>} */ rows = new Map();
  /** @type {Map<string, HTMLButtonElement>} */ buttons = new Map();
  /** @type {Map<string, HTMLElement>} `kl Weight` and so on */ cells = new Map();

  /** @param {Row[]} rows @param {string} unit of the total @param {boolean} live whether there are values */
  constructor(rows, unit, live) {
    const titles = live ? [...WORDS, ...NUMBERS] : [...WORDS, "Weight"];
    const heads = titles.map((title) => make("th", { role: "columnheader", scope: "col", textContent: title }));
    const body = rows.map((row) => this.rowOf(row, titles));
    if (live) body.push(this.totalOf(unit, titles));
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

  /** @param {string} unit @param {string[]} titles */
  totalOf(unit, titles) {
    const words = ["Total", "Σ weight × term", unit, ""];
    const element = make("tr", { role: "row", className: "hg-term-total" });
    titles.forEach((title, i) => element.append(this.cellOf("", title, words[i] ?? "")));
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
    if (title === "Share" && name) cell.prepend(make("i", { className: "hg-share" }));
    this.cells.set(`${name} ${title}`, number);
    return cell;
  }

  /** @param {Values} values */
  show(values) {
    for (const name of this.rows.keys()) {
      this.write(`${name} Value`, inDigits(values.raw[name]));
      this.write(`${name} Weight`, asWeight(values.weight[name]));
      this.write(`${name} Weighted`, inDigits(values.weighted[name]));
      const share = values.share[name];
      this.write(`${name} Share`, share === null || share === undefined ? "–" : `${(100 * share).toFixed(1)} %`);
      this.cells.get(`${name} Share`)?.parentElement?.style.setProperty("--share", String(share ?? 0));
    }
    this.write(" Weighted", inDigits(values.total));
  }

  /** @param {string} cell @param {string} text */
  write(cell, text) {
    const element = this.cells.get(cell);
    if (element && element.textContent !== text) element.textContent = text;
  }
}
