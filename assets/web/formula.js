// A field to type a formula in. It sends its text while it is typed, and never loses what the hand is typing.
import { Answer } from "./formula/answer.js";
import { chips } from "./formula/chips.js";
import { chipsOf, insertion } from "./formula/insertion.js";
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { loadStyles } from "./shared/theme.js";

/**
 * @typedef {object} Data
 * @property {string} text which the answer is about
 * @property {number} revision the field takes the text over when this changes
 * @property {string} label
 * @property {[name: string, shape: string][]} tensors
 * @property {[usage: string, summary: string][]} functions
 * @property {string} sentence
 * @property {[start: number, end: number] | null} place of an error
 *
 * @typedef {(name: "typed", value: {text: string, revision: number}) => void} Send
 */

const PAUSE_MS = 250; // without a key, after which the text is sent

let count = 0;

class FormulaField {
  /** @type {number | null} */ revision = null;
  offered = ""; // what the chips are made of
  sent = "";
  timer = 0;
  /** @type {Send} */ send = () => {};

  /** @param {HTMLElement} host */
  constructor(host) {
    const id = `hg-formula-${++count}`;
    this.label = make("label", { className: "hg-formula-label", htmlFor: id });
    this.input = make("input", { id, type: "text", className: "hg-formula-input", "aria-describedby": `${id}-answer` });
    for (const [name, value] of Object.entries({ spellcheck: "false", autocapitalize: "off", autocorrect: "off" })) {
      this.input.setAttribute(name, value);
    }
    this.input.autocomplete = "off";
    this.answer = new Answer(`${id}-answer`);
    this.chips = make("div", { className: "hg-formula-chips" });
    this.listen();
    host.replaceChildren(this.label, this.input, this.answer.element, this.chips);
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  listen() {
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("blur", () => this.now());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) this.now();
    });
  }

  /** @param {Data} data @param {Send} send */
  update(data, send) {
    this.send = send;
    if (data.revision !== this.revision) this.take(data);
    if (this.label.textContent !== data.label) this.label.textContent = data.label;
    this.offer(data);
    const { text, sentence, place } = data;
    if (text === this.sent || text === this.input.value) this.answer.show(text, sentence, place);
    this.mark();
  }

  /** The text that Python sets. @param {Data} data */
  take({ text, revision }) {
    clearTimeout(this.timer);
    this.revision = revision;
    this.sent = text;
    this.input.value = text;
  }

  /** @param {Data} data */
  offer({ tensors, functions }) {
    const offered = JSON.stringify([tensors, functions]);
    if (offered === this.offered) return;
    this.offered = offered;
    const { named, called } = chipsOf(tensors, functions);
    const insert = (/** @type {import("./formula/chips.js").Chip} */ chip) => this.insert(chip.before, chip.behind);
    this.chips.replaceChildren(chips("Tensors", named, insert), chips("Functions", called, insert));
  }

  /** Put text at the caret, around what is selected. @param {string} before @param {string} behind */
  insert(before, behind) {
    const { input } = this;
    const [start, end] = [input.selectionStart ?? input.value.length, input.selectionEnd ?? input.value.length];
    const { text, caret } = insertion(input.value, start, end, before, behind);
    input.setRangeText(text, start, end, "end");
    input.focus();
    input.setSelectionRange(caret, caret);
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.now(), PAUSE_MS);
    this.mark();
  }

  now() {
    clearTimeout(this.timer);
    const { value } = this.input;
    if (value === this.sent || this.revision === null) return;
    this.sent = value;
    this.send("typed", { text: value, revision: this.revision });
  }

  /** Whether what is said is about what stands in the field. */
  mark() {
    const current = this.answer.text === this.input.value;
    this.answer.element.classList.toggle("hg-waiting", !current);
    if (current) this.input.setAttribute("aria-invalid", String(this.answer.faulty));
  }

  close() {
    clearTimeout(this.timer);
  }
}

export default renderer(
  ".hg-formula",
  (host) => new FormulaField(host),
  (view, /** @type {import("./shared/renderer.js").Component<Data>} */ { data, setStateValue }) => view.update(data, setStateValue),
);
