// How the bank lays its tracks: the first in plain sight, the rest folded, with film strips or without.
import { checkbox, remember, remembered } from "../shared/controls.js";
import { make } from "../shared/elements.js";

const MOST_STRIPS = 8;

/**
 * The first `visible` tracks in plain sight, the rest folded.
 * @param {import("./dimension.js").Track[]} tracks
 * @param {number} visible
 * @param {() => void} onFold
 */
export function layTracks(tracks, visible, onFold) {
  const shown = grid(tracks.slice(0, visible));
  const rest = tracks.slice(visible);
  if (!rest.length) return [shown];
  const summary = make("summary", { textContent: `${rest.length} more dimension${rest.length > 1 ? "s" : ""}` });
  return [shown, make("details", { className: "hg-more", ontoggle: onFold }, summary, grid(rest))];
}

/** @param {import("./dimension.js").Track[]} tracks */
function grid(tracks) {
  const wide = tracks.length > 8;
  const element = make("div", { className: wide ? "hg-rows hg-two" : "hg-rows" }, ...tracks.map(({ element }) => element));
  element.style.setProperty("--rows", String(Math.ceil(tracks.length / 2)));
  return element;
}

/**
 * @param {import("./dimension.js").Track[]} tracks
 * @param {HTMLElement} dims
 */
export function tracksInSight(tracks, dims) {
  const folded = dims.querySelector("details:not([open])");
  return tracks.filter(({ element }) => !folded?.contains(element));
}

/** Whether strips are shown, and up to how many dimensions. */
export class StripSetting {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.on = remembered("strips", true);
    this.most = remembered("most-strips", MOST_STRIPS);
    this.limit = make("input", { type: "number", min: 1, value: String(this.most), "aria-label": "number of dimensions with traversals" });
    this.limit.onchange = () => {
      const most = Math.round(this.limit.valueAsNumber);
      if (most >= 1) this.most = most;
      this.limit.value = String(this.most);
      remember("most-strips", this.most);
      onChange();
    };
    const box = checkbox("Latent traversals", this.on, (on) => {
      remember("strips", (this.on = on));
      onChange();
    });
    this.element = make("div", { className: "hg-settings" }, box, make("label", { className: "hg-check" }, "top", this.limit));
  }

  /** @param {number} count of dimensions */
  shownFor(count) {
    return this.on && count <= this.most;
  }
}
