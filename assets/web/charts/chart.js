// Plotly in place: one chart for the life of its host, its zoom kept while its figure changes. Every chart is one of these.
import { arranged, narrowOf } from "./arrangement.js";
import { loadPlotly } from "./plotly.js";
import { loadStyles, plotTemplate, readTheme } from "../shared/theme.js";

/** @typedef {{data: any[], layout: any, config?: any}} Figure */

export class Chart {
  /** @type {any} */ Plotly;
  /** Axes the hand has moved: their ranges win over the figure's. @type {Set<string>} */ zoomed = new Set();
  revision = /** @type {unknown} */ (undefined);
  held = false;
  closed = false;
  /** @type {Promise<boolean> | undefined} */ #opening;
  resizeFrame = 0;

  /**
   * @param {HTMLElement} host
   * @param {() => Figure} figure made anew at each drawing, in the theme's colours of then
   * @param {(figure: Figure) => Figure} [dressed] what a saved picture has besides
   */
  constructor(host, figure, dressed = (figure) => figure) {
    this.host = /** @type {any} */ (host);
    this.figure = figure;
    this.dressed = dressed;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(host);
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
      [this.Plotly] = await Promise.all([loadPlotly(), loadStyles()]);
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
    return this.host.classList.contains("hg-ready");
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

  /** A redraw would end a drag or swallow a click: the newest figure waits for the hand. */
  async draw() {
    const { host, Plotly } = this;
    if (!Plotly || this.held || this.closed || !host.isConnected) return;
    const figure = this.figure();
    const own = this.arrange(figure.layout);
    const layout = { uirevision: "keep", ...own, template: plotTemplate(readTheme(host)), autosize: true };
    this.keepZoom(layout);
    const first = !this.drawn;
    if (first) host.replaceChildren();
    await Plotly.react(host, figure.data, layout, { ...this.config(layout), ...figure.config });
    if (first) this.listen();
    host.classList.add("hg-ready");
  }

  /**
   * Make the room that a layout needs at this width, and the layout fit it.
   * @param {any} layout
   */
  arrange(layout) {
    const narrow = narrowOf(layout, this.host.clientWidth);
    this.host.style.minHeight = narrow ? `${narrow.height}px` : "";
    return arranged(layout, narrow);
  }

  /** @param {any} layout */
  config(layout) {
    const { Plotly } = this;
    const filename = layout.meta?.filename ?? "hourglass-chart";
    const save = (/** @type {string} */ format) => () => this.save(format, filename);
    return {
      displaylogo: false,
      doubleClick: false, // ours: see resetZoom
      modeBarButtons: [
        [
          { name: "png", title: "Save as PNG", icon: Plotly.Icons.camera, click: save("png") },
          { name: "svg", title: "Save as SVG", icon: Plotly.Icons.disk, click: save("svg") },
          { name: "reset", title: "Reset zoom", icon: Plotly.Icons.home, click: () => this.resetZoom() },
        ],
      ],
    };
  }

  /**
   * @param {string} format
   * @param {string} filename
   */
  save(format, filename) {
    const { host, Plotly } = this;
    const background = readTheme(host).surface; // transparent ground would lose light text on white paper
    const figure = this.dressed({ data: host.data, layout: { ...host.layout, paper_bgcolor: background } });
    Plotly.downloadImage(figure, { format, filename, width: host.clientWidth, height: host.clientHeight, scale: 2 });
  }

  listen() {
    this.host.on("plotly_relayout", (/** @type {Record<string, unknown>} */ change) => {
      for (const key of Object.keys(change)) {
        const axis = /^([xy]axis\d*)\.range/.exec(key)?.[1];
        if (axis) this.zoomed.add(axis);
      }
    });
    this.host.on("plotly_doubleclick", () => this.resetZoom());
  }

  resetZoom() {
    this.zoomed.clear();
    this.draw();
  }

  /**
   * Plotly gives up a zoom as soon as Python sends another range. Here the hand wins until it resets the zoom or the
   * figure's uirevision changes.
   * @param {any} layout
   */
  keepZoom(layout) {
    if (layout.uirevision !== this.revision) this.zoomed.clear();
    this.revision = layout.uirevision;
    for (const axis of ["xaxis", "yaxis", ...Object.keys(layout).filter((name) => /^[xy]axis\d+$/.test(name))]) {
      const seen = this.host._fullLayout?.[axis]?.range;
      const kept = this.zoomed.has(axis) && seen ? { range: [...seen], autorange: false } : {};
      layout[axis] = { ...layout[axis], uirevision: {}, ...kept };
    }
  }

  resize() {
    if (!this.drawn || !this.host.clientWidth) return;
    cancelAnimationFrame(this.resizeFrame);
    this.resizeFrame = requestAnimationFrame(() => {
      const { width, height } = this.host._fullLayout ?? {};
      if (this.closed || (this.host.clientWidth === width && this.host.clientHeight === height)) return;
      const { layout } = this.host;
      if (narrowOf(layout, this.host.clientWidth) === narrowOf(layout, width)) this.Plotly.Plots.resize(this.host);
      else this.draw();
    });
  }

  close() {
    this.closed = true;
    window.removeEventListener("pointerup", this.release);
    window.removeEventListener("pointercancel", this.release);
    this.observer.disconnect();
    cancelAnimationFrame(this.resizeFrame);
    this.Plotly?.purge(this.host);
  }
}
