// One model at one snapshot, ready to decode: here, in a thread beside the page, or on the server.
import { unpack } from "../shared/container.js";
import { withClass } from "./condition.js";
import { Lane } from "./lane.js";
import { Network, NotRunnableError } from "./network.js";
import { decodeByServer } from "./server_path.js";
import { fetchWeights, NotPortableError } from "./weights.js";
import { dropModel, thread } from "./workers.js";

const PAGE_MS = 4; // a decode that takes longer would be felt on the page's own thread
const PAGE_MACS = 8e6; // too many to even try how long they take there
const TRIALS = 9;
const SERVER_BATCH = 64; // codes in one request: the hand waits for it at most
const HAND_RESTS_MS = 40; // without a request of the hand, and film may ask the one decoder that both share
const FILM_WAITS_MS = 250; // at most: strips go on during a long drag, only slower

/**
 * @typedef {"browser" | "thread" | "server"} Place
 *
 * @typedef {object} Model what `Shown` in explorer/figures/shown.py says of it
 * @property {string} model its key
 * @property {string} version another one of the same model is loaded anew
 * @property {import("../shared/pixels.js").Shape} shape
 * @property {string[]} class_names the classes of a conditional decoder; none for another
 */

/** Median milliseconds of one decode, by the layers: a snapshot of the same network is not timed again. */
const speeds = /** @type {Map<string, number>} */ (new Map());
let engines = 0;

export class Engine {
  id = ++engines;
  #holders = 1;
  #closing = new AbortController();
  /** When the hand last asked for a decode from afar. */ #handAt = -Infinity;
  /** @type {Lane<Float32Array, Uint8Array>} */ #hand = new Lane((code, overtaken) => this.#far(code, 1, "hand", overtaken));
  /** @type {Lane<Float32Array, Uint8Array>} */ #hover = new Lane((code, overtaken) => this.#far(code, 1, "hand", overtaken));

  /**
   * @param {Model} model
   * @param {ArrayBuffer | null} bytes null: the server decodes
   * @param {string} reason why it does
   * @param {(sentence: string) => void} onTrouble
   */
  constructor({ model, shape, class_names }, bytes, reason, onTrouble) {
    this.model = model;
    this.shape = shape;
    this.classes = class_names.length;
    this.size = shape[0] * shape[1] * shape[2];
    this.bytes = bytes;
    this.reason = reason;
    this.onTrouble = onTrouble;
    /** Only where the page itself decodes. @type {Network | null} */ this.network = null;
    /** @type {Place} */ this.place = "server";
    if (bytes) [this.place, this.network] = placeOf(bytes);
  }

  /**
   * Load a model. Only a whole one is ever returned.
   * @param {Model} model
   * @param {AbortSignal} signal
   * @param {(sentence: string) => void} onTrouble
   * @throws {import("./weights.js").WeightsError} where the weights cannot be had
   */
  static async open(model, signal, onTrouble) {
    try {
      const bytes = await fetchWeights(model.model, signal, onTrouble);
      return new Engine(model, bytes, "", onTrouble);
    } catch (error) {
      if (!(error instanceof NotPortableError || error instanceof NotRunnableError)) throw error;
      return new Engine(model, null, /** @type {Error} */ (error).message, onTrouble);
    }
  }

  /**
   * One code for the picture under the hand: at once where that is quick, else the newest one as soon as it is there.
   * @param {number[]} code
   * @param {number} classIndex the class to draw it as, where the model is conditional
   * @returns {Uint8Array | Promise<Uint8Array | null>} null where it was overtaken or could not be decoded
   */
  decode(code, classIndex) {
    return this.#one(code, classIndex, this.#hand);
  }

  /**
   * The same for what the pointer is over.
   * @param {number[]} code
   * @param {number} classIndex
   */
  hover(code, classIndex) {
    return this.#one(code, classIndex, this.#hover);
  }

