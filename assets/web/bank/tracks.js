// How the bank lays its tracks: the first in plain sight, the rest folded, with film strips or without.
import { checkbox, remember, remembered } from "../shared/controls.js";
import { make } from "../shared/elements.js";

const MOST_STRIPS = 8;

/**
 * The first `visible` tracks in plain sight, and of these the active ones only where `folding`; the rest folded.
 * @param {import("./dimension.js").Track[]} tracks
 * @param {number} visible
 * @param {boolean} folding
 * @param {() => void} onFold
 */
export function layTracks(tracks, visible, folding, onFold) {
  const active = tracks.filter(({ dimension }) => dimension.active);
  const first = (folding && active.length ? active : tracks).slice(0, visible);
  const rest = tracks.filter((track) => !first.includes(track));
  if (!rest.length) return [grid(first)];
  const summary = make("summary", { textContent: inWords(rest) });
  return [grid(first), make("details", { className: "hg-more", ontoggle: onFold }, summary, grid(rest))];
}

/** What is folded, such as `4 inactive dimensions`. @param {import("./dimension.js").Track[]} tracks */
function inWords(tracks) {
  const { length } = tracks;
  const inactive = tracks.filter(({ dimension }) => !dimension.active).length;
  const plural = length > 1 ? "s" : "";
  if (inactive === length) return `${length} inactive dimension${plural}`;
  return `${length} more dimension${plural}${inactive ? `, ${inactive} inactive` : ""}`;
}

/** @param {import("./dimension.js").Track[]} tracks */
function grid(tracks) {
  return make("div", { className: "hg-rows" }, ...tracks.map(({ element }) => element));
}

/**
 * @param {import("./dimension.js").Track[]} tracks
 * @param {HTMLElement} dims
 */
export function tracksInSight(tracks, dims) {
  const folded = dims.querySelector("details:not([open])");
  return tracks.filter(({ element }) => !folded?.contains(element));
}

/** Whether strips are shown, and how many: those of the first dimensions. */
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
    this.elements = [box, make("label", { className: "hg-check" }, "top", this.limit)];
  }

  /** Those that have strips. @param {import("./dimension.js").Track[]} tracks */
  filmed(tracks) {
    return new Set(this.on ? tracks.slice(0, this.most) : []);
  }
}
