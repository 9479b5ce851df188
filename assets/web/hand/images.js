// The images whose codes a page has: which they are, the next one of a class, and the way of the hand to one.
import { dataPoint } from "./data_point.js";

/**
 * @typedef {import("./data_point.js").DataPoint} DataPoint
 *
 * @typedef {object} Offer what the map shows
 * @property {string} model
 * @property {string} version
 * @property {string} of which set: `probe` or `all`
 * @property {ArrayLike<number>} labels the class of each
 * @property {string[]} classes
 * @property {boolean} tests whether all are test images, so that a row's number is its number among these
 * @property {(error: Error) => void} say why there is no point
 */

export const ANY = -1; // class

/** Events: `offered`, `filtered`. */
export class Images extends EventTarget {
  /** @type {Offer | null} */ offer = null;
  /** The class to go through, or ANY. */ filter = ANY;
  /** The row that was asked for last: the next one follows it, also while it is on its way. */ #at = 0;
  #choices = 0;
  /** The newest choice that came. */ #shown = 0;
  /** Choices on their way. */ #pending = 0;
  /** How often the hand was moved from here. */ #own = 0;

  /** @param {import("./hand.js").Hand} hand */
  constructor(hand) {
    super();
    this.hand = hand;
    hand.addEventListener("chosen", () => this.#follow());
  }

  /** @param {Offer} offer */
  have(offer) {
    const before = this.offer;
    this.offer = offer;
    if (before?.of !== offer.of || String(before.classes) !== String(offer.classes)) this.filter = ANY;
    this.#follow();
    this.dispatchEvent(new Event("offered"));
  }

  /** The row of the chosen image, if it is one of these; else the one that was asked for last. */
  get at() {
    return Math.min(this.#at, Math.max(0, (this.offer?.labels.length ?? 0) - 1));
  }

  #follow() {
    const { chosen } = this.hand;
    if (chosen && chosen.of === this.offer?.of && !this.#pending) this.#at = chosen.row;
  }

  /** Go through one class only; to its next image, unless this is one. @param {number} label or ANY */
  only(label) {
    this.filter = label;
    this.dispatchEvent(new Event("filtered"));
    const { offer } = this;
    if (offer && label !== ANY && offer.labels[this.at] !== label) this.step(1);
  }

  /** The next image of the class, or the one before; behind the last comes the first. @param {1 | -1} direction */
  step(direction) {
    const { offer, filter } = this;
    if (!offer) return;
    const count = offer.labels.length;
    for (let far = 1; far <= count; far++) {
      const row = (this.at + direction * far + count * far) % count;
      if (filter === ANY || offer.labels[row] === filter) return this.go(row);
    }
  }

  /** To an image; one of another class ends the choice of a class. @param {number} row */
  go(row) {
    const { offer } = this;
    if (!offer || row < 0 || row >= offer.labels.length) return;
    if (this.filter !== ANY && offer.labels[row] !== this.filter) {
      this.filter = ANY;
      this.dispatchEvent(new Event("filtered"));
    }
    this.#at = row;
    this.take(dataPoint(offer.model, offer.version, offer.of, row), () => this.offer?.model === offer.model, offer.say);
  }

  /**
   * Take the hand to a point's code when it comes, unless the hand went elsewhere before, or a later one has come.
   * @param {Promise<DataPoint>} coming
   * @param {() => boolean} wanted whether it still is
   * @param {(error: Error) => void} say
   */
  async take(coming, wanted, say) {
    const { hand } = this;
    const elsewhere = () => hand.moves - this.#own;
    const choice = ++this.#choices;
    const before = elsewhere();
    this.#pending++;
    try {
      const point = await coming;
      if (choice < this.#shown || elsewhere() !== before || !wanted()) return;
      this.#shown = choice;
      const { moves } = hand;
      hand.move(Array.from(point.mean), true, point, point.classIndex);
      this.#own += hand.moves - moves;
    } catch (error) {
      say(/** @type {Error} */ (error));
    } finally {
      this.#pending--;
    }
  }
}

/** @type {WeakMap<import("./hand.js").Hand, Images>} */
const all = new WeakMap();

/** @param {import("./hand.js").Hand} hand */
export function imagesOf(hand) {
  let images = all.get(hand);
  if (!images) all.set(hand, (images = new Images(hand)));
  return images;
}
