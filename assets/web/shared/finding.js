// A finding in words: its verdict as a badge, then the sentences.
import { make } from "./elements.js";

/** @typedef {{level: string, colour: string, verdict: string, words: string}} Finding */

/** A list of findings. Each stays where it is while its numbers change. */
export class Findings {
  /** @type {Line[]} */ #lines = [];

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
  }

  /** @param {Finding[]} findings */
  update(findings) {
    while (this.#lines.length > findings.length) this.#lines.pop()?.element.remove();
    while (this.#lines.length < findings.length) {
      const line = new Line();
      this.#lines.push(line);
      this.host.append(line.element);
    }
    this.#lines.forEach((line, i) => line.say(findings[i]));
  }
}

class Line {
  badge = make("span", { className: "hg-badge" });
  words = make("span");
  element = make("p", {}, this.badge, " ", this.words);

  /** @param {Finding} finding */
  say({ level, colour, verdict, words }) {
    Object.assign(this.badge.dataset, { colour, level });
    this.badge.textContent = verdict;
    this.words.textContent = words;
  }
}
