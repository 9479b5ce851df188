// The health of a critic: findings in words, its logits as a chart, and the numbers.
import { PlotView } from "./charts/plot_view.js";
import { make } from "./shared/elements.js";
import { Findings } from "./shared/finding.js";
import { renderer } from "./shared/renderer.js";

/**
 * @typedef {import("./shared/finding.js").Finding} Finding
 * @typedef {{findings: Finding[], chart: import("./charts/plot_view.js").PlotData, numbers: string}} Health
 */

class HealthView {
  /** @param {HTMLElement} host */
  constructor(host) {
    const findings = make("div", { className: "hg-findings" });
    const chart = make("div", { className: "hg-plot", role: "figure" });
    this.numbers = make("p", { className: "hg-numbers" });
    host.replaceChildren(findings, chart, this.numbers);
    this.findings = new Findings(findings);
    this.chart = new PlotView(chart);
  }

  /** @param {Health} data */
  update({ findings, chart, numbers }) {
    this.findings.update(findings);
    this.chart.update(chart);
    this.numbers.textContent = numbers;
  }

  close() {
    this.chart.close();
  }
}

export default renderer(
  ".hg-health",
  (host) => new HealthView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Health>} */ { data }) => view.update(data),
);
