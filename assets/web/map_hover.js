// The pointer over a map: on a point its image and posterior, on empty ground the decode of that very position.

const PICK = 14; // pixels
const DWELL_MS = 125; // on one point before its image is shown: crossing a crowd must not flicker

export class Hover {
  row = -1;
  /** @type {{clientX: number, clientY: number} | null} */ pointer = null;
  #dwell = 0;

  /** @param {import("./map.js").MapView} map */
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

  /** @param {import("./map_frame.js").Position} position */
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
    map.marks.ring("under", map.positionOfRow(row));
    const asked = map.point(row); // on its way while the pointer dwells
    asked.catch(() => {}); // said below, if it is still wanted by then
    this.#dwell = window.setTimeout(() => asked.then((point) => this.#show(row, point), (error) => map.hand.say(error.message)), DWELL_MS);
  }

  /**
   * @param {number} row
   * @param {import("./points_source.js").DataPoint} point
   */
  #show(row, point) {
    const { map } = this;
    const { engine } = map.hand;
    if (row !== this.row || !engine || !this.pointer) return;
    map.card.showPoint(point, engine, map.flicker);
    map.card.moveTo(this.pointer);
    if (point.logVar && map.plane?.invertible) map.marks.posterior(map.positionOfRow(row), map.plane.covariance(point.logVar));
  }

  /** @param {import("./map_frame.js").Position} position */
  async #onGround(position) {
    const { map } = this;
    if (this.row >= 0 || map.card.element.dataset.kind === "point") this.#leavePoint();
    const { engine } = map.hand;
    if (!map.plane?.invertible || !engine) return;
    const code = map.codeAt(position);
    if (!code) return;
    const asked = this.pointer;
    const answer = engine.hover(code);
    const pixels = answer instanceof Uint8Array ? answer : await answer;
    if (!pixels || engine !== map.hand.engine || this.row >= 0 || !this.pointer || !asked) return;
    map.card.showDecode(pixels, engine.shape);
    map.card.moveTo(this.pointer);
  }

  #leavePoint() {
    this.#forget();
    this.map.card.hide();
  }

  #forget() {
    clearTimeout(this.#dwell);
    this.row = -1;
    this.map.marks.ring("under", null);
    this.map.marks.posterior(null);
  }

  leave() {
    this.pointer = null;
    this.#leavePoint();
  }
}

