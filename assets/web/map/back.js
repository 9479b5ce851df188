// What lies behind the points: nothing, the decodes that fill the plane, or the density of the data.
import { density } from "./density.js";
import { tiles } from "../shared/pixels.js";
import { readTheme } from "../shared/theme.js";

const CELL = 38; // CSS pixels of one decode, about
const REST_MS = 80; // without a move, before a plane that only moved is decoded anew

/** @typedef {"nothing" | "decodes" | "mean" | "density"} Kind decodes through z, or through the mean of the codes */
/** @typedef {[number, number]} Span */

/** Whether it is a grid of decodes. @param {Kind} kind */
export const isGrid = (kind) => kind === "decodes" || kind === "mean";

export class Backdrop {
  /** @type {Kind} */ kind = "nothing";
  /** Where the picture is in the plane. @type {[Span, Span] | null} */ spans = null;
  /** @type {import("./plane.js").Plane | null} */ plane = null;
  /** @type {import("./scatter.js").Scatter | null} */ scatter = null;
  /** Of the codes. @type {number[]} */ mean = [];
  /** @type {import("../decoder/engine.js").Engine | null} whose decodes are shown */ #drawn = null;
  #wanted = 0;
  /** The part of the plane that decodes were last asked for. */ #sight = "";
  #running = false;
  #rest = 0;

  /**
   * @param {import("./frame.js").Frame} frame
   * @param {import("../hand/hand.js").Hand} hand
   */
  constructor(frame, hand) {
    this.frame = frame;
    this.hand = hand;
    hand.addEventListener("engine", this.renew);
    hand.addEventListener("code", this.follow);
  }

  /**
   * @param {Kind} kind
   * @param {import("./plane.js").Plane | null} plane
   * @param {import("./scatter.js").Scatter | null} scatter
   * @param {number[]} mean
   */
  update(kind, plane, scatter, mean) {
    const other = kind !== this.kind;
    const moved = plane !== this.plane || (kind === "mean" && String(mean) !== String(this.mean));
    Object.assign(this, { kind, plane, scatter, mean });
    if (other || moved) this.#drawn = null;
    if (other) {
      this.spans = null;
      this.frame.back.className = `hg-map-back hg-${isGrid(kind) ? "decodes" : kind}`;
    }
    if (other || moved || kind === "density") this.renew();
  }

  /** The plane's own dimensions move z along it and change nothing; any other one, or the class, changes every decode. */
  follow = () => {
    if (!isGrid(this.kind) || !this.plane) return;
    const off = this.#offPlane();
    if (off.every((value, i) => Math.abs(value - (this.off?.[i] ?? Infinity)) < 1e-4)) return;
    this.renew();
  };

