// The verdict on a run: findings in words, and the KL of each dimension behind them.
import { make } from "./shared/elements.js";
import { Findings } from "./shared/finding.js";
import { renderer } from "./shared/renderer.js";
import { loadStyles } from "./shared/theme.js";

/**
 * @typedef {{name: string, kl: string, share: number, active: boolean}} Dimension `share` of the longest bar, 0 to 1
 * @typedef {object} Verdict
 * @property {import("./shared/finding.js").Finding[]} findings the verdict first
 * @property {string} otherwise what is said where there is none
 * @property {Dimension[]} dimensions the most informative first
 */

class VerdictView {
  /** @param {HTMLElement} host */
  constructor(host) {
    const findings = make("div", { role: "status", "aria-live": "off" });
    this.findings = new Findings(findings);
    this.otherwise = make("p", { className: "hg-unknown" });
    this.list = make("ol", { className: "hg-dimensions" });
    this.fold = make("details", {}, make("summary", {}, "KL per dimension, in nats"), this.list);
    host.replaceChildren(make("div", {}, findings, this.otherwise), this.fold);
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Verdict} data */
  update({ findings, otherwise, dimensions }) {
    this.findings.update(findings);
    this.otherwise.textContent = otherwise;
    this.otherwise.hidden = !otherwise;
    this.fold.hidden = !dimensions.length;
    this.list.replaceChildren(...dimensions.map(row));
  }

  close() {}
}

/** @param {Dimension} dimension */
function row({ name, kl, share, active }) {
  const note = active ? "" : " (inactive)";
  const element = make("li", { title: `${name}: ${kl} nats${note}` }, make("span", {}, name), make("span", {}, kl));
  element.style.setProperty("--share", String(Math.min(1, share)));
  element.toggleAttribute("data-inactive", !active);
  return element;
}

export default renderer(
  ".hg-verdict",
  (host) => new VerdictView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Verdict>} */ { data }) => view.update(data),
);
