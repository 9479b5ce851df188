// The drawing of a tensor graph as SVG: boxes, lines and labels where Python put them, in the colours of the theme.
import { makeSvg } from "../shared/svg.js";
import { arrow, outline } from "../shared/shapes.js";

/**
 * @typedef {import("../shared/shapes.js").Point} Point
 * @typedef {import("../shared/shapes.js").Box} Box
 * @typedef {object} Drawing
 * @property {number} width
 * @property {number} height
 * @property {Record<string, Box>} boxes
 * @property {Point[][]} lines one for each edge
 * @property {Record<string, Point>} labels where the weight of a term ends
 * @typedef {object} Node
 * @property {string} key
 * @property {string} kind
 * @property {string[]} lines of its title
 * @property {string} detail
 * @property {string} hint
 * @property {string} total of a term and of a total: the learner's
 * @property {number[]} marks the learners whose this is, where there are several
 * @typedef {{source: string, target: string, term: string}} Edge
 * @typedef {{nodes: Node[], edges: Edge[], sentence: string, wide: Drawing, narrow: Drawing}} Graph
 * @typedef {object} Drawn
 * @property {SVGSVGElement} svg
 * @property {Map<string, SVGElement[]>} belonging to a term: its node, what it reads, its lines, the total; to a total,
 *   by its key: all of its terms', and the networks that its learner moves
 * @property {Map<string, SVGElement>} totals by their own key
 * @property {Map<string, SVGTextElement>} details the second line of each node, by its key
 * @property {Map<string, SVGTextElement>} weights by term
 * @property {Map<string, SVGElement>} terms the nodes of the terms
 */

const LINE = 14; // from one line of a title to the next

/** @param {Graph} graph @param {Drawing} drawing @returns {Drawn} */
export function drawGraph(graph, drawing) {
  /** @type {Drawn} */
  const drawn = {
    svg: makeSvg("svg", { role: "img", "aria-label": graph.sentence, viewBox: `0 0 ${drawing.width} ${drawing.height}` }),
    belonging: new Map(),
    details: new Map(),
    weights: new Map(),
    terms: new Map(),
    totals: new Map(),
  };
  const down = drawing === graph.narrow;
  const nodes = new Map(graph.nodes.map((node) => [node.key, nodeOf(node, drawing.boxes[node.key], down, drawn)]));
  const lines = graph.edges.map((edge, i) => lineOf(edge, drawing.lines[i]));
  const weights = Object.entries(drawing.labels).map(([term, place]) => weightOf(term, place, drawn));
  drawn.svg.append(...lines, ...nodes.values(), ...weights);
  graph.edges.forEach(({ source, target, term }, i) => {
    if (!term) return;
    const belonging = [lines[i], nodes.get(source), nodes.get(target), drawn.weights.get(term)];
    drawn.belonging.set(term, [...(drawn.belonging.get(term) ?? []), .../** @type {SVGElement[]} */ (belonging)]);
  });
  for (const { key, kind, total, marks } of graph.nodes) {
    if (kind !== "total") continue;
    const terms = graph.nodes.filter((node) => node.kind === "term" && node.total === total);
    const moved = graph.nodes.filter((node) => node.marks.some((mark) => marks.includes(mark)));
    drawn.belonging.set(key, [
      ...terms.flatMap((term) => drawn.belonging.get(term.key.slice("term:".length)) ?? []),
      ...moved.map((node) => /** @type {SVGElement} */ (nodes.get(node.key))),
    ]);
  }
  return drawn;
}

/**
 * @param {Node} node
 * @param {Box} box
 * @param {boolean} down whether the data go that way
 * @param {Drawn} drawn
 * @returns {SVGElement}
 */
function nodeOf({ key, kind, lines, detail, hint, marks }, box, down, drawn) {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const last = lines.length - 1;
  const top = y - 4 - (LINE / 2) * last;
  const rows = lines.map((line, i) => makeSvg("tspan", { x, y: top + LINE * i }, line));
  const name = makeSvg("text", { class: "hg-node-title" }, ...rows);
  const more = makeSvg("text", { class: "hg-node-detail", x, y: y + 13 + (LINE / 2) * last }, detail);
  const shape = makeSvg("path", { d: outline(kind, box, down) });
  const group = makeSvg("g", { class: `hg-node hg-node-${kind}` }, shape, name, more);
  if (hint) group.append(makeSvg("title", {}, hint));
  marks.forEach((mark, i) => group.append(markOf(mark, box.x + box.width - 7 - 17 * i, box.y)));
  drawn.details.set(key, more);
  if (kind === "total") drawn.totals.set(key, group);
  if (kind !== "term") return group;
  group.dataset.term = key.slice("term:".length);
  drawn.terms.set(group.dataset.term, group);
  return group;
}

/** @param {number} number of a learner @param {number} x @param {number} y @returns {SVGElement} */
function markOf(number, x, y) {
  const disc = makeSvg("circle", { cx: x, cy: y + 3, r: 7.5 });
  return makeSvg("g", { class: "hg-mark" }, disc, makeSvg("text", { x, y: y + 7 }, String(number)));
}

/** @param {Edge} edge @param {Point[]} points @returns {SVGElement} */
function lineOf({ term }, points) {
  const group = makeSvg("g", { class: term ? "hg-edge hg-edge-term" : "hg-edge" });
  group.append(...arrow(points));
  if (term) group.dataset.term = term;
  return group;
}

/** @param {string} term @param {Point} place @param {Drawn} drawn @returns {SVGElement} */
function weightOf(term, [x, y], drawn) {
  const text = makeSvg("text", { class: "hg-weight", x, y });
  text.dataset.term = term;
  drawn.weights.set(term, text);
  return text;
}
