// The latent map: the codes of data points in a plane, under a pointer that decodes wherever it is.
import { Chart } from "./charts/chart.js";
import { handOf } from "./hand/hand.js";
import { Backdrop } from "./map/back.js";
import { Card } from "./map/card.js";
import { mapFigure, rangesOf, savedFigure } from "./map/figure.js";
import { Frame } from "./map/frame.js";
import { Gestures } from "./map/gestures.js";
import { Hover } from "./map/hover.js";
import { Legend } from "./map/legend.js";
import { Marks } from "./map/marks.js";
import { readPayload } from "./map/payload.js";
import { Places } from "./map/places.js";
import { drawPoints } from "./map/points.js";
import { Selection } from "./map/selection.js";
import { Tools } from "./map/tools.js";
import { make, renderer } from "./shared/elements.js";
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

  /**
   * @param {HTMLElement} host
   * @param {Uint8Array} bytes of its first update, which follows
   */
  constructor(host, bytes) {
    const { frame } = this;
    this.host = host;
    const shown = readPayload(bytes);
    ({ header: this.header, scatter: this.scatter, plane: this.plane } = shown);
    this.hand = handOf(this.header.hand);
    this.chart = new Chart(frame.plot, () => this.figure(), (figure) => this.picture(figure));
    this.marks = new Marks(frame);
    this.card = new Card(frame.stage);
    this.legend = new Legend(() => this.showPoints());
    this.places = new Places(frame, this.hand, this.legend.hidden, shown);
    this.back = new Backdrop(frame, this.hand);
    this.hover = this.makeHover();
    this.gestures = this.makeGestures();
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
    });
    this.chart.onRanges = () => this.moved();
    const plane = make("div", { className: "hg-map-plane" }, frame.stage, this.legend.element);
    host.replaceChildren(this.tools.element, plane, this.tools.shown);
    this.tools.use("move");
    this.listen();
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  makeHover() {
    const { frame, hand, marks, places } = this;
    return new Hover(this.card, {
      positionOf: (event) => frame.positionOf(event),
      pick: (position) => places.pick(position),
      point: (row) => places.point(row),
      codeAt: (position) => places.codeAt(position),
      engine: () => hand.engine,
      condition: () => hand.condition,
      flicker: () => this.tools.flicker,
      mark: (row, point) => {
        const position = places.ofPoint(row);
        marks.ring("under", position);
        marks.posterior(position, point?.logVar && this.plane.invertible ? this.plane.covariance(point.logVar) : undefined);
      },
      say: (sentence) => hand.say(sentence),
    });
  }

  makeGestures() {
    const { frame, hand, marks, card, selection, places } = this;
    return new Gestures(frame.glass, frame.stage, {
      onHover: (event) => this.hover.over(event),
      onLeave: () => this.hover.leave(),
      onMove: (event, committed) => places.moveTo(frame.positionOf(event), committed),
      onTouch: (event) => {
        if (!hand.picture || !hand.engine) return;
        card.showDecode(hand.picture.pixels, hand.engine.shape); // on a phone the large picture may be out of sight
        card.moveTo(event);
      },
      onClick: (event) => places.click(frame.positionOf(event)),
      onOutline: (path) => marks.draw(path),
      onRelease: () => card.hide(),
      onSelect: (path, add) => {
        selection.take(this.scatter, path.map(([x, y]) => frame.positionAt(x, y)), add, this.legend.hidden);
        this.showPoints();
      },
      onClear: () => selection.clear() && this.showPoints(),
      onZoom: (event, factor) => {
        const at = frame.positionOf(event);
        if (!at || !frame.sight) return;
        const [xaxis, yaxis] = frame.sight.map((span, k) => span.map((end) => at[k] + (end - at[k]) * factor));
        this.chart.zoomTo({ xaxis, yaxis });
      },
      onResetZoom: () => this.chart.resetZoom(),
    });
  }

  /** @param {Uint8Array} bytes */
  async update(bytes) {
    const before = this.header;
    const { header, scatter, plane } = readPayload(bytes);
    Object.assign(this, { header, scatter });
    if (!this.plane.equals(plane)) this.plane = plane;
    this.places.shown = { header, scatter, plane: this.plane };
    if (before.name !== header.name) this.selection.clear();
    this.selection.keepFor(scatter.count);
    this.tools.describe({ stochastic: header.stochastic, invertible: this.plane.invertible });
    this.frame.plot.setAttribute("aria-label", header.label);
    this.frame.stage.style.height = header.height;
    if (before.of !== header.of || before.name !== header.name) this.hover.leave();
    this.hand.follow(header);
    this.describeLegend();
    if (!(await this.chart.open()) || this.header !== header || this.chart.closed) return; // a newer one, or the page is gone
    if (this.framed !== this.frameKey()) await this.chart.draw();
    this.framed = this.frameKey();
    this.frame.sight ??= rangesOf(header);
    this.placeBackdrop();
    this.placeAll();
    this.sayShown();
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
    const { header, host } = this;
    return JSON.stringify([this.tools.backdrop, header.name, header.titles, header.ranges ?? header.spans, readTheme(host)]);
  }

  figure() {
    const { titles, name, ranges, spans } = this.header;
    return mapFigure({ titles, name, ranges, spans, grid: this.tools.backdrop !== "decodes", tool: this.gestures.tool });
  }

  /** @param {import("./charts/types.js").Figure} figure */
  picture(figure) {
    const { scatter, header, host } = this;
    const z = this.places.ofCode ?? [];
    const { accent } = readTheme(host);
    return savedFigure(figure, {
      scatter, z, accent, back: this.back.picture(), selected: this.selection.points,
      classes: header.classes, palette: this.colours(), hidden: this.legend.hidden,
    });
  }

  colours() {
    const { palette } = readTheme(this.host);
    return this.header.classes.map((_, label) => palette[label % palette.length]);
  }

  describeLegend() {
    const { header, scatter, selection } = this;
    const counts = scatter.counts(selection.points, header.classes.length);
    this.legend.describe(header.name, header.classes, this.colours(), counts, selection.points !== null);
  }

  placeBackdrop() {
    const wanted = this.tools.backdrop;
    this.back.update(wanted === "decodes" && !this.plane.invertible ? "nothing" : wanted, this.plane, this.scatter);
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
    this.tools.say(`${shown} of ${total} ${header.what} shown`, selection.points ? `, ${marked.toLocaleString("en")} selected.` : ".");
    meter.note("points", `${shown} of ${total}`);
  }

  close() {
    cancelAnimationFrame(this.frameDue);
    this.hover.leave();
    this.back.close();
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
  (view, /** @type {import("./shared/elements.js").Component<Uint8Array>} */ { data }) => view.update(data),
);
