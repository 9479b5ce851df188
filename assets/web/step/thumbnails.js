// What stands in a box of the pipeline: the picture, the numbers or the value that this step has there.
import { inDigits } from "../shared/digits.js";
import { make } from "../shared/elements.js";
import { drawPixels } from "../shared/pixels.js";
import { makeSvg } from "../shared/svg.js";

/**
 * @typedef {import("../step.js").Tensor} Tensor
 * @typedef {import("../step.js").Walk} Walk
 * @typedef {import("../shared/shapes.js").Box} Box
 */

const MOST = 32; // numbers of a code that are drawn

/**
 * @param {{key: string, kind: string, title: string}} part
 * @param {Box} box the room for it
 * @param {Walk} walk
 * @param {Uint8Array} pixels of all pictures
 * @returns {SVGElement[]}
 */
export function thumbnail({ key, kind, title }, box, walk, pixels) {
  if (kind === "tensor") {
    if (walk.pictures.includes(title)) return [picture(title, box, walk, pixels)];
    const values = walk.tensors[title]?.values ?? [];
    return values.length > 1 ? bars(values, box) : [number(inDigits(values[0]), box)];
  }
  const stage = walk.stages.find((one) => one.key === walk.pipeline.stages[key]);
  if (!stage) return [];
  if (stage.total) return [number(inDigits(stage.total.chosen), box)];
  if (stage.terms.length) return [number(inDigits(stage.terms[0].chosen), box)];
  if (stage.moved.length) return [number(`‖∇‖ ${inDigits(Math.hypot(...stage.moved.map(({ gradient }) => gradient ?? NaN)))}`, box)];
  const count = stage.layers.reduce((sum, { parameters }) => sum + parameters, 0);
  return [number(count.toLocaleString("en"), { ...box, y: box.y - 7 }), number("weights", { ...box, y: box.y + 8 }, "hg-node-detail")];
}

/** @param {string} name @param {Box} box @param {Walk} walk @param {Uint8Array} pixels */
function picture(name, box, { pictures, shape }, pixels) {
  const [size, at] = [shape[0] * shape[1] * shape[2], pictures.indexOf(name)];
  const canvas = make("canvas");
  drawPixels(canvas, pixels.subarray(at * size, (at + 1) * size), shape);
  const side = box.height - 4;
  const place = { x: box.x + (box.width - side) / 2, y: box.y + 6, width: side, height: side };
  return makeSvg("image", { class: "hg-thumb", href: canvas.toDataURL(), preserveAspectRatio: "xMidYMid", ...place });
}

/** Numbers of a code as bars from a middle line. @param {(number | null)[]} values @param {Box} box */
function bars(values, box) {
  const shown = values.slice(0, MOST);
  const reach = Math.max(...shown.map((value) => Math.abs(value ?? 0)), 1e-12);
  const width = (box.width - 20) / shown.length;
  const [middle, high] = [box.y + 4 + box.height / 2, box.height / 2 - 4];
  const drawn = shown.map((value, i) => {
    const length = (Math.abs(value ?? 0) / reach) * high;
    const thick = Math.min(width * 0.8, 14);
    const place = { x: box.x + 10 + width * (i + 0.5) - thick / 2, width: thick, height: Math.max(length, 0.5) };
    return makeSvg("rect", { class: "hg-thumb-bar", y: (value ?? 0) > 0 ? middle - length : middle, ...place });
  });
  const line = makeSvg("path", { class: "hg-thumb-line", d: `M${box.x + 8},${middle} H${box.x + box.width - 8}` });
  return [...drawn, line];
}

/** @param {string} text @param {Box} box @param {string} [name] its class */
function number(text, box, name = "hg-thumb-number") {
  return makeSvg("text", { class: name, x: box.x + box.width / 2, y: box.y + box.height / 2 + 9 }, text);
}
