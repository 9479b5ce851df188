// Controls of the walk: back, play, next, and a slider over all stages.
import { button } from "../shared/controls.js";
import { make } from "../shared/elements.js";

const PAUSE_MS = 1500; // at each stage, while it goes on by itself

export class Player {
  count = 1;
  at = 0;
  timer = 0;

  /** @param {(at: number) => void} go */
  constructor(go) {
    this.go = go;
    this.back = button("Back", () => this.hold(this.at - 1));
    this.next = button("Next", () => this.hold(this.at + 1));
    this.play = button("Play", () => (this.timer ? this.pause() : this.start()));
    this.play.classList.add("hg-step-play");
    this.slider = make("input", { type: "range", min: "0", max: "0", step: "1", value: "0", "aria-label": "stage" });
    this.slider.oninput = () => this.hold(Number(this.slider.value));
    this.place = make("output", { className: "hg-step-place" });
    const buttons = make("div", { className: "hg-step-buttons" }, this.back, this.play, this.next);
    this.element = make("div", { className: "hg-step-hand", role: "group", "aria-label": "walk" }, buttons, this.slider, this.place);
  }

  /** @param {number} count */
  take(count) {
    this.count = count;
    this.slider.max = String(count - 1);
  }

  /** @param {number} at @param {string} title */
  show(at, title) {
    this.at = at;
    this.slider.value = String(at);
    this.slider.setAttribute("aria-valuetext", `${at + 1} of ${this.count}: ${title}`);
    this.place.textContent = `${at + 1} of ${this.count}`;
    this.back.disabled = at === 0;
    this.next.disabled = at === this.count - 1;
  }

  /** Go there, and stay. @param {number} at */
  hold(at) {
    this.pause();
    this.go(at);
  }

  start() {
    this.play.textContent = "Pause";
    this.timer = window.setInterval(() => this.tick(), PAUSE_MS);
    if (this.at === this.count - 1) this.go(0);
    else this.tick();
  }

  tick() {
    this.go(Math.min(this.at + 1, this.count - 1));
    if (this.at === this.count - 1) this.pause();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.play.textContent = "Play";
  }
}
