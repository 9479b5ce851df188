// The threads that decode what would hold up the page: one for the hand, one for film strips and grids.

/** @typedef {import("./worker.js").Answer} Answer */

class Thread {
  #worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  /** @type {Map<number, (answer: Answer | null) => void>} */ #waiting = new Map();
  /** @type {Set<number>} */ #models = new Set();
  #jobs = 0;

  constructor() {
    this.#worker.onmessage = (/** @type {MessageEvent<Answer>} */ { data }) => {
      this.#waiting.get(data.job)?.(data);
      this.#waiting.delete(data.job);
    };
    this.#worker.onerror = () => {
      this.#worker.terminate();
      threads.forEach((one, name) => one === this && threads.delete(name)); // the next job has another one
      for (const resolve of this.#waiting.values()) resolve(null);
      this.#waiting.clear();
    };
  }

  /**
   * @param {{id: number, bytes: ArrayBuffer}} model its bytes are sent with its first job
   * @param {Float32Array} codes
   * @param {number} count
   * @returns {Promise<Answer | null>} pictures, or why there are none; null where the thread failed
   */
  decode(model, codes, count) {
    if (!this.#models.has(model.id)) {
      this.#worker.postMessage({ type: "model", id: model.id, bytes: model.bytes });
      this.#models.add(model.id);
    }
    const job = this.#jobs++;
    return new Promise((resolve) => {
      this.#waiting.set(job, resolve);
      this.#worker.postMessage({ type: "decode", model: model.id, job, codes, count });
    });
  }

  /** @param {number} id */
  drop(id) {
    if (this.#models.delete(id)) this.#worker.postMessage({ type: "drop", id });
  }
}

/** @type {Map<string, Thread>} */
const threads = new Map();

/** @param {"hand" | "film"} name */
export function thread(name) {
  let found = threads.get(name);
  if (!found) threads.set(name, (found = new Thread()));
  return found;
}

/**
 * Forget a model in every thread.
 * @param {number} id
 */
export function dropModel(id) {
  for (const one of threads.values()) one.drop(id);
}
