// The shapes of a drawing: outlines of boxes, and lines with round corners and a tip.
import { makeSvg } from "./svg.js";

/**
 * @typedef {[number, number]} Point
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */

const CORNER = 8;
const HEAD = 5; // of an arrow
const SLOPE = 9; // of an encoder's side

/** @param {string} kind @param {Box} box @param {boolean} down whether the data go that way */
export function outline(kind, { x, y, width, height }, down) {
  const [right, bottom] = [x + width, y + height];
  if (kind === "narrowing" || kind === "widening") {
    const [before, behind] = kind === "narrowing" ? [0, SLOPE] : [SLOPE, 0];
    return down
      ? `M${x + before},${y} H${right - before} L${right - behind},${bottom} H${x + behind} Z`
      : `M${x},${y + before} L${right},${y + behind} V${bottom - behind} L${x},${bottom - before} Z`;
  }
  const r = kind === "step" ? height / 2 : 6;
  const corner = (/** @type {number} */ dx, /** @type {number} */ dy) => `a${r},${r} 0 0 1 ${dx},${dy}`;
  return (
    `M${x + r},${y} H${right - r} ${corner(r, r)} V${bottom - r} ${corner(-r, r)} ` +
    `H${x + r} ${corner(-r, -r)} V${y + r} ${corner(r, -r)} Z`
  );
}

/** A line and its tip. @param {Point[]} points @returns {SVGElement[]} */
export const arrow = (points) => [
  makeSvg("path", { class: "hg-line", d: rounded(points) }),
  makeSvg("path", { class: "hg-head", d: head(points) }),
];

/** @param {Point[]} points a path through them with round corners; it begins under its node, whose sides may slope */
function rounded(points) {
  const [[x, y], [nextX, nextY]] = points;
  const parts = [`M${x - SLOPE * Math.sign(nextX - x)},${y - SLOPE * Math.sign(nextY - y)}`];
  for (let i = 1; i < points.length - 1; i++) {
    parts.push(`L${towards(points[i], points[i - 1])} Q${points[i]} ${towards(points[i], points[i + 1])}`);
  }
  return [...parts, `L${points[points.length - 1]}`].join(" ");
}

/** @param {Point} from @param {Point} to @returns {Point} a corner's length on the way, at most half of it */
function towards(from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const part = Math.min(CORNER, length / 2) / length;
  return [from[0] + dx * part, from[1] + dy * part];
}

/** @param {Point[]} points the tip of an arrow at the last of them */
function head(points) {
  const [[fromX, fromY], [x, y]] = points.slice(-2);
  const length = Math.hypot(x - fromX, y - fromY) || 1;
  const [dx, dy] = [((x - fromX) / length) * HEAD, ((y - fromY) / length) * HEAD];
  return `M${x},${y} L${x - dx - dy * 0.7},${y - dy + dx * 0.7} L${x - dx + dy * 0.7},${y - dy - dx * 0.7} Z`;
}
