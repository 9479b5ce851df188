// The pointer over a map: on a point its image and posterior, on empty ground the decode of that very position.

const DWELL_MS = 125; // on one point before its image is shown: crossing a crowd must not flicker
const ASK_MS = 40; // before it is asked for: crossing a crowd must not ask for all of it

/**
 * @typedef {import("../hand/data_point.js").DataPoint} DataPoint
 * @typedef {import("./frame.js").Position} Position
 *
 * @typedef {object} HoverSource what the pointer is over, and with what it is decoded
 * @property {(event: {clientX: number, clientY: number}) => Position | null} positionOf
 * @property {(position: Position) => number} pick the row of the point there, or -1
 * @property {(row: number) => Promise<DataPoint>} point
 * @property {(position: Position) => number[] | null} codeAt
 * @property {() => import("../decoder/engine.js").Engine | null} engine
 * @property {() => number} classIndex the class that a position is decoded as
 * @property {() => boolean} flicker whether a point's posterior is sampled
 * @property {(row: number, point: DataPoint | null) => void} mark ring and ellipse of the point under the pointer; -1 for none
 * @property {(error: Error) => void} say why there is no point
 */

export class Hover {
  row = -1;
  /** The point whose card is open. @type {DataPoint | null} */ shown = null;
  /** @type {{clientX: number, clientY: number} | null} */ pointer = null;
  #asking = 0;
  #dwell = 0;

  /**
   * @param {import("./card.js").Card} card
   * @param {HoverSource} source
   */
  constructor(card, source) {
    this.card = card;
    this.source = source;
  }

  /** @param {{clientX: number, clientY: number}} event */
  over(event) {
    const position = this.source.positionOf(event);
    if (!position) return this.leave();
    this.pointer = event;
    const row = this.source.pick(position);
    if (row >= 0) this.#onPoint(row);
    else this.#onGround(position);
    this.card.moveTo(event);
  }

  /** @param {number} row */
  #onPoint(row) {
    if (row === this.row) return;
    const { source } = this;
    this.#forget();
    this.row = row;
    this.card.hide();
    this.place();
    this.#asking = window.setTimeout(() => {
      const asked = source.point(row);
      const show = () => asked.then((point) => this.#show(row, point), (/** @type {Error} */ error) => source.say(error));
      asked.catch(() => {}); // said by `show`, if it is still wanted by then
      this.#dwell = window.setTimeout(show, DWELL_MS - ASK_MS);
    }, ASK_MS);
  }

  /**
   * @param {number} row
   * @param {DataPoint} point
   */
  #show(row, point) {
    const engine = this.source.engine();
    if (row !== this.row || !engine || !this.pointer) return;
    this.shown = point;
    this.card.showPoint(point, engine, this.source.flicker());
    this.card.moveTo(this.pointer);
    this.place();
  }

  /** Another snapshot: what the pointer rests on is shown as that one has it. */
  renew = () => {
    const { row } = this;
    if (!this.shown) return;
    this.source.point(row).then((point) => this.#show(row, point), () => {}); // else it stays as it was
  };

  /** Ring and ellipse, where the map is now. */
  place() {
    this.source.mark(this.row, this.shown);
  }

  /** @param {Position} position */
  async #onGround(position) {
    const { card, source } = this;
    if (this.row >= 0 || card.element.dataset.kind === "point") this.#leavePoint();
    const engine = source.engine();
    const code = engine && source.codeAt(position);
    if (!engine || !code) return;
    const answer = engine.hover(code, source.classIndex());
    const pixels = answer instanceof Uint8Array ? answer : await answer;
    if (!pixels || engine !== source.engine() || this.row >= 0 || !this.pointer) return;
    card.showDecode(pixels, engine.shape);
    card.moveTo(this.pointer);
  }

  #leavePoint() {
    this.#forget();
    this.card.hide();
  }

  #forget() {
    clearTimeout(this.#asking);
    clearTimeout(this.#dwell);
    this.row = -1;
    this.shown = null;
    this.place();
  }

  leave() {
    this.pointer = null;
    this.#leavePoint();
  }
}
