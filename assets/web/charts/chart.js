// Plotly in place: one chart for the life of its host, its zoom kept while its figure changes. Every chart is one of these.
import { loadStyles, plotTemplate, readTheme } from "../shared/theme.js";
import { arranged, narrowOf } from "./arrangement.js";
import { loadPlotly } from "./plotly.js";
import { Zoom } from "./zoom.js";

/**
 * @typedef {import("./types.js").Axis} Axis
 * @typedef {import("./types.js").Figure} Figure
 * @typedef {import("./types.js").Layout} Layout
 * @typedef {import("./types.js").Settings} Settings
 * @typedef {import("./types.js").Span} Span
 */

const NEAR = "25%"; // of the window's height: a chart that is as near as this to being in sight is drawn

export class Chart {
  /** @type {import("./types.js").Plotly | null} */ Plotly = null;
  /** What Plotly has drawn. @type {HTMLElement & import("./types.js").Host | null} */ drawing = null;
  /** The ranges changed, or the chart's size. @type {() => void} */ onRanges = () => {};
  held = false;
  closed = false;
  #zoom = new Zoom();
  /** Ranges of a move that is under way. @type {Zoom} */ #moving = new Zoom();
  /** @type {Promise<boolean> | undefined} */ #opening;
  /** Its size when it was drawn, in CSS pixels. */ #size = { width: 0, height: 0 };
  #resizeFrame = 0;
  /** The figure's own configuration that Plotly has. @type {string | undefined} */ #configured;
  #inSight = true;
  #stale = false;

  /**
   * @param {HTMLElement} host
   * @param {() => Figure} figure made anew at each drawing, in the theme's colours of then
   * @param {(figure: Figure) => Figure} [dressed] what a saved picture has besides
   */
  constructor(host, figure, dressed = (figure) => figure) {
    this.host = host;
    this.figure = figure;
    this.dressed = dressed;
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(host);
    this.sight = new IntersectionObserver((entries) => this.see(entries[entries.length - 1].isIntersecting), { rootMargin: NEAR });
    this.sight.observe(host);
    window.addEventListener("pointerup", this.release);
    window.addEventListener("pointercancel", this.release);
    host.addEventListener("pointerdown", this.hold, true);
  }

  /**
   * Load the library and draw, once however often it is asked for meanwhile.
   * @returns {Promise<boolean>} whether it has drawn. Where it could not be loaded the host says so, and it may be tried
   *   again
   */
  open() {
    return (this.#opening ??= this.#load());
  }

  async #load() {
    try {
      await loadStyles(); // first what shows the page: reading 4.8 MB of script holds up its thread
      this.Plotly = await loadPlotly();
    } catch (error) {
      this.host.classList.add("hg-failed");
      this.host.textContent = /** @type {Error} */ (error).message;
      this.#opening = undefined;
      return false;
    }
    this.host.classList.remove("hg-failed");
    await this.draw();
    if (!this.drawn) this.#opening = undefined;
    return this.drawn;
  }

  get drawn() {
    return this.drawing !== null;
  }

  hold = () => {
    this.held = true;
  };

  release = () => {
    if (!this.held) return;
    requestAnimationFrame(() => {
      this.held = false; // Plotly has handled the release by now
      this.draw();
    });
  };

