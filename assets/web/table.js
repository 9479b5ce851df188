// A table whose rows are chosen: each begins with a checkbox, or with a radio button where only one can be chosen.
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { loadStyles } from "./shared/theme.js";

/**
 * @typedef {{text: string, note: string, colour: string}} Cell a colour makes its text a badge
 * @typedef {{key: string, title: string, cells: Cell[]}} Row
 * @typedef {object} Data
 * @property {string} label
 * @property {{text: string, note: string}[]} heads the first is that of the titles
 * @property {Row[]} rows
 * @property {boolean} several whether more than one can be chosen
 * @property {boolean} captions whether the heads stand in every row where the table is narrow; else the last two columns are results
 * @property {string[]} chosen
 * @property {string} revision what is chosen is taken over when this changes
 *
 * @typedef {(name: "chosen", value: {keys: string[], revision: string}) => void} Send
 */

let count = 0;

class ChoiceTable {
  shown = "";
  revision = "";
  name = `hg-table-${++count}`;
  /** @type {HTMLInputElement[]} */ inputs = [];
  /** @type {Send} */ send = () => {};

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    host.addEventListener("click", (event) => this.click(event));
    host.addEventListener("keydown", (event) => this.press(event));
    host.addEventListener("change", () => this.changed());
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Data} data @param {Send} send */
  update(data, send) {
    this.send = send;
    const { chosen, revision, ...content } = data;
    const shown = JSON.stringify(content);
    const taken = revision === this.revision ? this.keys() : chosen; // what was ticked a moment ago is on its way
    this.revision = revision;
    if (shown !== this.shown) this.build(data);
    this.shown = shown;
    for (const input of this.inputs) input.checked = taken.includes(input.value);
    this.mark();
  }

  keys() {
    return this.inputs.filter(({ checked }) => checked).map(({ value }) => value);
  }

  /** @param {Data} data */
  build(data) {
    const focused = this.inputs.find((input) => input === document.activeElement)?.value;
    this.inputs = data.rows.map(({ key, title }) =>
      make("input", { type: data.several ? "checkbox" : "radio", name: this.name, value: key, "aria-label": title }),
    );
    const heads = [{ text: "", note: "" }, ...data.heads].map(({ text, note }) => make("th", { scope: "col" }, ...words(text, note)));
    const rows = data.rows.map((row, i) => rowOf(row, this.inputs[i], data.heads));
    this.host.replaceChildren(
      make(
        "table",
        { className: `hg-table hg-table-${data.captions ? "captions" : "results"}`, "aria-label": data.label },
        make("thead", {}, make("tr", {}, ...heads)),
        make("tbody", {}, ...rows),
      ),
    );
    this.inputs.find(({ value }) => value === focused)?.focus();
  }

  /** The whole row can be clicked. @param {MouseEvent} event */
  click({ target }) {
    if (!(target instanceof Element) || target instanceof HTMLInputElement) return;
    const input = target.closest("tr")?.querySelector("input");
    if (!input || String(getSelection())) return;
    input.focus({ preventScroll: true }); // the arrow keys go on from here
    input.click();
  }

  /** Up and Down go from row to row; a radio button has that of the browser. @param {KeyboardEvent} event */
  press(event) {
    const at = this.inputs.findIndex((input) => input === event.target);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (at < 0 || step === undefined || this.inputs[at].type === "radio") return;
    event.preventDefault();
    this.inputs[Math.min(this.inputs.length - 1, Math.max(0, at + step))].focus();
  }

  changed() {
    this.mark();
    this.send("chosen", { keys: this.keys(), revision: this.revision });
  }

  mark() {
    for (const input of this.inputs) input.closest("tr")?.classList.toggle("hg-chosen", input.checked);
  }

  close() {}
}

/** @param {Row} row @param {HTMLInputElement} input @param {Data["heads"]} heads */
function rowOf({ title, cells }, input, heads) {
  const given = cells.map(({ text, note, colour }, i) => {
    const cell = make("td", {}, ...words(text, note, colour));
    cell.dataset.title = heads[i + 1]?.text ?? "";
    return cell;
  });
  return make("tr", {}, make("td", {}, input), make("th", { scope: "row", textContent: title }), ...given);
}

/** @param {string} text @param {string} note @param {string} [colour] */
function words(text, note, colour = "") {
  const first = make("span", { className: colour ? "hg-badge" : "", textContent: text });
  if (colour) first.dataset.colour = colour;
  return [...(text ? [first] : []), ...(note ? [make("small", { textContent: note })] : [])];
}

export default renderer(
  ".hg-choices",
  (host) => new ChoiceTable(host),
  (view, /** @type {import("./shared/renderer.js").Component<Data>} */ { data, setStateValue }) => view.update(data, setStateValue),
);