  /**
   * @param {number[]} code
   * @param {number} classIndex
   * @param {Lane<Float32Array, Uint8Array>} lane
   */
  #one(code, classIndex, lane) {
    const values = withClass(Float32Array.from(code), 1, classIndex, this.classes);
    if (this.network && this.place === "browser") return this.network.decode(values, 1);
    return lane.ask(values);
  }

  /**
   * Many codes, never on the page's own thread.
   * @param {Float32Array} codes one after the other
   * @param {number} count
   * @param {number} classIndex the class to draw all of them as
   * @returns {Promise<Uint8Array | null>} null where they could not be decoded
   */
  async film(codes, count, classIndex) {
    const all = withClass(codes, count, classIndex, this.classes);
    if (this.place !== "server") return this.#far(all, count, "film");
    const pictures = new Uint8Array(count * this.size);
    const length = all.length / count;
    for (let from = 0; from < count; from += SERVER_BATCH) {
      const some = Math.min(SERVER_BATCH, count - from);
      await this.#handRests();
      const part = await this.#far(all.subarray(from * length, (from + some) * length), some, "film");
      if (!part) return null;
      pictures.set(part, from * this.size);
    }
    return pictures;
  }

  async #handRests() {
    const end = performance.now() + FILM_WAITS_MS;
    while (performance.now() < Math.min(end, this.#handAt + HAND_RESTS_MS)) {
      await new Promise((resolve) => setTimeout(resolve, HAND_RESTS_MS / 2));
    }
  }

  /**
   * @param {Float32Array} codes as the decoder takes them
   * @param {number} count
   * @param {"hand" | "film"} name
   * @param {() => boolean} [overtaken] whether a newer request waits for this one
   */
  async #far(codes, count, name, overtaken = () => false) {
    const { signal } = this.#closing;
    if (signal.aborted) return null;
    if (name === "hand") this.#handAt = performance.now();
    if (!this.bytes) return decodeByServer(this.model, codes, count * this.size, signal, overtaken, this.onTrouble);
    const answer = await thread(name).decode({ id: this.id, bytes: this.bytes }, codes, count);
    if (signal.aborted) return null;
    if (answer && "pixels" in answer) return answer.pixels;
    this.onTrouble(answer?.sentence ?? "The thread that decodes has failed. The next move starts it again.");
    return null;
  }

  /** Somebody is in the middle of decoding many codes: the engine stays until `release`, unless its model is left. */
  hold() {
    this.#holders++;
    return this;
  }

  release() {
    if (--this.#holders === 0) this.close();
  }

  /** Nothing that is still on its way will be answered. */
  close() {
    this.#closing.abort();
    dropModel(this.id);
  }
}

/**
 * Where a model is decoded, and with what if it is here. A snapshot of a network that is known to be slow is not even
 * built on the page.
 * @param {ArrayBuffer} bytes
 * @returns {[Place, Network | null]}
 */
function placeOf(bytes) {
  const { header, tensors } = unpack(new Uint8Array(bytes));
  const { layers, latent, shape } = /** @type {import("./network.js").Header} */ (header);
  const key = JSON.stringify([layers, latent, shape]);
  const known = speeds.get(key);
  if (known !== undefined && known > PAGE_MS) return ["thread", null];
  const network = new Network(header, tensors);
  const ms = known ?? (network.macs > PAGE_MACS ? Infinity : timed(network));
  speeds.set(key, ms);
  return ms > PAGE_MS ? ["thread", null] : ["browser", network];
}

/** Median milliseconds of the last decodes; the first ones were not compiled yet. @param {Network} network */
function timed(network) {
  const times = [];
  for (let trial = 0; trial < TRIALS; trial++) {
    const codes = Float32Array.from({ length: network.latent }, () => 4 * Math.random() - 2);
    const start = performance.now();
    network.decode(codes, 1);
    times.push(performance.now() - start);
  }
  return times.slice(-5).sort((a, b) => a - b)[2];
}
