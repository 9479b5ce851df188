// The pointer over a map: on a point its image and posterior, on empty ground the decode of that very position.

const PICK = 14; // pixels
const DWELL_MS = 125; // on one point before its image is shown: crossing a crowd must not flicker
const ASK_MS = 40; // before it is asked for: crossing a crowd must not ask for all of it

export class Hover {
  row = -1;
  /** The point whose card is open. @type {import("../hand/data_point.js").DataPoint | null} */ shown = null;
  /** @type {{clientX: number, clientY: number} | null} */ pointer = null;
  #asking = 0;
  #dwell = 0;

  /** @param {import("../map.js").MapView} map */
  constructor(map) {
    this.map = map;
  }

  /** @param {{clientX: number, clientY: number}} event */
  over(event) {
    const { map } = this;
    const position = map.frame.positionOf(event);
    if (!position) return this.leave();
    this.pointer = event;
    const row = this.pick(position);
    if (row >= 0) this.#onPoint(row);
    else this.#onGround(position);
    map.card.moveTo(event);
  }

  /** @param {import("./frame.js").Position} position */
  pick([x, y]) {
    const { frame, scatter, isShown } = this.map;
    const [ux, uy] = frame.unit;
    return scatter?.nearest(x, y, PICK * ux, PICK * uy, isShown) ?? -1;
  }

  /** @param {number} row */
  #onPoint(row) {
    if (row === this.row) return;
    const { map } = this;
    this.#forget();
    this.row = row;
    map.card.hide();
    this.place();
    this.#asking = window.setTimeout(() => {
      const asked = map.point(row);
      const show = () => asked.then((point) => this.#show(row, point), (error) => map.hand.say(error.message));
      asked.catch(() => {}); // said by `show`, if it is still wanted by then
      this.#dwell = window.setTimeout(show, DWELL_MS - ASK_MS);
    }, ASK_MS);
  }

  /**
   * @param {number} row
   * @param {import("../hand/data_point.js").DataPoint} point
   */
  #show(row, point) {
    const { map } = this;
    const { engine } = map.hand;
    if (row !== this.row || !engine || !this.pointer) return;
    this.shown = point;
    map.card.showPoint(point, engine, map.flicker);
    map.card.moveTo(this.pointer);
    this.place();
  }

  /** Another snapshot: what the pointer rests on is shown as that one has it. */
  renew = () => {
    const { row } = this;
    if (!this.shown) return;
    this.map.point(row).then((point) => this.#show(row, point), () => {}); // else it stays as it was
  };

  /** Ring and ellipse, where the map is now. */
  place() {
    const { row, shown, map } = this;
    const position = row >= 0 && row < (map.scatter?.count ?? 0) ? map.positionOfRow(row) : null;
    map.marks.ring("under", position);
    const { logVar } = shown ?? {};
    map.marks.posterior(position, logVar && map.plane?.invertible ? map.plane.covariance(logVar) : undefined);
  }

  /** @param {import("./frame.js").Position} position */
  async #onGround(position) {
    const { map } = this;
    if (this.row >= 0 || map.card.element.dataset.kind === "point") this.#leavePoint();
    const { engine } = map.hand;
    const code = engine && map.codeAt(position);
    if (!engine || !code) return;
    const answer = engine.hover(code, map.hand.condition);
    const pixels = answer instanceof Uint8Array ? answer : await answer;
    if (!pixels || engine !== map.hand.engine || this.row >= 0 || !this.pointer) return;
    map.card.showDecode(pixels, engine.shape);
    map.card.moveTo(this.pointer);
  }

  #leavePoint() {
    this.#forget();
    this.map.card.hide();
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
