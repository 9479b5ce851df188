// What is said about a formula: a sentence, above it the formula with the faulty place underlined.
import { make } from "../shared/elements.js";

export class Answer {
  /** @type {string | null} the formula that this is about */ text = null;
  faulty = false;

  /** @param {string} id of the sentence */
  constructor(id) {
    this.mirror = make("div", { className: "hg-formula-mirror", "aria-hidden": "true" });
    this.sentence = make("div", { id, className: "hg-formula-sentence", role: "status" });
    this.element = make("div", { className: "hg-formula-answer" }, this.mirror, this.sentence);
  }

  /**
   * @param {string} text
   * @param {string} sentence
   * @param {[start: number, end: number] | null} place in characters as Python counts them
   */
  show(text, sentence, place) {
    this.text = text;
    this.faulty = place !== null;
    this.element.classList.toggle("hg-faulty", this.faulty);
    this.mirror.replaceChildren(...(place ? underlined(text, place) : []));
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
  }
}

/**
 * @param {string} text
 * @param {[start: number, end: number]} place
 */
function underlined(text, [start, end]) {
  const characters = Array.from(text); // JavaScript counts an emoji as two
  if (characters.length === 0) return [];
  const [before, inner, behind] = [[0, start], [start, end], [end]].map(([from, to]) => characters.slice(from, to).join(""));
  return [before, make("span", { className: "hg-formula-fault", textContent: inner }), behind];
}
