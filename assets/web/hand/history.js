// The way back: the places where the hand has let go.

const MOST_STEPS_BACK = 200;

/** @typedef {import("./hand.js").Place} Place */

export class History {
  /** @type {Place[]} */ #past = [];
  /** @type {Place[]} */ #future = [];
  /** @type {Place | null} */ #settled = null;

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Begin anew here: nothing of before can be undone. @param {Place} place */
  begin(place) {
    this.#past = [];
    this.#future = [];
    this.#settled = place;
  }

  /** The place is another one now, and that is no step to undo. @param {Place} place */
  settle(place) {
    this.#settled = place;
  }

  /** The hand has let go: a step to undo, if it has moved. @param {Place} place */
  commit(place) {
    if (this.#settled && !samePlace(this.#settled, place)) {
      this.#past = [...this.#past, this.#settled].slice(-MOST_STEPS_BACK);
      this.#future = [];
    }
    this.#settled = place;
  }

  /** @param {Place} here @returns {Place | undefined} the place to go to */
  undo(here) {
    return this.#travel(this.#past, this.#future, here);
  }

  /** @param {Place} here */
  redo(here) {
    return this.#travel(this.#future, this.#past, here);
  }

  /**
   * @param {Place[]} from
   * @param {Place[]} to
   * @param {Place} here
   */
  #travel(from, to, here) {
    const place = from.pop();
    if (place) to.push(here);
    return place;
  }
}

/**
 * @param {Place} one
 * @param {Place} other
 */
function samePlace(one, other) {
  return one.classIndex === other.classIndex && same(one.code, other.code);
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
export function same(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
