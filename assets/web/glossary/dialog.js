// All terms in one list, with a field to search in: for the keyboard, for a screen reader, and to read through.
import { make } from "../shared/elements.js";

export class GlossaryDialog {
  /** @param {import("./matching.js").Entry[]} entries */
  constructor(entries) {
    const sorted = entries.toSorted((one, other) => one.names[0].localeCompare(other.names[0]));
    this.rows = sorted.map((entry) => {
      const row = make("div", {}, make("dt", { textContent: entry.names[0] }), make("dd", { textContent: entry.means }));
      return { row, text: `${entry.names.join(" ")} ${entry.means}`.toLowerCase() };
    });
    this.search = make("input", { type: "search", placeholder: "Search", ariaLabel: "Search the glossary" });
    this.none = make("p", { textContent: "No term fits. Search for another word.", hidden: true });
    const close = make("button", { type: "button", textContent: "×", ariaLabel: "Close the glossary" });
    const head = make("header", {}, make("h2", { textContent: "Glossary", id: "hg-glossary-title" }), this.search, close);
    const list = make("dl", {}, ...this.rows.map(({ row }) => row));
    this.element = make("dialog", { className: "hg-glossary" }, head, this.none, list);
    this.element.setAttribute("aria-labelledby", "hg-glossary-title");
    this.search.addEventListener("input", () => this.#filter());
    close.addEventListener("click", () => this.element.close());
    this.element.addEventListener("click", (event) => event.target === this.element && this.element.close());
    document.body.append(this.element);
  }

  open() {
    this.search.value = "";
    this.#filter();
    this.element.showModal();
    this.search.focus();
  }

  #filter() {
    const wanted = this.search.value.trim().toLowerCase();
    for (const { row, text } of this.rows) row.hidden = !text.includes(wanted);
    this.none.hidden = this.rows.some(({ row }) => !row.hidden);
  }
}