  /** The code that the grid's plane goes through. */
  get #base() {
    return this.kind === "mean" ? this.mean : this.hand.code;
  }

  /** What decides the decodes and is not in the plane: the rest of the code, and the class. */
  #offPlane() {
    const { plane, hand } = this;
    return plane ? [...plane.at(this.#base, plane.axes.map(() => 0)), hand.classIndex] : [];
  }

  /** Draw anew: something behind it has changed. */
  renew = () => {
    this.#wanted++;
    if (this.kind === "density") this.#drawDensity();
    else if (isGrid(this.kind)) this.#run();
    this.place();
  };

  /** The plane was moved or zoomed: what is there goes along; decodes fill the new sight when it rests. */
  moved() {
    this.place();
    const sight = isGrid(this.kind) ? `${this.frame.sight}` : "";
    if (sight === this.#sight) return;
    this.#sight = sight;
    clearTimeout(this.#rest);
    this.#rest = window.setTimeout(() => this.renew(), REST_MS);
  }

  /** Put the picture where its part of the plane is. */
  place() {
    const { frame, spans } = this;
    const { back } = frame;
    back.hidden = this.kind === "nothing" || !spans || !frame.sight;
    if (!spans || !frame.sight) return;
    const [[left, right], [bottom, top]] = spans;
    const [x0, y0] = frame.pixelsOf([left, top]);
    const [x1, y1] = frame.pixelsOf([right, bottom]);
    Object.assign(back.style, { left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px` });
  }

  #drawDensity() {
    if (!this.scatter?.count) return;
    const { pixels, side, spans } = density(this.scatter, readTheme(this.frame.stage).sequential);
    this.#putRows([new ImageData(pixels, side, side)], /** @type {[Span, Span]} */ (spans));
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    let done = -1;
    while (isGrid(this.kind) && done !== this.#wanted) {
      done = this.#wanted;
      await this.#drawDecodes();
    }
    this.#running = false;
  }

  /**
   * Row by row, in place as they come; of a new model all at once, so that two models never stand side by side. To the
   * end, also where a newer snapshot has come meanwhile: while a model trains there is always one.
   */
  async #drawDecodes() {
    const { hand, plane, frame } = this;
    const { kind } = this;
    const { classIndex } = hand;
    const code = this.#base;
    if (!hand.engine || !plane?.invertible || !frame.sight || code.length !== plane.latent) return;
    const engine = hand.engine.hold();
    const grid = this.#grid(plane, frame.sight);
    this.off = this.#offPlane();
    const same = engine === this.#drawn && this.spans && `${this.spans}` === `${grid.spans}`;
    /** @type {ImageData[]} */ const rows = [];
    for (let row = 0; row < grid.down; row++) {
      const pictures = await engine.film(grid.codes(row, code), grid.across, classIndex);
      if (!pictures || this.kind !== kind) break;
      rows.push(tiles(pictures, engine.shape, grid.across));
      if (same) this.#context()?.putImageData(rows[row], 0, row * engine.shape[0]);
    }
    engine.release();
    if (rows.length < grid.down) return;
    if (!same) this.#putRows(rows, grid.spans);
    this.#drawn = engine;
  }

  /**
   * The decodes that fill the sight: their spans, and the codes of one row.
   * @param {import("./plane.js").Plane} plane
   * @param {[Span, Span]} sight
   */
  #grid(plane, [[left, right], [bottom, top]]) {
    const [width, height] = this.frame.size;
    const across = Math.max(2, Math.round(width / CELL));
    const flat = plane.axes.length < 2; // one dimension: one row, as high as it is wide
    const down = flat ? 1 : Math.max(2, Math.round(height / CELL));
    const half = ((top - bottom) * width) / across / height / 2;
    const middle = (top + bottom) / 2;
    const spans = /** @type {[Span, Span]} */ ([[left, right], flat ? [middle - half, middle + half] : [bottom, top]]);
    const codes = (/** @type {number} */ row, /** @type {number[]} */ code) => {
      const all = new Float32Array(across * plane.latent);
      const y = top - ((row + 0.5) / down) * (top - bottom);
      for (let column = 0; column < across; column++) {
        const x = left + ((column + 0.5) / across) * (right - left);
        all.set(plane.at(code, [x, y]), column * plane.latent);
      }
      return all;
    };
    return { across, down, spans, codes };
  }

  #context() {
    return this.frame.back.getContext("2d");
  }

  /**
   * @param {ImageData[]} rows
   * @param {[Span, Span]} spans
   */
  #putRows(rows, spans) {
    const [{ width, height }] = rows;
    Object.assign(this.frame.back, { width, height: height * rows.length });
    rows.forEach((row, i) => this.#context()?.putImageData(row, 0, i * height));
    this.spans = spans;
    this.place();
  }

  /** What is behind the points, for a picture that is kept. */
  picture() {
    const { back } = this.frame;
    if (!this.spans || this.kind === "nothing") return null;
    return { source: back.toDataURL(), opacity: Number(getComputedStyle(back).opacity), spans: this.spans };
  }

  close() {
    clearTimeout(this.#rest);
    this.kind = "nothing";
    this.hand.removeEventListener("engine", this.renew);
    this.hand.removeEventListener("code", this.follow);
  }
}
