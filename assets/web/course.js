// How far a run is: a bar over the whole width, and a line on what happened last.
import { make } from "./shared/elements.js";
import { renderer } from "./shared/renderer.js";
import { loadStyles } from "./shared/theme.js";

/** @typedef {{share: number, colour: string, words: string}} Course `share`: 0 to 1; `colour`: one of Streamlit's for badges */

class CourseView {
  bar = make("div", { className: "hg-course-bar", role: "progressbar", "aria-label": "progress of the training" });
  words = make("p", { role: "status", "aria-live": "off" });

  /** @param {HTMLElement} host */
  constructor(host) {
    host.replaceChildren(this.bar, this.words);
    loadStyles().then(() => host.classList.add("hg-ready"));
  }

  /** @param {Course} data */
  update({ share, colour, words }) {
    this.bar.style.setProperty("--share", String(share));
    this.bar.dataset.colour = colour;
    this.bar.setAttribute("aria-valuenow", String(Math.floor(100 * share)));
    this.words.textContent = this.words.title = words; // cut off where it is long
  }

  close() {}
}

export default renderer(
  ".hg-course",
  (host) => new CourseView(host),
  (view, /** @type {import("./shared/renderer.js").Component<Course>} */ { data }) => view.update(data),
);
