// One training step, stage by stage. All numbers and pictures come at once.
import { Panel } from "./step/panel.js";
import { PipelineView } from "./step/pipeline.js";
import { Player } from "./step/player.js";
import { valuesOf } from "./shared/container.js";
import { renderer } from "./shared/renderer.js";
import { loadStyles } from "./shared/theme.js";

/**
 * @typedef {{label: string, shape: number[], parameters: number, weights: number, gradient: number | null, update?: number | null}} Layer
 * @typedef {{name: string, title: string, unit: string, weight: number, chosen: number | null, mean: number | null}} Term
 * @typedef {{chosen: number | null, mean: number | null, unit: string}} Total
 *
 * @typedef {object} Stage
 * @property {string} key
 * @property {"forward" | "terms" | "backward"} part
 * @property {string} title
 * @property {string} sentence
 * @property {string} makes the name of what it makes
 * @property {string} formula of that
 * @property {boolean} numbers whether numbers can be put into the formula
 * @property {string[]} shows names of tensors; what the stage makes comes last
 * @property {Layer[]} layers of a network
 * @property {Term[]} terms
 * @property {Total | null} total of the terms
 * @property {Layer[]} moved layers with gradients
 *
 * @typedef {object} Tensor null is no finite number
 * @property {string} kind
 * @property {number | null} mean over the batch
 * @property {number | null} low
 * @property {number | null} high
 * @property {number | null} own_low of the chosen image
 * @property {number | null} own_high
 * @property {(number | null)[]} [values] of the chosen image; pictures have none
 *
 * @typedef {object} Walk
 * @property {Stage[]} stages
 * @property {Record<string, Tensor>} tensors
 * @property {import("./step/pipeline.js").Pipeline} pipeline
 * @property {string[]} pictures names of tensors
 * @property {import("./shared/pixels.js").Shape} shape of a picture
 * @typedef {{arrays: import("./shared/container.js").Tensors}} Packed the pictures
 */

class StepView {
  data = ""; // what is shown
  at = 0;
  /** @type {Stage[]} */ stages = [];

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.player = new Player((at) => this.go(at));
    this.pipeline = new PipelineView((key) => this.player.hold(this.stages.findIndex((stage) => stage.key === key)));
    this.panel = new Panel();
    host.addEventListener("keydown", (event) => this.press(event));
    host.replaceChildren(this.player.element, this.pipeline.element, this.panel.element);
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Walk & Packed} data */
  update({ arrays, ...walk }) {
    const data = JSON.stringify(walk);
    if (data === this.data) return; // the page was drawn anew, and the hand stays where it is
    this.data = data;
    const here = this.stages[this.at]?.key;
    this.stages = walk.stages;
    this.at = Math.max(0, this.stages.findIndex(({ key }) => key === here));
    const pixels = valuesOf(arrays, "pixels", Uint8Array);
    this.pipeline.build(walk, pixels);
    this.panel.take(walk, pixels);
    this.player.take(this.stages.length);
    this.go(this.at);
  }

  /** @param {number} at */
  go(at) {
    this.at = at;
    this.player.show(at, this.stages[at].title);
    this.pipeline.show(this.stages, at);
    this.panel.show(this.stages[at]);
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.target instanceof HTMLInputElement || event.altKey || event.ctrlKey || event.metaKey) return; // the slider's own
    const last = this.stages.length - 1;
    const to = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.player.hold(Math.min(last, Math.max(0, to)));
  }

  close() {
    this.player.pause();
  }
}

export default renderer(
  ".hg-step",
  (host) => new StepView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Walk & Packed>} */ { data }) => view.update(data),
);
