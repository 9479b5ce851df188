// One case: its verdict large, the reason, then what was measured.
import { PlotView } from "../charts/plot_view.js";
import { make } from "../shared/elements.js";
import { StripView } from "../shared/strip_view.js";

/**
 * @typedef {import("../cases.js").Case} Case
 * @typedef {import("../shared/container.js").Tensor} Tensor
 */

const HEIGHT = "20rem"; // of the curves
const PICTURE = 44; // CSS pixels at most

export class Card {
  facts = "";

  /** @param {number} number */
  constructor(number) {
    this.label = `case ${number + 1}`;
    this.title = make("h3");
    this.words = make("p", { className: "hg-case-words" });
    this.verdict = make("p", { className: "hg-case-verdict" });
    this.reason = make("p", { className: "hg-case-reason" });
    this.note = make("p", { className: "hg-case-words" });
    this.strip = make("div", { className: "hg-strip hg-ready" });
    this.numbers = make("dl");
    this.plot = make("div", { className: "hg-plot", role: "figure" });
    this.pictures = new StripView(this.strip);
    this.curves = new PlotView(this.plot);
    const said = make("div", { className: "hg-case-said" }, this.title, this.words, this.verdict, this.reason, this.note);
    const seen = make("div", { className: "hg-case-seen" }, this.strip, this.numbers);
    this.element = make("article", { className: "hg-case" }, said, seen, this.plot);
  }

  /** @param {Case} shown @param {Tensor} [images] @param {Tensor} [pictures] */
  update(shown, images, pictures) {
    const { title, words, verdict, colour, reason, note, facts, figure } = shown;
    const texts = { title, words, verdict, reason, note };
    for (const [name, text] of Object.entries(texts)) {
      const element = this[/** @type {keyof typeof texts} */ (name)];
      if (element.textContent !== text) element.textContent = text;
    }
    this.note.hidden = !note;
    this.verdict.dataset.colour = colour;
    if (images && pictures) this.picture(images, pictures);
    const numbers = JSON.stringify(facts);
    if (numbers !== this.facts) this.list(facts);
    this.facts = numbers;
    this.curves.update({ figure, height: HEIGHT, label: this.label });
  }

  /** Original above what the case displays. @param {Tensor} images @param {Tensor} pictures */
  picture({ values, shape: [count, height, width, channels] }, pictures) {
    const pixels = new Uint8Array(2 * values.length);
    pixels.set(values);
    pixels.set(pictures.values, values.length);
    const arrays = { pixels: { values: pixels, shape: [2, count, height, width, channels] } };
    this.pictures.update({ rows: ["Image", "Displayed"], count, shape: [height, width, channels], scale: PICTURE, arrays });
  }

  /** @param {Case["facts"]} facts */
  list(facts) {
    const lines = facts.flatMap(([name, value]) => [make("dt", { textContent: name }), make("dd", { textContent: value })]);
    this.numbers.replaceChildren(...lines);
  }

  close() {
    this.pictures.close();
    this.curves.close();
    this.element.remove();
  }
}
