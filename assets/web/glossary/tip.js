// The explanation of the term under the pointer, or under a finger.
import { make } from "../shared/elements.js";
import { ELSEWHERE } from "./marking.js";

const DWELL_MS = 250; // on one place: crossing a text must not flicker
const GAP = 6; // pixels between a term and its explanation
const EDGE = 8; // pixels that the window keeps free

export class Tip {
  #dwell = 0;
  #element = make("div", { className: "hg-tip", role: "tooltip", hidden: true });
  /** @type {DOMRect | null} */ #term = null;

  /** @param {import("./matching.js").Matching} matching */
  constructor(matching) {
    this.matching = matching;
  }

  listen() {
    document.body.append(this.#element);
    document.addEventListener("pointermove", (event) => event.pointerType !== "touch" && this.#over(event));
    document.addEventListener("click", (event) => this.#show(event));
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#hide());
    for (const kind of ["scroll", "pointerdown"]) document.addEventListener(kind, () => this.#hide(), true);
  }

  /** @param {PointerEvent} event */
  #over(event) {
    window.clearTimeout(this.#dwell);
    if (this.#term && !isIn(this.#term, event)) this.#hide();
    if (!event.buttons) this.#dwell = window.setTimeout(() => this.#show(event), DWELL_MS);
  }

  /** @param {{clientX: number, clientY: number}} place */
  #show({ clientX, clientY }) {
    const found = textAt(clientX, clientY);
    const match = found && this.matching.at(found.node.data, found.offset);
    if (!match) return;
    const range = new Range();
    range.setStart(found.node, match.start);
    range.setEnd(found.node, match.end);
    const term = range.getBoundingClientRect();
    if (!isIn(term, { clientX, clientY })) return; // the nearest text, beside which the pointer is
    this.#term = term;
    const [name] = match.entry.names;
    this.#element.replaceChildren(make("b", { textContent: name }), " ", match.entry.means);
    this.#element.hidden = false;
    this.#place(term);
  }

  /** @param {DOMRect} term */
  #place(term) {
    const { width, height } = this.#element.getBoundingClientRect();
    const left = Math.max(EDGE, Math.min(term.left, window.innerWidth - width - EDGE));
    const below = term.bottom + GAP;
    const top = below + height + EDGE > window.innerHeight ? term.top - GAP - height : below;
    Object.assign(this.#element.style, { left: `${left}px`, top: `${top}px` });
  }

  #hide() {
    window.clearTimeout(this.#dwell);
    this.#element.hidden = true;
    this.#term = null;
  }
}

/** @param {DOMRect} box @param {{clientX: number, clientY: number}} place */
function isIn({ left, right, top, bottom }, { clientX, clientY }) {
  return left - 1 <= clientX && clientX <= right + 1 && top - 1 <= clientY && clientY <= bottom + 1;
}

/** @param {number} x @param {number} y @returns {{node: Text, offset: number} | null} */
function textAt(x, y) {
  const page = /** @type {Document & {caretPositionFromPoint?: (x: number, y: number) => CaretPosition | null}} */ (document);
  const caret = page.caretPositionFromPoint?.(x, y);
  const range = caret ? null : page.caretRangeFromPoint?.(x, y);
  const node = caret?.offsetNode ?? range?.startContainer;
  if (!(node instanceof Text) || node.parentElement?.closest(ELSEWHERE)) return null;
  return { node, offset: caret?.offset ?? range?.startOffset ?? 0 };
}
