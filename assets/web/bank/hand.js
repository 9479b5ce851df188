// Where the hand is in a latent space: the code, what it decodes to, what is held, what can be undone. A bank and a map
// that name the same hand move together, and stay where they are while Streamlit draws the page again.
import { LIMIT, range } from "./code_text.js";
import { Following } from "../decoder/following.js";

const MOST_STEPS_BACK = 200;
const CLOSE = 1e-5; // as near as float32 takes a code

/**
 * @typedef {import("../map/points_source.js").DataPoint} Chosen an image whose code was taken
 * @typedef {{code: number[], chosen: Chosen | null}} Place
 * @typedef {{pixels: Uint8Array, ms: number, place: import("../decoder/engine.js").Place}} Picture
 */

/** Events: `code`, `picture`, `engine`, `chosen`, `locks`, `trouble` (its sentence is `hand.trouble`). */
export class Hand extends EventTarget {
  /** @type {number[]} */ code = [];
  /** @type {Chosen | null} */ chosen = null;
  /** @type {Set<number>} */ locks = new Set();
  /** @type {Picture | null} */ picture = null;
  /** What was wrong with what the hand did, and with its model; each goes when its own cause goes. */
  troubles = { input: "", model: "" };
  /** Where its code came from; see bank.js. */ origin = "";
  /** @type {Place[]} */ #past = [];
  /** @type {Place[]} */ #future = [];
  /** @type {Place | null} */ #settled = null;
  #following = new Following(this);
  #members = 0;

  get engine() {
    return this.#following.engine;
  }

  get trouble() {
    return this.troubles.input || this.troubles.model;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Whether the code is the chosen image's own. */
  get resting() {
    return Boolean(this.chosen?.mean.every((value, i) => Math.abs(value - this.code[i]) < CLOSE));
  }

  /** A bank or a map shows this hand. */
  join() {
    this.#members++;
  }

  /** And does no more. A hand that nobody shows keeps its place, not its model. */
  part() {
    if (--this.#members > 0) return;
    this.#following.close();
  }

  /**
   * Decode with this model from now on; see following.js.
   * @param {string} model
   * @param {string} version
   * @param {import("../shared/pixels.js").Shape} shape
   */
  follow(model, version, shape) {
    this.#following.follow(model, version, shape);
  }

  /**
   * @param {import("../decoder/engine.js").Engine} _engine
   * @param {Chosen | null} point
   */
  onEngine(_engine, point) {
    if (point) this.carry(point);
    this.say("", "model");
    this.#tell("engine");
    this.decode();
  }

  onLeave() {
    Object.assign(this, { code: [], chosen: null, picture: null });
  }

  /** @param {string} sentence */
  onTrouble(sentence) {
    this.say(sentence, "model");
    if (!this.picture) this.#tell("picture"); // what is on the page is another model's
  }

  /**
   * Begin anew somewhere: nothing of before can be undone into another model.
   * @param {number[]} code
   */
  begin(code) {
    this.code = [...code];
    this.chosen = null;
    this.#past = [];
    this.#future = [];
    this.locks.clear();
    this.#settled = this.#place();
    this.#tell("locks", "chosen", "code");
    this.decode();
  }

  /**
   * Go to a code. Locked dimensions stay; a value that cannot be meant leaves everything as it is.
   * @param {number[]} code
   * @param {boolean} committed whether the hand has let go, so that this is a step to undo
   * @param {Chosen | null} [chosen] the image that the code is of, or was taken from
   */
  move(code, committed, chosen = null) {
    const wrong = code.findIndex((value) => !Number.isFinite(value) || Math.abs(value) > LIMIT);
    if (wrong >= 0) {
      this.say(`z${wrong} was ${code[wrong]}; it takes a number from ${range()}. The picture is the last good one.`);
      return;
    }
    this.#go(code, chosen);
    if (committed) this.#commit();
    this.#tell("code");
    this.decode();
  }

  /**
   * @param {number[]} code
   * @param {Chosen | null} chosen
   */
  #go(code, chosen) {
    this.code = code.map((value, i) => (this.locks.has(i) ? this.code[i] : value));
    this.say("");
    if (chosen !== this.chosen) this.note(chosen);
  }

  /**
   * @param {number} index
   * @param {number} value
   * @param {boolean} committed
   */
  set(index, value, committed) {
    this.move(this.code.with(index, value), committed, this.chosen);
  }

  /**
   * The chosen image as another snapshot has it. A hand that rests on it goes along; that is no step to undo.
   * @param {Chosen} point
   * @param {boolean} [resting]
   */
  carry(point, resting = this.resting) {
    this.note(point);
    if (!resting) return;
    this.#go(Array.from(point.mean), point);
    this.#settled = this.#place();
    this.#tell("code");
  }

  /**
   * Say which image the code is of.
   * @param {Chosen | null} chosen
   */
  note(chosen) {
    this.chosen = chosen;
    this.#tell("chosen");
  }

  #commit() {
    if (this.#settled && !same(this.#settled.code, this.code)) {
      this.#past = [...this.#past, this.#settled].slice(-MOST_STEPS_BACK);
      this.#future = [];
    }
    this.#settled = this.#place();
  }

  undo() {
    this.#travel(this.#past, this.#future);
  }

  redo() {
    this.#travel(this.#future, this.#past);
  }

  /**
   * @param {Place[]} from
   * @param {Place[]} to
   */
  #travel(from, to) {
    const place = from.pop();
    if (!place) return;
    to.push(this.#place());
    this.#go(place.code, place.chosen);
    this.#settled = this.#place();
    this.#tell("code");
    this.decode();
  }

  /** @returns {Place} */
  #place() {
    return { code: [...this.code], chosen: this.chosen };
  }

  /** @param {number} index */
  toggleLock(index) {
    if (!this.locks.delete(index)) this.locks.add(index);
    this.#tell("locks");
  }

  decode() {
    const { engine } = this;
    if (!engine || !this.code.length) return;
    const start = performance.now();
    const done = (/** @type {Uint8Array | null} */ pixels) => {
      if (!pixels || engine !== this.engine) return; // of a model that has been left, or overtaken
      this.picture = { pixels, ms: performance.now() - start, place: engine.place };
      if (engine.place !== "browser") this.say("", "model");
      this.#tell("picture");
    };
    const answer = engine.decode(this.code);
    if (answer instanceof Uint8Array) done(answer);
    else answer.then(done);
  }

  /**
   * @param {string} sentence empty where all is well
   * @param {"input" | "model"} [about]
   */
  say(sentence, about = "input") {
    if (this.troubles[about] === sentence) return;
    this.troubles[about] = sentence;
    this.#tell("trouble");
  }

  /** @param {...string} names */
  #tell(...names) {
    for (const name of names) this.dispatchEvent(new Event(name));
  }
}

/** @type {Map<string, Hand>} */
const hands = new Map();

/** @param {string} name */
export function handOf(name) {
  let hand = hands.get(name);
  if (!hand) hands.set(name, (hand = new Hand()));
  return hand;
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
export function same(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
