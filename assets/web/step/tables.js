// The tables of a stage: what a network is made of, codes by dimension, values, sums, gradients by layer.
import { inDigits } from "../shared/digits.js";
import { make } from "../shared/elements.js";
import { range, weighted } from "./numbers.js";

/**
 * @typedef {import("../step.js").Layer} Layer
 * @typedef {import("../step.js").Stage} Stage
 * @typedef {import("../step.js").Tensor} Tensor
 * @typedef {string | Node} Cell
 */

/** @param {string} name @param {string[]} heads @param {Cell[][]} rows @param {Cell[][]} [foot] */
function table(name, heads, rows, foot = []) {
  const lines = (/** @type {Cell[][]} */ given) => given.map((cells) => make("tr", {}, ...cells.map(cellOf)));
  const titles = heads.map((text) => make("th", { scope: "col", textContent: text }));
  const parts = [make("thead", {}, make("tr", {}, ...titles)), make("tbody", {}, ...lines(rows))];
  if (foot.length) parts.push(make("tfoot", {}, ...lines(foot)));
  return make("table", { className: "hg-step-table", "aria-label": name }, ...parts);
}

/** @param {Cell} cell @param {number} column */
const cellOf = (cell, column) => (column ? make("td", {}, cell) : make("th", { scope: "row" }, cell));

/** @param {Layer[]} layers */
export function layersTable(layers) {
  const rows = layers.map(({ label, shape, parameters, weights }) => [
    label,
    shape.join(" × ") || "1",
    parameters ? parameters.toLocaleString("en") : "",
    parameters ? inDigits(weights) : "",
  ]);
  return table("layers", ["Layer", "Output shape", "Parameters", "Weight norm"], rows);
}

/**
 * Codes side by side, a row for each dimension; a click chooses the one whose numbers stand in the formula.
 * @param {Record<string, Tensor>} tensors
 * @param {string[]} names
 * @param {(dimension: number) => void} choose
 */
export function codesTable(tensors, names, choose) {
  const codes = names.map((name) => tensors[name]);
  const values = codes.map((code) => code.values ?? []);
  const own = values[values.length - 1];
  const reach = Math.max(...own.map((value) => Math.abs(value ?? 0)), 1e-12);
  const rows = own.map((value, i) => [
    make("button", { type: "button", className: "hg-step-dimension", textContent: String(i), onclick: () => choose(i) }),
    ...values.map((column) => inDigits(column[i])),
    bar((value ?? 0) / reach),
  ]);
  const foot = [
    ["batch mean", ...codes.map(({ mean }) => inDigits(mean)), ""],
    ["lowest", ...codes.map(({ low }) => inDigits(low)), ""],
    ["highest", ...codes.map(({ high }) => inDigits(high)), ""],
  ];
  return table("codes", ["dim", ...names, ""], rows, foot);
}

/** A bar from the middle to the left or right. @param {number} share -1..1 */
function bar(share) {
  const element = make("i", { className: "hg-step-bar" });
  element.style.setProperty("--from", `${50 + 50 * Math.min(share, 0)}%`);
  element.style.setProperty("--to", `${50 + 50 * Math.max(share, 0)}%`);
  return element;
}

/** Whatever has no dimensions to list. @param {Record<string, Tensor>} tensors @param {string[]} names */
export function valuesTable(tensors, names) {
  const rows = names.map((name) => {
    const { kind, values, mean, low, high, own_low, own_high } = tensors[name];
    return [name, kind === "value" ? inDigits(values?.[0]) : range(own_low, own_high), inDigits(mean), range(low, high)];
  });
  return table("values", ["Tensor", "This image", "Batch mean", "Batch range"], rows);
}

/** Weight × value of each term, and their sum. @param {Stage} stage */
export function termsTable({ terms, total }) {
  const rows = terms.map(({ title, weight, chosen, mean }) => [title, weighted(weight, chosen), weighted(weight, mean)]);
  const foot = total ? [["Total", inDigits(total.chosen), inDigits(total.mean)]] : [];
  return table("terms", ["Weight × term", "This image", "Batch mean"], rows, foot);
}

/**
 * Gradients of layers on a logarithmic scale that all stages share.
 * @param {Layer[]} layers
 * @param {[low: number, high: number]} decades
 */
export function movedTable(layers, [low, high]) {
  const rows = layers.map(({ label, parameters, gradient, weights, update }) => {
    const share = gradient ? (Math.log10(gradient) - low) / (high - low) : 0;
    const element = make("i", { className: "hg-step-bar" });
    element.style.setProperty("--from", "0%");
    element.style.setProperty("--to", `${100 * Math.min(1, Math.max(0.01, share))}%`);
    const step = typeof update === "number" ? `${inDigits(100 * update)}\u00a0%` : "–";
    return [label, gradient ? element : "", inDigits(gradient), parameters.toLocaleString("en"), inDigits(weights), step];
  });
  const scale = `10${raised(low)} to 10${raised(high)}`;
  return table("gradients", ["Layer", scale, "Gradient norm", "Parameters", "Weight norm", "Step"], rows);
}

/** @param {number} exponent */
const raised = (exponent) => [...String(exponent)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");
