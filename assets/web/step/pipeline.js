// All stages as a pipeline: boxes with arrows, and in each box what this step has there. A box leads to its stage.
import { arrow, outline } from "../shared/shapes.js";
import { make } from "../shared/elements.js";
import { makeSvg } from "../shared/svg.js";
import { thumbnail } from "./thumbnails.js";

/**
 * @typedef {import("../step.js").Stage} Stage
 * @typedef {import("../step.js").Walk} Walk
 * @typedef {{key: string, kind: string, title: string}} Part
 * @typedef {object} Pipeline
 * @property {Part[]} parts
 * @property {Record<string, string>} stages by the key of a part the key of its stage
 * @property {{source: string, target: string, term: string}[]} edges
 * @property {import("../shared/shapes.js").Point[][]} lines one for each edge
 * @property {Record<string, import("../shared/shapes.js").Box>} boxes
 * @property {number} width
 * @property {number} height
 */

export class PipelineView {
  /** @type {Map<string, SVGElement>} by the key of the part */ nodes = new Map();
  /** @type {SVGElement[]} one for each edge */ lines = [];
  /** @type {Pipeline | null} */ drawn = null;
  focused = false; // the hand was in a box that is drawn anew

  /** @param {(stage: string) => void} go */
  constructor(go) {
    this.go = go;
    this.element = make("div", { className: "hg-pipeline", role: "group", "aria-label": "Pipeline" });
  }

  /** @param {Walk} walk @param {Uint8Array} pixels */
  build(walk, pixels) {
    const { pipeline } = walk;
    const focused = this.element.contains(document.activeElement);
    const { width, height } = pipeline;
    const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height}` });
    svg.style.setProperty("--width", `${width}px`);
    this.drawn = pipeline;
    this.lines = pipeline.edges.map(({ term }, i) => {
      return makeSvg("g", { class: term ? "hg-edge hg-edge-term" : "hg-edge" }, ...arrow(pipeline.lines[i]));
    });
    this.nodes = new Map(pipeline.parts.map((part) => [part.key, this.nodeOf(part, walk, pixels)]));
    svg.append(...this.lines, ...this.nodes.values());
    this.element.replaceChildren(svg);
    this.focused = focused;
  }

  /** @param {Part} part @param {Walk} walk @param {Uint8Array} pixels @returns {SVGElement} */
  nodeOf(part, walk, pixels) {
    const { boxes, stages } = walk.pipeline;
    const box = boxes[part.key];
    const [middle, bottom] = [box.x + box.width / 2, box.y + box.height];
    const title = makeSvg("text", { class: "hg-node-title", x: middle, y: bottom - 8 }, part.title);
    const seen = thumbnail(part, { ...box, height: box.height - 24 }, walk, pixels);
    const shape = makeSvg("path", { d: outline(part.kind, box, false) });
    const attributes = { class: `hg-node hg-node-${part.kind}`, role: "button", tabindex: -1, "aria-label": part.title };
    const node = makeSvg("g", attributes, shape, ...seen, title);
    node.dataset.key = part.key;
    node.addEventListener("click", () => this.go(stages[part.key]));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.go(stages[part.key]);
    });
    return node;
  }

  /** What the stage is about is lit, what came before it is filled. @param {Stage[]} stages @param {number} at */
  show(stages, at) {
    if (!this.drawn) return;
    const order = new Map(stages.map(({ key }, i) => [key, i]));
    const here = stages[at];
    const read = new Set(here.shows.map((name) => `tensor:${name}`));
    for (const [key, node] of this.nodes) {
      const stage = this.drawn.stages[key];
      const isHere = stage === here.key;
      node.classList.toggle("hg-done", (order.get(stage) ?? 0) < at);
      node.classList.toggle("hg-read", !isHere && read.has(key));
      node.setAttribute("tabindex", key === here.key ? "0" : "-1");
      if (isHere) node.setAttribute("aria-current", "step");
      else node.removeAttribute("aria-current");
    }
    this.drawn.edges.forEach(({ target }, i) => this.lines[i].classList.toggle("hg-on", this.drawn?.stages[target] === here.key));
    const node = this.nodes.get(here.key);
    if (this.focused || this.element.contains(document.activeElement)) node?.focus({ preventScroll: true });
    this.focused = false;
    this.centre(node);
  }

  /** Bring a box into sight where the pipeline scrolls; never the page itself. @param {SVGElement} [node] */
  centre(node) {
    const { element } = this;
    if (!node) return;
    const [box, there] = [element.getBoundingClientRect(), node.getBoundingClientRect()];
    element.scrollLeft += there.left + there.width / 2 - box.left - box.width / 2;
  }
}
