// The latent map: the codes of data points in a plane, under a pointer that decodes wherever it is.
import { Chart } from "./charts/chart.js";
import { handOf } from "./hand/hand.js";
import { imagesOf } from "./hand/images.js";
import { Backdrop, isGrid } from "./map/back.js";
import { Card } from "./map/card.js";
import { classColours } from "./map/colours.js";
import { mapFigure, savedFigure } from "./map/figure.js";
import { Frame } from "./map/frame.js";
import { Keyboard } from "./map/keyboard.js";
import { Legend } from "./map/legend.js";
import { Marks } from "./map/marks.js";
import { readPayload } from "./map/payload.js";
import { Places } from "./map/places.js";
import { gesturesOn, hoverOn } from "./map/pointer.js";
import { drawPoints } from "./map/points.js";
import { gridInWords } from "./map/plane.js";
import { rangesOf } from "./map/scale.js";
import { Selection } from "./map/selection.js";
import { Tools } from "./map/tools.js";
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { meter } from "./shared/meter.js";
import { loadStyles, readTheme } from "./shared/theme.js";

/** @typedef {import("./map/payload.js").MapHeader} MapHeader */

class MapView {
  selection = new Selection();
  frame = new Frame();
  /** What Plotly has drawn. */ framed = "";
  frameDue = 0;
  /** @type {MapHeader} */ header;
  /** @type {import("./map/scatter.js").Scatter} */ scatter;
  /** @type {import("./map/plane.js").Plane} */ plane;
  /** Of the codes of the data. @type {number[]} */ mean = [];

