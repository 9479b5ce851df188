// The legend of the flags on the curves: what was changed, and at which step.
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { loadStyles } from "./shared/theme.js";

/**
 * @typedef {{number: number, step: string, words: string}} Change
 * @typedef {{rows: Change[], otherwise: string}} Changes the newest first; `otherwise` is said where there is none
 */

class ChangesView {
  list = make("ol", { "aria-label": "changes while it trained", tabIndex: 0 });
  otherwise = make("p");
  #shown = "";

  /** @param {HTMLElement} host */
  constructor(host) {
    host.replaceChildren(this.list, this.otherwise);
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Changes} data */
  update({ rows, otherwise }) {
    const shown = JSON.stringify(rows);
    if (shown !== this.#shown) this.list.replaceChildren(...rows.map(row)); // else a selection of its text would go
    this.#shown = shown;
    this.list.hidden = !rows.length;
    this.otherwise.textContent = otherwise;
    this.otherwise.hidden = !otherwise;
  }

  close() {}
}

/** @param {Change} change */
function row({ number, step, words }) {
  const flag = make("span", { className: "hg-flag" }, String(number));
  return make("li", { value: number }, flag, make("span", {}, `step ${step}`), make("span", {}, words));
}

export default renderer(
  ".hg-changes",
  (host) => new ChangesView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Changes>} */ { data }) => view.update(data),
);
