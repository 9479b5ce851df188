// Where the hand is in a latent space: the code, what it decodes to, what is held, what can be undone. A bank and a map
// that name the same hand move together, and stay where they are while Streamlit draws the page again.
import { LIMIT, range } from "./code_text.js";
import { Following } from "./following.js";
import { History } from "./history.js";

const CLOSE = 1e-5; // as near as float32 takes a code

/**
 * @typedef {import("./data_point.js").DataPoint} Chosen an image whose code was taken
 * @typedef {{code: number[], classIndex: number, chosen: Chosen | null}} Place
 * @typedef {{pixels: Uint8Array, ms: number, place: import("../decoder/engine.js").Place}} Picture
 */

/** Events: `code` (it, or the class that it is drawn as), `picture`, `engine`, `chosen`, `locks`, `trouble` (its sentence is `hand.trouble`). */
export class Hand extends EventTarget {
  /** @type {number[]} */ code = [];
  /** The class that it is drawn as; 0 where the model is not conditional. */ classIndex = 0;
  /** @type {Chosen | null} */ chosen = null;
  /** @type {Set<number>} */ locks = new Set();
  /** @type {Picture | null} */ picture = null;
  /** What was wrong with what the hand did, and with its model; each goes when its own cause goes. */
  troubles = { input: "", model: "" };
  /** Where its code came from; see bank.js. */ origin = "";
  /** How often somebody took it elsewhere; it also goes along with its image, which does not count. */ moves = 0;
  #conditional = false;
  #history = new History();
  #following = new Following(this);
  #members = 0;

  get engine() {
    return this.#following.engine;
  }

  get trouble() {
    return this.troubles.input || this.troubles.model;
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /** Whether the code is the chosen image's own. */
  get resting() {
    return Boolean(this.chosen?.mean.every((value, i) => Math.abs(value - this.code[i]) < CLOSE));
  }

  /** Whether the picture is the chosen image's reconstruction: a conditional model makes it with the image's own class. */
  get reconstructing() {
    return this.resting && (!this.#conditional || this.classIndex === this.chosen?.classIndex);
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
   * @param {import("./following.js").Model} model
   */
  follow(model) {
    this.#conditional = model.class_names.length > 0;
    this.#following.follow(model);
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
    Object.assign(this, { code: [], classIndex: 0, chosen: null, picture: null });
  }

  /** @param {string} sentence */
  onTrouble(sentence) {
    this.say(sentence, "model");
    if (!this.picture) this.#tell("picture"); // what is on the page is another model's
  }

  /**
   * Begin anew somewhere: nothing of before can be undone into another model.
   * @param {number[]} code
   * @param {number} classIndex
   */
  begin(code, classIndex) {
    this.locks.clear();
    this.moves++;
    this.#go(code, classIndex, null);
    this.#history.begin(this.#place());
    this.#tell("locks", "chosen", "code");
    this.decode();
  }

  /**
   * Go to a code. Locked dimensions stay; a value that cannot be meant leaves everything as it is.
   * @param {number[]} code
   * @param {boolean} committed whether the hand has let go, so that this is a step to undo
   * @param {Chosen | null} [chosen] the image that the code is of, or was taken from
   * @param {number} [classIndex] the class to draw it as
   */
  move(code, committed, chosen = null, classIndex = this.classIndex) {
    const wrong = code.findIndex((value) => !Number.isFinite(value) || Math.abs(value) > LIMIT);
    if (wrong >= 0) {
      this.say(`z${wrong} was ${code[wrong]}; it takes a number from ${range()}. The picture is the last good one.`);
      return;
    }
    this.moves++;
    this.#go(code, classIndex, chosen);
    if (committed) this.#history.commit(this.#place());
    this.#tell("code");
    this.decode();
  }

  /**
   * @param {number[]} code
   * @param {number} classIndex
   * @param {Chosen | null} chosen
   */
  #go(code, classIndex, chosen) {
    this.code = code.map((value, i) => (this.locks.has(i) ? this.code[i] : value));
    this.classIndex = this.#conditional ? classIndex : 0;
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

  /** The same code as another class; a step to undo. @param {number} classIndex */
  drawAs(classIndex) {
    this.move(this.code, true, this.chosen, classIndex);
  }

  /**
   * The chosen image as another snapshot has it. A hand that rests on it goes along; that is no step to undo.
   * @param {Chosen} point
   * @param {boolean} [resting]
   */
  carry(point, resting = this.resting) {
    this.note(point);
    if (!resting) return;
    this.#go(Array.from(point.mean), this.classIndex, point);
    this.#history.settle(this.#place());
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

  undo() {
    this.#travel(this.#history.undo(this.#place()));
  }

  redo() {
    this.#travel(this.#history.redo(this.#place()));
  }

  /** @param {Place | undefined} place */
  #travel(place) {
    if (!place) return;
    this.moves++;
    this.#go(place.code, place.classIndex, place.chosen);
    this.#history.settle(this.#place());
    this.#tell("code");
    this.decode();
  }

  /** @returns {Place} */
  #place() {
    return { code: [...this.code], classIndex: this.classIndex, chosen: this.chosen };
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
    const answer = engine.decode(this.code, this.classIndex);
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
