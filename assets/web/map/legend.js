// The classes of a map: how many points each has; a click hides one or shows it, a double click shows one alone.
import { make } from "../shared/elements.js";

/** @typedef {{all: number, selected: number}} Count */

export class Legend {
  /** Classes that are hidden, by number. @type {Set<number>} */ hidden = new Set();
  #of = "";
  /** @type {HTMLButtonElement[]} */ #buttons = [];
  /** @type {HTMLElement[]} */ #counts = [];

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.element = make("ul", { className: "hg-legend", "aria-label": "classes" });
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
    this.#counts = classes.map(() => make("span", { className: "hg-legend-count" }));
    this.#buttons = classes.map((text, label) => {
      const parts = [make("i", { className: "hg-swatch" }), make("span", { className: "hg-legend-name", textContent: text })];
      const button = make("button", { type: "button", title: text }, ...parts, this.#counts[label]);
      button.onclick = ({ detail }) => this.#toggle(label, detail);
      return button;
    });
    this.element.replaceChildren(...this.#buttons.map((button) => make("li", {}, button)));
    this.#show();
  }

  /**
   * @param {number} label
   * @param {number} clicks the second of a double click shows this class alone, or all again
   */
  #toggle(label, clicks) {
    const { hidden } = this;
    if (clicks === 2) {
      const others = this.#buttons.flatMap((_, other) => (other === label ? [] : [other]));
      const alone = others.every((other) => hidden.has(other)) && others.length > 0;
      hidden.clear();
      if (!alone) for (const other of others) hidden.add(other);
    } else if (!hidden.delete(label)) hidden.add(label);
    this.#show();
    this.onChange();
  }

  #show() {
    this.#buttons.forEach((button, label) => button.setAttribute("aria-pressed", String(!this.hidden.has(label))));
  }
}
