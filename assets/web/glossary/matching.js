// Terms of the glossary in a text. A longer name goes before a shorter one, and an "s" may follow.

/** @typedef {{names: string[], means: string}} Entry */
/** @typedef {{entry: Entry, start: number, end: number}} Match */

const WORD = /[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*/gu;

export class Matching {
  /** @type {Map<string, Entry>} */ #entries = new Map();
  #most = 1; // words of a name

  /** @param {Entry[]} entries */
  constructor(entries) {
    for (const entry of entries) {
      for (const name of entry.names) {
        this.#entries.set(name.toLowerCase(), entry);
        this.#most = Math.max(this.#most, name.split(" ").length);
      }
    }
  }

  /**
   * Word by word, for a page is looked through every few seconds: one large pattern takes fifty times as long.
   * @param {string} text
   * @returns {Match[]} in their order
   */
  all(text) {
    const words = [...text.matchAll(WORD)].map((found) => ({ start: found.index, end: found.index + found[0].length }));
    /** @type {Match[]} */ const matches = [];
    for (let at = 0; at < words.length; at++) {
      for (let last = Math.min(at + this.#most, words.length) - 1; last >= at; last--) {
        const { start, end } = { start: words[at].start, end: words[last].end };
        const entry = this.#named(text.slice(start, end).toLowerCase());
        if (!entry) continue;
        matches.push({ entry, start, end });
        at = last;
        break;
      }
    }
    return matches;
  }

  /** @param {string} words */
  #named(words) {
    return this.#entries.get(words) ?? (words.endsWith("s") ? this.#entries.get(words.slice(0, -1)) : undefined);
  }

  /**
   * The term at a place of a text.
   * @param {string} text
   * @param {number} place
   */
  at(text, place) {
    return this.all(text).find(({ start, end }) => start <= place && place <= end) ?? null;
  }
}
