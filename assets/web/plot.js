// Plotly in place: one chart for the life of the page, its zoom kept while its figure grows.
import { renderer } from "./elements.js";
import { loadPlotly } from "./plotly.js";
import { loadStyles, plotTemplate, readTheme, resolveColours } from "./theme.js";

/**
 * @typedef {{figure: string, height: string, label: string}} PlotData `figure` is JSON: {data, layout, config?}; `height` is CSS
 * @typedef {{key: string, x: number, y: number}} CodeDetail what the event `hourglass:code` carries
 */

class PlotView {
  /** @type {PlotData | undefined} */ data;
  /** @type {any} */ Plotly;
  /** @type {(name: string, value: unknown) => void} */ trigger = () => {};
  /** Axes the hand has moved: their ranges win over the figure's. @type {Set<string>} */ zoomed = new Set();
  revision = /** @type {unknown} */ (undefined);
  /** The position the bank reported since the figure last moved it. @type {CodeDetail | null} */ live = null;
  position = "";
  held = false;
  frame = 0;
  resizeFrame = 0;

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = /** @type {any} */ (host);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(host);
    window.addEventListener("hourglass:code", this.follow);
    window.addEventListener("pointerup", this.release);
    window.addEventListener("pointercancel", this.release);
    host.addEventListener("pointerdown", () => (this.held = true), true);
  }

  /**
   * @param {PlotData} data
   * @param {(name: string, value: unknown) => void} trigger
   */
  async update(data, trigger) {
    this.data = data;
    this.trigger = trigger;
    this.host.style.height = data.height;
    this.host.setAttribute("aria-label", data.label);
    try {
      [this.Plotly] = await Promise.all([loadPlotly(), loadStyles()]);
    } catch (error) {
      this.host.classList.add("hg-failed");
      this.host.textContent = /** @type {Error} */ (error).message;
      return;
    }
    // A redraw would end a drag or swallow a click: the newest figure waits for the hand.
    if (this.data === data && this.host.isConnected && !this.held) await this.draw();
  }

  release = () => {
    if (!this.held) return;
    requestAnimationFrame(() => {
      this.held = false; // Plotly has handled the release by now
      if (this.Plotly && this.data) this.draw();
    });
  };

  async draw() {
    const { host, Plotly } = this;
    const theme = readTheme(host);
    const figure = JSON.parse(resolveColours(/** @type {PlotData} */ (this.data).figure, theme));
    const layout = { uirevision: "keep", ...figure.layout, template: plotTemplate(theme), autosize: true };
    this.keepZoom(layout);
    this.keepPosition(figure.data, layout);
    const first = !host.classList.contains("hg-ready");
    if (first) host.replaceChildren();
    await Plotly.react(host, figure.data, layout, { ...this.config(layout), ...figure.config });
    if (first) this.listen();
    host.classList.add("hg-ready");
  }

  /** @param {any} layout */
  config(layout) {
    const { Plotly, host } = this;
    const filename = layout.meta?.filename ?? "hourglass-chart";
    const save = (/** @type {string} */ format) => () => {
      const background = readTheme(host).surface; // transparent ground would lose light text on white paper
      const figure = { data: host.data, layout: { ...host.layout, paper_bgcolor: background } };
      Plotly.downloadImage(figure, { format, filename, width: host.clientWidth, height: host.clientHeight, scale: 2 });
    };
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

  listen() {
    this.host.on("plotly_click", (/** @type {any} */ event) => {
      const [point] = event.points;
      const index = point.customdata ?? point.pointIndex ?? point.pointNumber;
      this.trigger("point", { curve: point.curveNumber, index });
    });
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

  /**
   * @param {any[]} traces
   * @param {any} layout
   */
  keepPosition(traces, layout) {
    const marker = traces.find(isPosition);
    const position = JSON.stringify([layout.meta?.follows, marker?.x, marker?.y]);
    if (position !== this.position) this.live = null; // Python moved it
    this.position = position;
    if (marker && this.live) [marker.x, marker.y] = [[this.live.x], [this.live.y]];
  }

  follow = (/** @type {Event} */ event) => {
    const { detail } = /** @type {CustomEvent<CodeDetail>} */ (event);
    if (this.host.layout?.meta?.follows !== detail.key) return;
    this.live = detail;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.movePosition();
    });
  };

  /**
   * Restyling took 120 ms beside 2,000 points and 680 ms beside 20,000, so the mark itself is moved. What Plotly bound to
   * it is told too: zooming and resizing then draw it where it is.
   */
  movePosition() {
    const { host, live } = this;
    const index = host._fullData?.findIndex(isPosition) ?? -1;
    if (index < 0 || !live) return;
    const { uid, xaxis, yaxis } = host._fullData[index];
    const mark = host.querySelector(`.scatterlayer .trace${uid} .points path`);
    const point = mark?.__data__;
    if (!point) {
      this.Plotly.restyle(host, { x: [[live.x]], y: [[live.y]] }, [index]);
      return;
    }
    [point.x, point.y] = [live.x, live.y];
    const place = (/** @type {string} */ id, /** @type {number} */ value) => {
      return host._fullLayout[`${id[0]}axis${id.slice(1)}`].c2p(value);
    };
    mark.setAttribute("transform", `translate(${place(xaxis, live.x)},${place(yaxis, live.y)})`);
  }

  resize() {
    if (!this.host.classList.contains("hg-ready") || !this.host.clientWidth) return;
    cancelAnimationFrame(this.resizeFrame);
    this.resizeFrame = requestAnimationFrame(() => {
      if (this.host.clientWidth !== this.host._fullLayout?.width) this.Plotly.Plots.resize(this.host);
    });
  }

  close() {
    window.removeEventListener("hourglass:code", this.follow);
    window.removeEventListener("pointerup", this.release);
    window.removeEventListener("pointercancel", this.release);
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    cancelAnimationFrame(this.resizeFrame);
    this.data = undefined;
    this.Plotly?.purge(this.host);
  }
}

/** @param {any} trace */
function isPosition(trace) {
  return trace.name === "z" || trace.meta === "position";
}

export default renderer(
  ".hg-plot",
  (host) => new PlotView(host),
  (view, { data, setTriggerValue }) => view.update(data, setTriggerValue),
);
