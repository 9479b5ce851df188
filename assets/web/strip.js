// Rows of small images. One payload of bytes: nested bytes do not survive Streamlit.
import { renderer } from "./shared/renderer.js";
import { StripView } from "./shared/strip_view.js";
import { loadStyles } from "./shared/theme.js";

/** @typedef {import("./shared/strip_view.js").Strip} Strip */

/** @param {HTMLElement} host */
function shown(host) {
  loadStyles().then(() => host.classList.add("hg-ready"));
  return new StripView(host);
}

export default renderer(".hg-strip", shown, (view, /** @type {import("./shared/renderer.js").Component<Strip>} */ { data }) => view.update(data));
