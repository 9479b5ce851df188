// The latent map: the codes of data points in a plane, under a pointer that decodes wherever it is.
import { unpack, valuesOf } from "./shared/container.js";
import { Chart } from "./charts/chart.js";
import { remembered } from "./shared/controls.js";
import { make, renderer } from "./shared/elements.js";
import { handOf } from "./hand/hand.js";
import { Backdrop } from "./map/back.js";
import { Card } from "./map/card.js";
import { mapFigure, savedFigure } from "./map/figure.js";
import { Frame } from "./map/frame.js";
import { Gestures } from "./map/gestures.js";
import { Hover } from "./map/hover.js";
import { Marks } from "./map/marks.js";
import { drawPoints } from "./map/points.js";
import { Tools } from "./map/tools.js";
import { meter } from "./shared/meter.js";
import { Plane } from "./map/plane.js";
import { dataPoint } from "./hand/data_point.js";
import { Scatter } from "./map/scatter.js";
import { loadStyles, readTheme } from "./shared/theme.js";

/**
 * @typedef {object} MapHeader
 * @property {string} hand
 * @property {string} model
 * @property {string} version
 * @property {string[]} conditions
 * @property {string} of which set of points: `probe` or `all`
 * @property {string} name zoom and selection are kept while it stays
 * @property {[string, string]} titles
 * @property {[[number, number], [number, number]]} spans of the packed coordinates
 * @property {[[number, number], [number, number]] | null} ranges of the axes, where they do not follow the points
 * @property {string[]} classes
 * @property {number} total how many points there are
 * @property {string} what they are, in words
 * @property {boolean} stochastic
 * @property {import("./shared/pixels.js").Shape} shape
 * @property {string} height CSS
 * @property {string} label
 */

