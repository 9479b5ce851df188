// The map under the keyboard: arrows move z in the plane, or go from point to point; where it is is said in words.
import { inWords } from "../hand/data_point.js";
import { imagesOf } from "../hand/images.js";
import { takeKey } from "../hand/keys.js";
import { capitalised, inField } from "../shared/digits.js";
import { make } from "../shared/elements.js";

const STEP = 8; // pixels
const FAR = 6; // times as much with Shift
const LABEL =
  "Latent map. Arrow keys move z, with Shift in large steps, with Control to the next point. " +
  "Enter takes the nearest point. N and P choose the next and the previous image.";
const AXIS = /^z\d+|^PC \d/;

/** @type {Record<string, [x: number, y: number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Keyboard {
  #moving = false;
  /** The image that was said last: while a model trains, it comes again with each snapshot. */ #told = "";

  /**
   * @param {import("./frame.js").Frame} frame its glass takes the keys
   * @param {import("./places.js").Places} places
   */
  constructor(frame, places) {
    this.frame = frame;
    this.places = places;
    const { glass } = frame;
    this.said = make("span", { className: "hg-said", "aria-live": "polite" });
    glass.tabIndex = 0;
    glass.setAttribute("role", "application");
    glass.setAttribute("aria-label", LABEL);
    glass.addEventListener("keydown", this.press);
    glass.addEventListener("keyup", this.release);
    glass.addEventListener("blur", this.release);
    frame.stage.append(this.said);
    places.hand.addEventListener("chosen", this.sayChosen);
  }

  press = (/** @type {KeyboardEvent} */ event) => {
    const direction = ARROWS[event.key];
    if (event.altKey || takeKey(event, this.places.hand)) return;
    if (direction && (event.ctrlKey || event.metaKey || !this.places.ofCode)) this.#toPoint(direction);
    else if (direction) this.#move(direction, event.shiftKey ? FAR * STEP : STEP);
    else if (event.key === "Enter") this.#toPoint(null);
    else return;
    event.preventDefault();
  };

  /** The hand has let go: one step to undo, however long the key was held. */
  release = () => {
    if (!this.#moving) return;
    this.#moving = false;
    const { hand, ofCode } = this.places;
    hand.move(hand.code, true, hand.chosen);
    if (ofCode) this.said.textContent = this.#inWords(ofCode);
  };

  /**
   * Move z, as far as the plane is in sight.
   * @param {[number, number]} direction
   * @param {number} far in pixels
   */
  #move(direction, far) {
    const { frame: { sight, unit }, places } = this;
    const here = places.ofCode;
    if (!here || !sight) return;
    const [x, y] = here.map((at, k) => Math.min(sight[k][1], Math.max(sight[k][0], at + direction[k] * far * unit[k])));
    this.#moving = true;
    places.moveTo([x, y ?? 0], false);
  }

  /** To the nearest point, of those in a direction where there is one. @param {[number, number] | null} direction */
  #toPoint(direction) {
    const row = this.#next(direction);
    if (row >= 0) imagesOf(this.places.hand).go(row);
  }

  /** @param {[number, number] | null} direction @returns {number} the row, or -1 */
  #next(direction) {
    const { frame: { unit: [ux, uy] }, places } = this;
    const { scatter: { x, y, labels, count } } = places.shown;
    const [fromX, fromY] = this.#from();
    const resting = places.hand.resting ? (places.hand.chosen?.row ?? -1) : -1;
    let [best, least] = [-1, Infinity];
    for (let row = 0; row < count; row++) {
      if (places.hidden.has(labels[row]) || (direction && row === resting)) continue;
      const far = farness((x[row] - fromX) / ux, (y[row] - fromY) / uy, direction);
      if (far < least) [best, least] = [row, far];
    }
    return best;
  }

  /** Where a walk from point to point goes on: from z, or from the chosen point where the plane has no way back to codes. */
  #from() {
    const { places, frame: { sight } } = this;
    const middle = (sight ?? []).map(([low, high]) => (low + high) / 2);
    const [x, y] = places.ofCode ?? places.ofChosen ?? middle;
    return [x, y ?? places.ofChosen?.[1] ?? middle[1]];
  }

  /** @param {number[]} position */
  #inWords(position) {
    const names = this.places.shown.header.titles.map((title) => AXIS.exec(title)?.[0]);
    const words = names.every(Boolean) ? names : ["across", "up"];
    return position.map((at, k) => `${words[k]} ${inField(at)}`).join(", ");
  }

  sayChosen = () => {
    const { chosen } = this.places.hand;
    const told = chosen ? inWords(chosen) : "";
    if (told === this.#told) return;
    this.#told = told;
    if (told && document.activeElement === this.frame.glass) this.said.textContent = capitalised(told);
  };

  close() {
    this.places.hand.removeEventListener("chosen", this.sayChosen);
  }
}

/**
 * How far a point is, all around or in a direction: what lies aside counts more, and beyond 45 degrees not at all.
 * @param {number} dx pixels
 * @param {number} dy
 * @param {[number, number] | null} direction
 */
export function farness(dx, dy, direction) {
  if (!direction) return Math.hypot(dx, dy);
  const along = dx * direction[0] + dy * direction[1];
  const aside = Math.abs(dx * direction[1] - dy * direction[0]);
  return along > 0.5 && aside <= along ? along + 2 * aside : Infinity;
}
