// The model that a hand decodes with: one engine at a time, the next one only when it is whole.
import { Engine } from "../decoder/engine.js";
import { dataPoint } from "./data_point.js";

/**
 * @typedef {import("../decoder/engine.js").Model} Model
 * @typedef {import("./data_point.js").DataPoint} Chosen
 *
 * @typedef {object} Follower
 * @property {Chosen | null} chosen the image that goes along from snapshot to snapshot
 * @property {(engine: Engine, point: Chosen | null) => void} onEngine with the chosen image as this snapshot has it
 * @property {() => void} onLeave another model is coming
 * @property {(sentence: string) => void} onTrouble
 */

export class Following {
  /** @type {Engine | null} */ engine = null;
  /** The newest that was asked for. @type {Model | null} */ #wanted = null;
  #failed = false;
  #loading = false;
  #leaving = new AbortController();

  /** @param {Follower} follower */
  constructor(follower) {
    this.follower = follower;
  }

  /**
   * Decode with this model from now on. The one before stays until the new one is there. Of snapshots that come faster
   * than they can be loaded, each that was begun is finished, and the newest is next.
   * @param {Model} model
   */
  follow({ model, version, shape, class_names }) {
    const before = this.#wanted;
    if (before?.model === model && before.version === version && !this.#failed) return;
    if (before && baseOf(before.model) !== baseOf(model)) {
      this.close();
      this.follower.onLeave();
    }
    this.#wanted = { model, version, shape, class_names };
    this.#failed = false;
    if (!this.#loading) this.#load();
  }

  async #load() {
    this.#loading = true;
    for (let begun = null; this.#wanted && begun !== this.#wanted; ) {
      begun = this.#wanted;
      const { signal } = this.#leaving;
      try {
        await this.#open(begun, signal);
      } catch (error) {
        if (signal.aborted) continue;
        this.#failed = true;
        this.follower.onTrouble(/** @type {Error} */ (error).message);
      }
    }
    this.#loading = false;
  }

  /**
   * Engine and code change in one step: a decoder of one snapshot must not draw a code of another.
   * @param {Model} model
   * @param {AbortSignal} signal
   */
  async #open(model, signal) {
    const { follower } = this;
    const engine = await Engine.open(model, signal, (sentence) => follower.onTrouble(sentence));
    const { chosen } = follower;
    const point = chosen && (await dataPoint(model.model, model.version, chosen.of, chosen.row).catch(() => null));
    if (signal.aborted) return engine.close();
    this.engine?.release();
    this.engine = engine;
    follower.onEngine(engine, chosen === follower.chosen ? point : null);
  }

  /** Nothing of this model is decoded any more. */
  close() {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    this.engine?.close();
    this.engine = null;
    this.#wanted = null;
  }
}

/** A model's key without its snapshot. @param {string} key */
export function baseOf(key) {
  return key.split("@")[0];
}