  /** A chart out of sight waits with its newest figure. @param {boolean} inSight */
  see(inSight) {
    this.#inSight = inSight;
    if (inSight && this.#stale) this.draw();
  }

  /** A redraw would end a drag or swallow a click: the newest figure waits for the hand. */
  async draw() {
    const { host, Plotly } = this;
    if (!Plotly || this.held || this.closed || !host.isConnected) return;
    this.#stale = this.drawn && !this.#inSight;
    if (this.#stale) return;
    const figure = this.figure();
    const own = { uirevision: "keep", ...this.arrange(figure.layout), template: plotTemplate(readTheme(host)), autosize: true };
    const layout = this.#zoom.kept(own);
    this.#moving.reset();
    if (!this.drawn) host.replaceChildren();
    this.#size = { width: host.clientWidth, height: host.clientHeight };
    const drawing = await Plotly.react(host, figure.data, layout, this.newConfig(figure.config));
    if (!this.drawn) this.listen(drawing);
    host.classList.add("hg-ready");
    this.onRanges();
  }

  /**
   * Make the room that a layout needs at this width, and the layout fit it.
   * @param {Layout} layout
   */
  arrange(layout) {
    const narrow = narrowOf(layout, this.host.clientWidth);
    this.host.style.minHeight = narrow ? `${narrow.height}px` : "";
    return arranged(layout, narrow);
  }

  /**
   * The configuration, where Plotly does not have it yet. One that is given again makes Plotly draw everything twice,
   * from nothing: it compares functions, which are never equal to those of its own copy.
   * @param {Settings} [own] of the figure
   */
  newConfig(own = {}) {
    const key = JSON.stringify(own);
    if (key === this.#configured) return undefined;
    this.#configured = key;
    return { ...this.config(), ...own };
  }

  config() {
    const save = (/** @type {string} */ format) => () => this.save(format);
    const { camera, disk, home } = this.Plotly?.Icons ?? {};
    return {
      displaylogo: false,
      doubleClick: false, // ours: see resetZoom
      modeBarButtons: [
        [
          { name: "png", title: "Save as PNG", icon: camera, click: save("png") },
          { name: "svg", title: "Save as SVG", icon: disk, click: save("svg") },
          { name: "reset", title: "Reset zoom", icon: home, click: () => this.resetZoom() },
        ],
      ],
    };
  }

  /** @param {string} format */
  save(format) {
    const { host, drawing } = this;
    if (!drawing) return;
    const filename = drawing.layout.meta?.filename ?? "hourglass-chart";
    const background = readTheme(host).surface; // transparent ground would lose light text on white paper
    const figure = this.dressed({ data: drawing.data, layout: { ...drawing.layout, paper_bgcolor: background } });
    this.Plotly?.downloadImage(figure, { format, filename, width: host.clientWidth, height: host.clientHeight, scale: 2 });
  }

  /** @param {HTMLElement & import("./types.js").Host} drawing */
  listen(drawing) {
    this.drawing = drawing;
    drawing.on("plotly_relayout", (change) => {
      this.#moving.reset();
      if (this.#zoom.take(change)) this.onRanges();
    });
    drawing.on("plotly_relayouting", (change) => {
      if (drawing.layout.dragmode === "pan" && this.#moving.take(change)) this.onRanges(); // a box is no range yet
    });
    drawing.on("plotly_doubleclick", () => this.resetZoom());
  }

  /**
   * The range of an axis that is in sight.
   * @param {"xaxis" | "yaxis"} axis
   * @returns {Span | null}
   */
  range(axis) {
    const drawn = /** @type {Axis | undefined} */ (this.drawing?.layout[axis])?.range; // of axes of one scale more than was asked for
    const [low, high] = this.#moving.range(axis) ?? drawn ?? [];
    return low === undefined || high === undefined ? null : [low, high];
  }

  /** @param {Record<string, number[]>} ranges by axis */
  zoomTo(ranges) {
    const changes = Object.entries(ranges).map(([axis, range]) => [`${axis}.range`, range]);
    this.Plotly?.relayout(this.host, Object.fromEntries(changes));
  }

  resetZoom() {
    this.#zoom.reset();
    this.draw();
  }

  resize() {
    if (!this.drawing || !this.host.clientWidth) return;
    cancelAnimationFrame(this.#resizeFrame);
    this.#resizeFrame = requestAnimationFrame(async () => {
      const { drawing, host, Plotly } = this;
      const { width, height } = this.#size;
      const { clientWidth, clientHeight } = host;
      if (this.closed || !drawing || !Plotly || (clientWidth === width && clientHeight === height)) return;
      const other = narrowOf(drawing.layout, clientWidth) !== narrowOf(drawing.layout, width);
      if (other || drawing.layout.meta?.refit) return this.draw();
      this.#size = { width: clientWidth, height: clientHeight };
      await Plotly.Plots.resize(host);
      this.onRanges();
    });
  }

  close() {
    this.closed = true;
    window.removeEventListener("pointerup", this.release);
    window.removeEventListener("pointercancel", this.release);
    this.sizes.disconnect();
    this.sight.disconnect();
    cancelAnimationFrame(this.#resizeFrame);
    this.Plotly?.purge(this.host);
  }
}
