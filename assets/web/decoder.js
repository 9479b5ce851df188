// Asks the server to decode, at the pace at which it answers: one request in flight, then the newest code.

const RETRY_MS = 400;

/**
 * @typedef {{picture: Uint8Array, ms: number}} Answer
 * @typedef {object} Listener
 * @property {(answer: Answer) => void} onPicture
 * @property {(sentence: string) => void} onTrouble the last good picture stays
 */

export class Decoder {
  /** @type {Float32Array | null} */ #next = null;
  #busy = false;
  #control = new AbortController();

  /**
   * @param {string} model
   * @param {number} size bytes of one picture
   * @param {Listener} listener
   */
  constructor(model, size, listener) {
    const url = new URL("../api/decode", import.meta.url);
    url.search = new URLSearchParams({ model }).toString();
    this.url = url.href;
    this.size = size;
    this.listener = listener;
  }

  /** @param {number[]} code */
  request(code) {
    this.#next = Float32Array.from(code);
    if (!this.#busy) this.#run();
  }

  close() {
    this.#next = null;
    this.#control.abort();
  }

  async #run() {
    this.#busy = true;
    while (this.#next) {
      const code = this.#next;
      this.#next = null;
      const starting = await this.#send(code);
      if (!starting || this.#control.signal.aborted) continue;
      this.#next ??= code;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      if (this.#control.signal.aborted) this.#next = null;
    }
    this.#busy = false;
  }

  /**
   * @param {Float32Array} code
   * @returns {Promise<boolean>} whether the decoder is still starting
   */
  async #send(code) {
    const { signal } = this.#control;
    const start = performance.now();
    try {
      const response = await fetch(this.url, { method: "POST", body: code, signal });
      if (response.status === 503 && response.headers.has("Retry-After")) {
        this.listener.onTrouble("Starting the decoder …");
        return true;
      }
      if (!response.ok) {
        this.listener.onTrouble(await sentence(response));
        return false;
      }
      const picture = new Uint8Array(await response.arrayBuffer());
      if (picture.length === this.size) this.listener.onPicture({ picture, ms: performance.now() - start });
      else this.listener.onTrouble("The decoder answered with a picture of another size. Reload the page.");
    } catch {
      if (!signal.aborted) this.listener.onTrouble("The app does not answer. This is the last picture it sent.");
    }
    return false;
  }
}

/** @param {Response} response */
async function sentence(response) {
  const answer = await response.json().catch(() => null);
  return typeof answer?.error === "string" ? answer.error : `The code could not be decoded (${response.status}).`;
}
