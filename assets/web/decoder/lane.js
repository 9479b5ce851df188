// One request in flight, then the newest one: what came between is dropped, so that an answer is never late by a queue.

/**
 * @template Request
 * @template Answer
 */
export class Lane {
  /** @type {{request: Request, resolve: (answer: Answer | null) => void} | null} */ #next = null;
  #busy = false;

  /** @param {(request: Request, overtaken: () => boolean) => Promise<Answer | null>} send must not reject */
  constructor(send) {
    this.send = send;
  }

  /**
   * @param {Request} request
   * @returns {Promise<Answer | null>} null where a newer request overtook this one
   */
  ask(request) {
    return new Promise((resolve) => {
      this.#next?.resolve(null);
      this.#next = { request, resolve };
      if (!this.#busy) this.#run();
    });
  }

  async #run() {
    this.#busy = true;
    while (this.#next) {
      const { request, resolve } = this.#next;
      this.#next = null;
      resolve(await this.send(request, () => this.#next !== null));
    }
    this.#busy = false;
  }
}
