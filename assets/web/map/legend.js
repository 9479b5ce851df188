// The classes of a map: how many points each has. Of few, a click hides one or shows it, and a double click shows one
// alone. Of many, whose colours are much alike, a click shows one alone, and a field finds classes by their names.
import { make } from "../shared/elements.js";

/** @typedef {{all: number, selected: number}} Count */

const FEW = 10; // classes, as many as the theme has colours

export class Legend {
  /** Classes that are hidden, by number. @type {Set<number>} */ hidden = new Set();
  #of = "";
  #many = false;
  /** @type {HTMLButtonElement[]} */ #buttons = [];
  /** @type {HTMLElement[]} */ #counts = [];

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.list = make("ul", { className: "hg-legend", "aria-label": "classes" });
    this.search = make("input", { type: "search", className: "hg-legend-search", "aria-label": "Find a class" });
    this.search.oninput = () => this.#find();
    this.note = make("p");
    this.element = make("div", { className: "hg-classes" }, this.list);
  }

  /**
   * @param {string} name of the plane: classes stay hidden while it stays
   * @param {string[]} classes
   * @param {string[]} colours one for each class
   * @param {Count[]} counts
   * @param {boolean} selecting whether some points are selected
   */
  describe(name, classes, colours, counts, selecting) {
    const of = JSON.stringify([name, classes]);
    if (of !== this.#of) this.#build(classes);
    this.#of = of;
    counts.forEach(({ all, selected }, label) => {
      const whole = all.toLocaleString("en");
      const text = selecting ? ` ${selected.toLocaleString("en")} / ${whole}` : ` ${whole}`; // a blank keeps it apart from the name when read out
      if (this.#counts[label].textContent !== text) this.#counts[label].textContent = text;
      this.#buttons[label].style.setProperty("--class", colours[label]);
    });
  }

  /** @param {string[]} classes */
  #build(classes) {
    this.hidden.clear();
    this.#many = classes.length > FEW;
    this.#counts = classes.map(() => make("span", { className: "hg-legend-count" }));
    this.#buttons = classes.map((text, label) => {
      const parts = [make("i", { className: "hg-swatch" }), make("span", { className: "hg-legend-name", textContent: text })];
      const button = make("button", { type: "button", title: text }, ...parts, this.#counts[label]);
      button.onclick = ({ detail }) => this.#choose(label, detail);
      return button;
    });
    this.list.replaceChildren(...this.#buttons.map((button) => make("li", {}, button)));
    Object.assign(this.search, { value: "", placeholder: `Find in ${classes.length.toLocaleString("en")} classes` });
    this.element.replaceChildren(...(this.#many ? [this.search, this.list, this.note] : [this.list]));
    this.#show();
  }

  /**
   * @param {number} label
   * @param {number} clicks of the mouse on one place, one soon after the other
   */
  #choose(label, clicks) {
    const alone = this.hidden.size === this.#buttons.length - 1 && !this.hidden.has(label);
    if (this.#many && clicks > 1) return; // it was done at the first
    if (this.#many ? !this.hidden.size || alone : clicks === 2) this.#isolate(label, alone);
    else if (!this.hidden.delete(label)) this.hidden.add(label);
    this.#show();
    this.onChange();
  }

  /** @param {number} label @param {boolean} all show all again */
  #isolate(label, all) {
    this.hidden.clear();
    if (!all) this.#buttons.forEach((_, other) => other !== label && this.hidden.add(other));
  }

  /** List the classes whose names have what is written in the field. */
  #find() {
    const wanted = this.search.value.trim().toLowerCase();
    for (const button of this.#buttons) {
      const item = /** @type {HTMLElement} */ (button.parentElement);
      item.hidden = !button.title.toLowerCase().includes(wanted);
    }
  }

  #show() {
    this.#buttons.forEach((button, label) => button.setAttribute("aria-pressed", String(!this.hidden.has(label))));
    const [all, hidden] = [this.#buttons.length, this.hidden.size];
    const shown = (all - hidden).toLocaleString("en");
    this.note.textContent = hidden
      ? `${shown} of ${all.toLocaleString("en")} classes shown. Click the only one for all.`
      : "Some colours are much alike. Click a class to show it alone.";
  }
}
