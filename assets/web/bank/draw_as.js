// Which class a conditional model draws: a chip for each where the names are short, else a list.
import { choice } from "../shared/controls.js";
import { make } from "../shared/elements.js";

const TITLE = "Draw as";
const MOST_LETTERS = 24; // of all names, that chips in a row have room for
const MOST_ACROSS = 5; // chips in a row where the bank is narrow
let groups = 0;

export class DrawAs {
  /** @type {string[]} */ #names = [];
  /** Mark a class as chosen. @type {(classIndex: number) => void} */ show = () => {};

  /** @param {(classIndex: number) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.element = make("div", { className: "hg-draw-as", hidden: true });
  }

  /** @param {string[]} names of the classes; none where there is no choice */
  offer(names) {
    if (String(names) === String(this.#names)) return;
    this.#names = names;
    this.element.hidden = !names.length;
    if (names.join("").length <= MOST_LETTERS) this.#layChips();
    else this.#layList();
  }

  /** Radio buttons: the browser itself moves them by the arrow keys. */
  #layChips() {
    const names = this.#names;
    const group = `hg-draw-as-${++groups}`;
    const boxes = names.map((_, i) => make("input", { type: "radio", name: group, onchange: () => this.onChoose(i) }));
    const chips = names.map((name, i) => make("label", { className: "hg-chip" }, boxes[i], name));
    const row = make("div", { className: "hg-chips", role: "radiogroup", "aria-label": TITLE }, ...chips);
    row.style.setProperty("--across", String(names.length));
    row.style.setProperty("--narrow", String(Math.ceil(names.length / Math.ceil(names.length / MOST_ACROSS))));
    this.element.replaceChildren(make("span", { textContent: TITLE, "aria-hidden": "true" }), row);
    this.show = (classIndex) => boxes.forEach((box, i) => (box.checked = i === classIndex));
  }

  #layList() {
    const list = choice(TITLE, Object.fromEntries(this.#names.entries()), "", (classIndex) => this.onChoose(Number(classIndex)));
    const select = /** @type {HTMLSelectElement} */ (list.querySelector("select"));
    this.element.replaceChildren(list);
    this.show = (classIndex) => (select.value = String(classIndex));
  }
}