  /**
   * @param {HTMLElement} host
   * @param {MapHeader} data of its first update, which follows
   */
  constructor(host, data) {
    const { frame } = this;
    this.host = host;
    const shown = readPayload(data);
    ({ header: this.header, scatter: this.scatter, plane: this.plane } = shown);
    this.hand = handOf(this.header.hand);
    this.chart = new Chart(frame.plot, () => this.figure(), (figure) => this.picture(figure));
    this.marks = new Marks(frame);
    this.card = new Card(frame.stage);
    this.legend = new Legend(() => this.showPoints());
    this.places = new Places(frame, this.hand, this.legend.hidden, shown);
    this.back = new Backdrop(frame, this.hand);
    this.hover = hoverOn(this);
    this.gestures = gesturesOn(this);
    this.keyboard = new Keyboard(frame, this.places);
    this.tools = new Tools({
      onTool: (tool) => {
        this.gestures.choose(tool);
        this.chart.draw();
      },
      onResetZoom: () => this.chart.resetZoom(),
      onBackdrop: () => {
        this.placeBackdrop();
        this.chart.draw(); // the grid gives way to decodes
      },
      onScale: () => this.chart.resetZoom(),
    });
    this.chart.onRanges = () => this.moved();
    const plane = make("div", { className: "hg-map-plane" }, frame.stage, this.legend.element);
    host.replaceChildren(this.tools.element, plane, this.tools.foot, this.tools.note);
    this.tools.use("move");
    this.listen();
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {MapHeader} data */
  async update(data) {
    const before = this.header;
    const { header, scatter, plane, mean } = readPayload(data);
    Object.assign(this, { header, scatter, mean });
    if (!this.plane.equals(plane)) this.plane = plane;
    this.places.shown = { header, scatter, plane: this.plane };
    if (before.name !== header.name) this.selection.clear();
    this.selection.keepFor(scatter.count);
    const { invertible, axes } = this.plane;
    const more = !invertible || this.plane.latent > axes.length; // than the plane shows
    this.tools.describe({ stochastic: header.stochastic, invertible, comparable: axes.length === 2, more });
    this.frame.plot.setAttribute("aria-label", header.label);
    this.frame.stage.style.height = this.legend.element.style.maxHeight = header.height;
    if (before.of !== header.of || before.name !== header.name) this.hover.leave();
    this.hand.follow(header);
    this.offerImages();
    this.describeLegend();
    if (!(await this.chart.open()) || this.header !== header || this.chart.closed) return; // a newer one, or the page is gone
    if (this.framed !== this.frameKey()) await this.chart.draw();
    this.framed = this.frameKey();
    this.frame.sight ??= this.ranges;
    this.placeBackdrop();
    this.placeAll();
    this.sayShown();
  }

  /** The images of this map can be chosen, also elsewhere on the page. */
  offerImages() {
    const { header: { model, version, of, classes, tests }, scatter: { labels }, places } = this;
    imagesOf(this.hand).have({ model, version, of, labels, classes, tests, say: (error) => places.say(error) });
  }

  listen() {
    const { hand } = this;
    hand.join();
    hand.addEventListener("engine", this.hover.renew);
    hand.addEventListener("code", this.placeMarks);
    hand.addEventListener("chosen", this.placeMarks);
  }

  /** What Plotly draws: axes. Points that only moved are no reason to draw these anew. */
  frameKey() {
    const { header, host, tools } = this;
    return JSON.stringify([tools.backdrop, tools.equal, header.name, header.titles, this.ranges, readTheme(host)]);
  }

  /** The middle of the prior on the axes, where there is one. */
  get prior() {
    return this.header.prior && this.plane.invertible ? this.plane.origin : null;
  }

  /** What is in sight before the hand moves it. */
  get ranges() {
    const { header: { ranges, spans }, prior, tools, frame } = this;
    return rangesOf({ ranges, spans, prior, equal: tools.equal, size: frame.size });
  }

  figure() {
    const { header: { titles, name }, tools, gestures, ranges } = this;
    return mapFigure({ titles, name, ranges, equal: tools.equal, live: this.header.ranges !== null, grid: !isGrid(tools.backdrop), tool: gestures.tool });
  }

  /** @param {import("./charts/types.js").Figure} figure */
  picture(figure) {
    const { scatter, header, host } = this;
    const z = this.places.ofCode ?? [];
    const { accent } = readTheme(host);
    return savedFigure(figure, {
      scatter, z, prior: this.prior, accent, back: this.back.picture(), selected: this.selection.points,
      classes: header.classes, palette: this.colours(), hidden: this.legend.hidden,
    });
  }

  colours() {
    return classColours(this.header.classes.length, readTheme(this.host));
  }

  describeLegend() {
    const { header, scatter, selection } = this;
    const counts = scatter.counts(selection.points, header.classes.length);
    this.legend.describe(header.name, header.classes, this.colours(), counts, selection.points !== null);
  }

  placeBackdrop() {
    const { tools, plane, scatter, mean } = this;
    this.back.update(tools.backdrop, plane, scatter, mean);
    tools.note.textContent = isGrid(tools.backdrop) ? gridInWords(plane, tools.backdrop === "mean") : "";
  }

  /** The plane was zoomed, moved, or has another size. Plotly tells of one move several times. */
  moved() {
    const [x, y] = [this.chart.range("xaxis"), this.chart.range("yaxis")];
    if (!x || !y) return;
    this.frame.sight = [x, y];
    this.back.moved();
    this.frameDue ||= requestAnimationFrame(() => {
      this.frameDue = 0;
      this.placeAll();
    });
  }

  placeAll() {
    drawPoints(this.frame, this.scatter, this.colours(), this.legend.hidden, this.selection.points);
    this.marks.placePrior(this.prior); // not at each move of the hand: it stays where the axes have it
    this.placeMarks();
  }

  placeMarks = () => {
    if (!this.frame.sight) return;
    this.marks.placeZ(this.places.ofCode);
    this.hover.place();
    this.marks.ring("chosen", this.places.ofChosen);
  };

  /** Classes or points were hidden, shown or selected. */
  showPoints() {
    this.describeLegend();
    this.placeAll();
    this.sayShown();
  }

  /** How many points are shown of how many there are, always said. */
  sayShown() {
    const { scatter, header, selection, legend } = this;
    const counts = scatter.counts(selection.points, header.classes.length);
    const drawn = counts.reduce((sum, { all }, label) => sum + (legend.hidden.has(label) ? 0 : all), 0);
    const [shown, total] = [drawn, header.total].map((count) => count.toLocaleString("en"));
    const marked = counts.reduce((sum, { selected }) => sum + selected, 0);
    const chosen = selection.points ? `, ${marked.toLocaleString("en")} selected.` : ".";
    this.tools.say(`${shown} of ${total} ${header.what} shown`, `${chosen} ${header.note ?? ""}`.trimEnd());
    meter.note("points", `${shown} of ${total}`);
  }

  close() {
    cancelAnimationFrame(this.frameDue);
    this.hover.leave();
    this.back.close();
    this.keyboard.close();
    this.hand.part();
    this.hand.removeEventListener("engine", this.hover.renew);
    this.hand.removeEventListener("code", this.placeMarks);
    this.hand.removeEventListener("chosen", this.placeMarks);
    meter.note("points", null);
    this.chart.close();
  }
}

export default renderer(
  ".hg-map",
  (host, { data }) => new MapView(host, data),
  (view, /** @type {import("./shared/renderer.js").Component<MapHeader>} */ { data, setTriggerValue }) => {
    view.places.send = setTriggerValue;
    view.update(data);
  },
);
