// What a place on the map stands for, and the way there: the data point nearest to it, and the code of the plane.
import { GoneError, dataPoint } from "../hand/data_point.js";
import { imagesOf } from "../hand/images.js";

const PICK = 14; // pixels around the pointer

/**
 * @typedef {import("./frame.js").Position} Position
 *
 * @typedef {object} Shown what the map shows now
 * @property {import("./payload.js").MapHeader} header
 * @property {import("./scatter.js").Scatter} scatter
 * @property {import("./plane.js").Plane} plane
 */

export class Places {
  /** Has the page run. @type {(name: string, value: boolean) => void} */ send = () => {};
  /** What it was last run for. @type {import("./payload.js").MapHeader | null} */ #renewed = null;

  /**
   * @param {import("./frame.js").Frame} frame
   * @param {import("../hand/hand.js").Hand} hand
   * @param {Set<number>} hidden classes
   * @param {Shown} shown
   */
  constructor(frame, hand, hidden, shown) {
    this.frame = frame;
    this.hand = hand;
    this.hidden = hidden;
    this.shown = shown;
  }

  /** Whether the hand's code has a place on this plane. */
  get matches() {
    const { plane } = this.shown;
    return plane.invertible && this.hand.code.length === plane.latent;
  }

  /** Where the hand's code is on the plane, if it is there. */
  get ofCode() {
    return this.matches ? this.shown.plane.project(this.hand.code) : null;
  }

  /** Where the chosen point is, if it is one of these. */
  get ofChosen() {
    const { chosen } = this.hand;
    return chosen?.of === this.shown.header.of ? this.ofPoint(chosen.row) : null;
  }

  /** Where a point is; null for -1, and for one that there is not. @param {number} row */
  ofPoint(row) {
    const { scatter } = this.shown;
    return row >= 0 && row < scatter.count ? scatter.positionOf(row) : null;
  }

  /** The row of the point there that is in sight, or -1. @param {Position} position */
  pick([x, y]) {
    const [ux, uy] = this.frame.unit;
    return this.shown.scatter.nearest(x, y, PICK * ux, PICK * uy, (label) => !this.hidden.has(label));
  }

  /** @param {number} row */
  point(row) {
    const { model, version, of } = this.shown.header;
    return dataPoint(model, version, of, row);
  }

  /** The hand's code, moved within the plane to a position. @param {ArrayLike<number>} position */
  codeAt(position) {
    return this.matches ? this.shown.plane.at(this.hand.code, position) : null;
  }

  /**
   * Take the hand to a position.
   * @param {Position | null} position null outside the plane
   * @param {boolean} committed
   */
  moveTo(position, committed) {
    const { hand } = this;
    const code = position && this.codeAt(position);
    if (code) hand.move(code, committed, hand.chosen);
    else if (committed) hand.move(hand.code, true, hand.chosen); // let go outside: it stays where it was last
  }

  /** Take the hand to the point there, or else to the position. @param {Position | null} position null outside the plane */
  click(position) {
    const row = position ? this.pick(position) : -1;
    if (row >= 0) this.#choose(row);
    else if (position) this.moveTo(position, true);
  }

  /** Say why there is no point. Codes that are gone are computed again instead, when the page runs. @param {Error} error */
  say(error) {
    if (!(error instanceof GoneError)) return this.hand.say(error.message);
    const { header } = this.shown;
    if (this.#renewed !== header) this.send("gone", true);
    this.#renewed = header;
  }

  /** @param {number} row */
  #choose(row) {
    const { model } = this.shown.header;
    const wanted = () => model === this.shown.header.model;
    imagesOf(this.hand).take(this.point(row), wanted, (error) => this.say(error));
  }
}
