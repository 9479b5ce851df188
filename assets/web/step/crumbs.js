// The way so far and what is still to come, as a line of small steps.
import { make } from "../shared/elements.js";

/** @typedef {import("../step.js").Stage} Stage */

export class Crumbs {
  /** @type {HTMLButtonElement[]} */ buttons = [];

  /** @param {(at: number) => void} go */
  constructor(go) {
    this.go = go;
    this.element = make("nav", { className: "hg-crumbs", "aria-label": "stages" });
  }

  /** @param {Stage[]} stages */
  build(stages) {
    this.buttons = stages.map(({ title }, at) =>
      make("button", { type: "button", className: "hg-crumb", textContent: title, onclick: () => this.go(at) }),
    );
    const parts = [...new Set(stages.map(({ part }) => part))];
    this.element.replaceChildren(
      ...parts.map((part) => {
        const own = this.buttons.filter((_, at) => stages[at].part === part);
        const steps = own.map((button) => make("li", {}, button));
        const name = make("span", { className: "hg-crumbs-name", textContent: part });
        return make("div", { className: `hg-crumbs-part hg-crumbs-${part}` }, name, make("ol", { "aria-label": part }, ...steps));
      }),
    );
  }

  /** @param {number} at */
  show(at) {
    this.buttons.forEach((button, i) => {
      button.classList.toggle("hg-done", i < at);
      if (i === at) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    const { element } = this;
    const [box, here] = [element.getBoundingClientRect(), this.buttons[at].getBoundingClientRect()];
    element.scrollLeft += here.left + here.width / 2 - box.left - box.width / 2; // never the page itself
    element.scrollTop += here.top + here.height / 2 - box.top - box.height / 2;
  }
}
