// A chart on the page whose figure Python makes.
import { readTheme, resolveColours } from "../shared/theme.js";
import { withArrays } from "./arrays.js";
import { Chart } from "./chart.js";

/** @typedef {{figure: string, height: string, label: string}} PlotData `figure` is JSON: {data, layout, config?}; `height` is CSS */

export class PlotView {
  /** @type {PlotData | undefined} */ data;

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    this.chart = new Chart(host, () => this.figure());
  }

  figure() {
    return JSON.parse(resolveColours(/** @type {PlotData} */ (this.data).figure, readTheme(this.host)), withArrays);
  }

  /** @param {PlotData} data */
  update(data) {
    this.data = data;
    if (this.host.style.height !== data.height) this.host.style.height = data.height;
    if (this.host.getAttribute("aria-label") !== data.label) this.host.setAttribute("aria-label", data.label);
    if (this.chart.drawn) {
      this.chart.draw();
    } else {
      this.chart.arrange(this.figure().layout); // of its final size before the library is there
      this.chart.open();
    }
  }

  close() {
    this.chart.close();
  }
}
