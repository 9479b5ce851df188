// Film strips: for every dimension, what the decoder draws along it while all others stay where they are.
import { drawTiles } from "../shared/pixels.js";

export const FRAMES = 11;

/** Keeps the strips of tracks in step with a hand, one strip on its way at a time, in turn. */
export class Film {
  /** @type {import("./dimension.js").Track[]} */ tracks = [];
  /** @type {Set<import("./dimension.js").Track>} */ #stale = new Set();
  /** @type {number[]} the code and the class that the strips were last marked for */ #seen = [];
  /** @type {import("../decoder/engine.js").Engine | null} whose strips are on the page */ #drawn = null;
  #running = false;

  /** @param {import("../hand/hand.js").Hand} hand */
  constructor(hand) {
    this.hand = hand;
    hand.addEventListener("code", this.follow);
    hand.addEventListener("engine", this.renew);
  }

  /** @param {import("./dimension.js").Track[]} tracks those whose strips are shown */
  show(tracks) {
    this.tracks = tracks;
    this.renew();
  }

  renew = () => {
    this.#seen = this.#here();
    this.#stale = new Set(this.tracks);
    this.#run();
  };

  #here() {
    return [...this.hand.code, this.hand.classIndex];
  }

  /** A strip holds all other dimensions, and the class: a dimension's own move does not change it. */
  follow = () => {
    const here = this.#here();
    const moved = here.flatMap((value, i) => (value === this.#seen[i] ? [] : [i]));
    this.#seen = here;
    const only = moved.length === 1 ? moved[0] : -1;
    if (!moved.length) return;
    for (const track of this.tracks) if (track.dimension.index !== only) this.#stale.add(track);
    this.#run();
  };

  async #run() {
    if (this.#running) return;
    this.#running = true;
    while (this.#stale.size && this.hand.engine && this.hand.code.length) {
      const engine = this.hand.engine.hold();
      // Strips of two models must never stand side by side: those of a new one are put in place all at once.
      await (engine === this.#drawn ? this.#refreshNext(engine) : this.#refreshAll(engine));
      engine.release();
    }
    this.#running = false;
  }

  /** @param {import("../decoder/engine.js").Engine} engine */
  async #refreshNext(engine) {
    const [track] = this.#stale;
    this.#stale.delete(track);
    draw(track, await this.#decode(track, engine), engine);
  }

  /**
   * To the end, also where a newer snapshot has come meanwhile: while a model trains there is always one.
   * @param {import("../decoder/engine.js").Engine} engine
   */
  async #refreshAll(engine) {
    const tracks = [...this.tracks];
    this.#stale.clear();
    /** @type {(Uint8Array | null)[]} */ const strips = [];
    for (const track of tracks) strips.push(await this.#decode(track, engine));
    if (strips.includes(null)) return; // its model was left
    tracks.forEach((track, i) => draw(track, strips[i], engine));
    this.#drawn = engine;
  }

  /**
   * @param {import("./dimension.js").Track} track
   * @param {import("../decoder/engine.js").Engine} engine
   */
  #decode({ dimension: { index, low, high } }, engine) {
    const { code, classIndex } = this.hand;
    const codes = new Float32Array(FRAMES * code.length);
    for (let frame = 0; frame < FRAMES; frame++) {
      codes.set(code, frame * code.length);
      codes[frame * code.length + index] = low + ((frame + 0.5) / FRAMES) * (high - low);
    }
    return engine.film(codes, FRAMES, classIndex);
  }

  close() {
    this.hand.removeEventListener("code", this.follow);
    this.hand.removeEventListener("engine", this.renew);
    this.tracks = [];
    this.#stale.clear();
  }
}

/**
 * @param {import("./dimension.js").Track} track
 * @param {Uint8Array | null} pictures null: they could not be had, and the strip stays
 * @param {import("../decoder/engine.js").Engine} engine
 */
function draw(track, pictures, engine) {
  if (!pictures) return;
  drawTiles(track.strip, pictures, engine.shape, FRAMES);
  track.strip.dispatchEvent(new CustomEvent("hourglass:drawn"));
}
