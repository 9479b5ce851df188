// Where the hand is in a latent space: the code, what it decodes to, what is held, what can be undone. A bank and a map
// that name the same hand move together, and stay where they are while Streamlit draws the page again.
import { Engine } from "./engine.js";

export const LIMIT = 1e4;
const MOST_STEPS_BACK = 200;

/**
 * @typedef {import("./points_source.js").DataPoint} Chosen an image whose code was taken
 * @typedef {{code: number[], chosen: Chosen | null}} Place
 * @typedef {{pixels: Uint8Array, ms: number, place: import("./engine.js").Place}} Picture
 */

/** Events: `code`, `picture`, `engine`, `chosen`, `locks`, `trouble` (its sentence is `hand.trouble`). */
export class Hand extends EventTarget {
  /** @type {number[]} */ code = [];
  /** @type {Chosen | null} */ chosen = null;
  /** @type {Set<number>} */ locks = new Set();
  /** @type {Engine | null} */ engine = null;
  /** @type {Picture | null} */ picture = null;
  trouble = "";
  /** Where its code came from; see bank.js. */ origin = "";
  /** @type {Place[]} */ #past = [];
  /** @type {Place[]} */ #future = [];
  /** @type {Place | null} */ #settled = null;
  #wanted = "";
  #loading = new AbortController();

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /**
   * Decode with this model from now on. The one before stays until the new one is there, whole.
   * @param {string} model its key
   * @param {string} version another one of the same model is loaded anew
   * @param {import("./pixels.js").Shape} shape
   */
  async follow(model, version, shape) {
    const wanted = `${model} ${version}`;
    if (wanted === this.#wanted) return;
    if (baseOf(wanted) !== baseOf(this.#wanted)) this.#leave();
    this.#wanted = wanted;
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    const say = (/** @type {string} */ sentence) => this.say(sentence);
    try {
      const engine = await Engine.open(model, shape, signal, say);
      if (signal.aborted) engine.close();
      else this.#use(engine);
    } catch (error) {
      if (signal.aborted) return;
      this.#wanted = ""; // may be asked for again
      this.say(/** @type {Error} */ (error).message);
    }
  }

  /** Another model is coming: this one must not decode its codes. */
  #leave() {
    this.engine?.close();
    this.engine = null;
  }

  /** @param {Engine} engine */
  #use(engine) {
    this.engine?.close();
    this.engine = engine;
    this.say("");
    this.#tell("engine");
    this.decode();
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
   * @param {Chosen | null} [chosen] the image that the code is of
   */
  move(code, committed, chosen = null) {
    const wrong = code.findIndex((value) => !Number.isFinite(value) || Math.abs(value) > LIMIT);
    if (wrong >= 0) {
      this.say(`z${wrong} was ${code[wrong]}; it takes a number from ${range()}. The picture is the last good one.`);
      return;
    }
    this.code = code.map((value, i) => (this.locks.has(i) ? this.code[i] : value));
    this.say("");
    if (chosen !== this.chosen) this.note(chosen);
    if (committed) this.#commit();
    this.#tell("code");
    this.decode();
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
   * Be taken to where an image's code is now: the hand did not do it, so it is no step to undo.
   * @param {Chosen} chosen
   */
  carry(chosen) {
    this.move(Array.from(chosen.mean), false, chosen);
    this.#settled = this.#place();
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
    ({ code: this.code, chosen: this.chosen } = { ...place, code: [...place.code] });
    this.#settled = this.#place();
    this.say("");
    this.#tell("code", "chosen");
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
      if (engine.place === "server") this.say("");
      this.#tell("picture");
    };
    const answer = engine.decode(this.code);
    if (answer instanceof Uint8Array) done(answer);
    else answer.then(done);
  }

  /** @param {string} sentence empty where all is well */
  say(sentence) {
    if (this.trouble === sentence) return;
    this.trouble = sentence;
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

/** A model's key without its snapshot. @param {string} key */
export function baseOf(key) {
  return key.split(/[@ ]/)[0];
}

/** What a value may be, in words. */
export function range() {
  const limit = LIMIT.toLocaleString("en");
  return `−${limit} to ${limit}`;
}

/** A code as text, to be copied: six digits, more than a picture can show. @param {number[]} code */
export function codeText(code) {
  return code.map((value) => String(Number(value.toPrecision(6)))).join(", ");
}

/**
 * @param {string} text numbers with commas, blanks or line ends between, perhaps in brackets
 * @param {number} latent how many there must be
 * @returns {number[]}
 * @throws {RangeError} with a sentence
 */
export function parseCode(text, latent) {
  const parts = text.replace(/[[\](){}]/g, " ").split(/[\s,;]+/).filter(Boolean);
  if (parts.length !== latent) {
    const given = `${parts.length} number${parts.length === 1 ? "" : "s"}`;
    throw new RangeError(`The text had ${given}; this model's code has ${latent}. Put commas or blanks between them.`);
  }
  return parts.map((part, i) => {
    const value = Number(part);
    if (Number.isFinite(value) && Math.abs(value) <= LIMIT) return value;
    throw new RangeError(`z${i} was ${part.slice(0, 20)}; it takes a number from ${range()}.`);
  });
}
