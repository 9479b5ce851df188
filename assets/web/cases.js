// The cases of a session of the pairing lab, side by side: cards of equal height.
import { Card } from "./cases/card.js";
import { renderer } from "./shared/renderer.js";
import { loadStyles } from "./shared/theme.js";

/**
 * @typedef {object} Case
 * @property {string} title
 * @property {string} words the four choices
 * @property {string} verdict
 * @property {string} colour of the verdict
 * @property {string} reason
 * @property {string} note
 * @property {[name: string, value: string][]} facts the same names in all cases
 * @property {string} figure JSON of its curves
 *
 * @typedef {{cases: Case[], arrays?: import("./shared/container.js").Tensors}} Cases `images` has the originals, `shown/0` and so on what the cases display
 */

class CasesView {
  /** @type {Card[]} */ cards = [];

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Cases} data */
  update({ cases, arrays = {} }) {
    while (this.cards.length > cases.length) this.cards.pop()?.close();
    while (this.cards.length < cases.length) {
      const card = new Card(this.cards.length);
      this.cards.push(card);
      this.host.append(card.element);
    }
    this.host.style.setProperty("--count", String(cases.length));
    this.cards.forEach((card, i) => card.update(cases[i], arrays.images, arrays[`shown/${i}`]));
  }

  close() {
    for (const card of this.cards) card.close();
  }
}

export default renderer(
  ".hg-cases",
  (host) => new CasesView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Cases>} */ { data }) => view.update(data),
);