export class MapView {
  /** @type {MapHeader} */ header = /** @type {any} */ (null);
  /** @type {import("./hand/hand.js").Hand} */ hand = /** @type {any} */ (null);
  /** @type {Scatter | null} */ scatter = null;
  /** @type {Plane | null} */ plane = null;
  /** @type {Uint8Array | null} 1 for each selected point */ selected = null;
  /** @type {Backdrop | null} */ back = null;
  /** What Plotly has drawn. */ framed = "";
  listening = false;
  frameDue = 0;
  flicker = remembered("flicker", !matchMedia("(prefers-reduced-motion: reduce)").matches);

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.frame = new Frame(make("div"));
    this.chart = new Chart(this.frame.plot, () => mapFigure(this), (figure) => savedFigure(this, figure));
    this.marks = new Marks(this.frame);
    this.card = new Card(this.frame.stage);
    this.hover = new Hover(this);
    this.gestures = new Gestures(this);
    this.tools = new Tools(this);
    host.replaceChildren(this.tools.element, this.frame.stage, this.tools.shown);
    this.tools.use("move");
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Uint8Array} bytes */
  async update(bytes) {
    const { header: described, tensors } = unpack(bytes);
    const header = /** @type {MapHeader} */ (described);
    const before = this.header;
    this.header = header;
    this.scatter = new Scatter(valuesOf(tensors, "points", Uint16Array), header.spans, valuesOf(tensors, "labels", Uint8Array));
    const plane = new Plane(valuesOf(tensors, "axes", Float32Array), valuesOf(tensors, "centre", Float32Array));
    if (!this.plane?.equals(plane)) this.plane = plane;
    if (before?.name !== header.name || this.selected?.length !== this.scatter.count) this.selected = null;
    if (!this.hand) this.attach(handOf(header.hand));
    this.tools.describe({ stochastic: header.stochastic, invertible: this.plane.invertible });
    this.frame.plot.setAttribute("aria-label", header.label);
    this.frame.stage.style.height = header.height;
    if (!before || before.of !== header.of || before.name !== header.name) this.hover.leave();
    this.hand.follow(header);
    if (!(await this.chart.open()) || this.header !== header || this.chart.closed) return; // a newer one, or nobody looks
    this.listen();
    if (this.framed !== this.frameKey()) await this.chart.draw();
    this.framed = this.frameKey();
    this.sayShown();
    this.placeBackdrop();
    this.placeAll();
  }

  /** What Plotly draws: axes and legend. Points that only moved are no reason to draw these anew. */
  frameKey() {
    const { header, scatter, host, selected } = this;
    const spans = header.ranges ?? header.spans;
    const counts = scatter?.counts(selected, header.classes.length).map(({ all }) => all);
    return JSON.stringify([this.tools.backdrop, header.name, header.titles, header.classes, spans, counts, readTheme(host)]);
  }

  /** @param {import("./hand/hand.js").Hand} hand */
  attach(hand) {
    this.hand = hand;
    hand.join();
    hand.addEventListener("engine", this.hover.renew);
    hand.addEventListener("code", this.placeMarks);
    hand.addEventListener("chosen", this.placeMarks);
    this.back = new Backdrop(this.frame, hand);
  }

  listen() {
    if (this.listening) return;
    this.listening = true;
    const { plot } = this.frame;
    for (const event of ["plotly_relayouting", "plotly_relayout", "plotly_afterplot"]) {
      plot.on(event, () => {
        if (!this.frame.place()) return;
        this.back?.moved();
        this.placeSoon();
      });
    }
    plot.on("plotly_restyle", () => this.sayShown()); // a class was hidden or shown in the legend; afterplot follows
    this.frame.place();
  }

  placeBackdrop() {
    if (!this.back) return;
    this.frame.place();
    const wanted = this.tools.backdrop;
    this.back.update(wanted === "decodes" && !this.plane?.invertible ? "nothing" : wanted, this.plane, this.scatter);
  }

  setBackdrop() {
    this.placeBackdrop();
    this.chart.draw(); // the grid gives way to decodes
  }

  /** Plotly tells of one move several times. */
  placeSoon() {
    this.frameDue ||= requestAnimationFrame(() => {
      this.frameDue = 0;
      this.placeAll();
    });
  }

  placeAll() {
    this.placePoints();
    this.placeMarks();
  }

  placePoints() {
    const { scatter, frame, host, selected, header } = this;
    if (!scatter) return;
    const { palette } = readTheme(host);
    const colours = header.classes.map((_, label) => palette[label % palette.length]);
    drawPoints(frame.points, frame, scatter, colours, this.isShown, selected);
  }

  placeMarks = () => {
    const { hand, plane, scatter, header } = this;
    if (!this.frame.axes) return;
    const matches = plane?.invertible && hand.code.length === plane.latent;
    this.marks.placeZ(matches ? plane.project(hand.code) : null);
    const row = hand.chosen?.of === header.of ? hand.chosen.row : -1;
    this.hover.place();
    this.marks.ring("chosen", scatter && row >= 0 && row < scatter.count ? this.positionOfRow(row) : null);
  };

  /** @param {number} row */
  positionOfRow(row) {
    const { x, y } = /** @type {Scatter} */ (this.scatter);
    return [x[row], y[row]];
  }

  isShown = (/** @type {number} */ label) => this.frame.plot._fullData?.[label]?.visible === true;

  /** @param {number} row */
  point(row) {
    const { model, version, of } = this.header;
    return dataPoint(model, version, of, row);
  }

  /** @param {ArrayLike<number>} position */
  codeAt(position) {
    const { plane, hand } = this;
    return plane?.invertible && hand.code.length === plane.latent ? plane.at(hand.code, position) : null;
  }

  /**
   * @param {PointerEvent} event
   * @param {boolean} committed
   */
  moveTo(event, committed) {
    const position = this.frame.positionOf(event);
    const code = position && this.codeAt(position);
    const { hand } = this;
    if (code) hand.move(code, committed, hand.chosen);
    else if (committed) hand.move(hand.code, true, hand.chosen); // let go outside: it stays where it was last
  }

  /** @param {PointerEvent} event */
  async click(event) {
    const position = this.frame.positionOf(event);
    if (!position) return;
    const row = this.hover.pick(position);
    if (row < 0) return this.moveTo(event, true);
    const { header } = this;
    try {
      const point = await this.point(row);
      if (header.model === this.header.model) this.hand.move(Array.from(point.mean), true, point, point.condition);
    } catch (error) {
      this.hand.say(/** @type {Error} */ (error).message);
    }
  }

  /**
   * @param {[number, number][]} corners pixels in the plane
   * @param {boolean} add to what is selected
   */
  select(corners, add) {
    const { scatter } = this;
    const { xaxis, yaxis } = /** @type {any} */ (this.frame.axes);
    if (!scatter) return;
    const found = scatter.inside(corners.map(([x, y]) => [xaxis.p2d(x), yaxis.p2d(y)]));
    const before = add ? this.selected : null;
    const shown = this.header.classes.map((_, label) => this.isShown(label));
    for (let i = 0; i < found.length; i++) {
      found[i] = Number((found[i] && shown[scatter.labels[i]]) || before?.[i]);
    }
    this.selected = found.includes(1) ? found : null;
    this.showSelection();
  }

  clearSelection() {
    if (!this.selected) return;
    this.selected = null;
    this.showSelection();
  }

  async showSelection() {
    await this.chart.draw();
    this.sayShown();
  }

  /** How many points are shown of how many there are, always said. */
  sayShown() {
    const { scatter, header, selected } = this;
    if (!scatter) return;
    const counts = scatter.counts(selected, header.classes.length);
    const drawn = this.chart.Plotly ? counts.reduce((sum, { all }, label) => sum + (this.isShown(label) ? all : 0), 0) : 0;
    const [shown, total] = [drawn, header.total].map((count) => count.toLocaleString("en"));
    const marked = selected ? counts.reduce((sum, { selected: some }) => sum + some, 0) : 0;
    this.tools.say(`${shown} of ${total} ${header.what} shown`, selected ? `, ${marked.toLocaleString("en")} selected.` : ".");
    meter.note("points", `${shown} of ${total}`);
  }

  close() {
    cancelAnimationFrame(this.frameDue);
    this.hover.leave();
    this.back?.close();
    this.hand?.part();
    this.hand?.removeEventListener("engine", this.hover.renew);
    this.hand?.removeEventListener("code", this.placeMarks);
    this.hand?.removeEventListener("chosen", this.placeMarks);
    meter.note("points", null);
    this.chart.close();
  }
}

export default renderer(
  ".hg-map",
  (host) => new MapView(host),
  (view, { data }) => view.update(data),
);
