// A row of small buttons that insert text. One stop for the Tab key; the arrow keys go along the row.
import { make } from "../shared/elements.js";

/**
 * @typedef {object} Chip
 * @property {string} name
 * @property {string} detail behind the name, or ""
 * @property {string} title shown when the pointer rests
 * @property {string} before what is inserted, up to the caret
 * @property {string} behind and behind it
 */

/** @type {Record<string, (at: number, count: number) => number>} */
const KEYS = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/**
 * @param {string} label
 * @param {Chip[]} offered
 * @param {(chip: Chip) => void} insert
 */
export function chips(label, offered, insert) {
  const buttons = offered.map((chip, i) => chipButton(chip, i === 0, insert));
  const row = make("div", { className: "hg-formula-row", role: "toolbar", "aria-label": `${label} to insert` }, ...buttons);
  row.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((button) => button === event.target);
    const next = KEYS[event.key]?.(at, buttons.length);
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    buttons[next].focus();
  });
  row.addEventListener("focusin", ({ target }) => {
    for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
  });
  const heading = make("span", { className: "hg-formula-heading", textContent: label, "aria-hidden": "true" });
  return make("div", { className: "hg-formula-group", hidden: buttons.length === 0 }, heading, row);
}

/** @param {Chip} chip @param {boolean} first @param {(chip: Chip) => void} insert */
function chipButton(chip, first, insert) {
  const parts = [make("code", { textContent: chip.name })];
  if (chip.detail) parts.push(make("span", { className: "hg-formula-shape", textContent: chip.detail }));
  const button = make("button", { type: "button", className: "hg-formula-chip", title: chip.title }, ...parts);
  button.tabIndex = first ? 0 : -1;
  button.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps its caret
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => insert(chip));
  return button;
}
