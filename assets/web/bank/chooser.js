// The choice of an image by its number, the next or the one before, of all or of one class.
import { ANY, imagesOf } from "../hand/images.js";
import { takeKey } from "../hand/keys.js";
import { iconButton } from "../shared/controls.js";
import { make } from "../shared/elements.js";

export class Chooser {
  /** @type {string[]} */ #classes = [];
  #model = "";

  /** @param {import("../hand/hand.js").Hand} hand */
  constructor(hand) {
    this.hand = hand;
    this.images = imagesOf(hand);
    this.what = make("span", { textContent: "Image" });
    this.number = make("input", { type: "number", min: 1, step: 1, "aria-label": "number of the image" });
    this.of = make("select", { "aria-label": "class of the image" });
    this.before = iconButton("before", "Previous image (P)", () => this.images.step(-1));
    this.next = iconButton("next", "Next image (N)", () => this.images.step(1));
    this.number.onchange = () => this.#type();
    this.number.onkeydown = (event) => this.#key(event);
    this.of.onchange = () => this.images.only(Number(this.of.value));
    const stepper = make("span", { className: "hg-stepper" }, this.before, this.number, this.next);
    const which = make("label", { className: "hg-check" }, "of class ", this.of);
    this.element = make("div", { className: "hg-chooser", role: "group", "aria-label": "Choose an image" }, this.what, stepper, which);
    this.images.addEventListener("offered", this.show);
    this.images.addEventListener("filtered", this.show);
    hand.addEventListener("chosen", this.show);
    this.show();
  }

  /** @param {string} model the key of the one that is shown: images of another are no choice */
  describe(model) {
    this.#model = model;
    this.show();
  }

  show = () => {
    const { offer, filter, at } = this.images;
    const there = offer !== null && offer.model === this.#model;
    for (const control of [this.before, this.number, this.next, this.of]) control.disabled = !there;
    if (!there) return;
    this.what.textContent = offer.tests ? "Test image" : "Image";
    this.number.max = String(offer.labels.length);
    this.number.title = `1 to ${offer.labels.length.toLocaleString("en")}. Up and Down, or N and P, go to the next and the previous one.`;
    if (document.activeElement !== this.number || this.number.valueAsNumber - 1 !== at) this.number.value = String(at + 1);
    if (String(offer.classes) !== String(this.#classes)) this.#list(offer.classes);
    this.of.value = String(filter);
  };

  /** @param {string[]} classes */
  #list(classes) {
    this.#classes = classes;
    const names = classes.map((name, label) => make("option", { value: String(label), textContent: name }));
    this.of.replaceChildren(make("option", { value: String(ANY), textContent: "any" }), ...names);
  }

  /** What was typed; beyond the ends, the first or the last. */
  #type() {
    const { offer, at } = this.images;
    const typed = Math.round(this.number.valueAsNumber);
    if (offer && Number.isFinite(typed)) this.images.go(Math.min(offer.labels.length, Math.max(1, typed)) - 1);
    this.number.value = String((Number.isFinite(typed) ? this.images.at : at) + 1);
  }

  /** Up and Down go through the images of the class. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "ArrowUp") this.images.step(1);
    else if (event.key === "ArrowDown") this.images.step(-1);
    else if (!/^[np]$/i.test(event.key) || !takeKey(event, this.hand)) return; // the field undoes what is typed in it
    event.preventDefault();
  }

  close() {
    this.images.removeEventListener("offered", this.show);
    this.images.removeEventListener("filtered", this.show);
    this.hand.removeEventListener("chosen", this.show);
  }
}
