// Small line icons, drawn on 24 by 24.
import { makeSvg } from "./svg.js";

const PATHS = {
  undo: "M9 7 4 12l5 5M4 12h11a5 5 0 0 1 0 10h-2",
  redo: "m15 7 5 5-5 5M20 12H9a5 5 0 0 0 0 10h2",
  before: "m14 7-5 5 5 5",
  next: "m10 7 5 5-5 5",
  locked: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
  unlocked: "M7 11V8a5 5 0 0 1 9.6-2M5 11h14v9H5z",
  move: "M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3",
  zoom: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M15.5 15.5 21 21M7.5 10.5h6M10.5 7.5v6",
  pan: "M8 13V6a1.5 1.5 0 0 1 3 0V4.5a1.5 1.5 0 0 1 3 0V6a1.5 1.5 0 0 1 3 0v8a6.5 6.5 0 0 1-12 3.5L3 13.5a1.6 1.6 0 0 1 2.6-1.8z",
  box: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4",
  lasso: "M12 4c5 0 9 2.5 9 6s-4 6-9 6-9-2.5-9-6 4-6 9-6M7 15c-2 1-2.5 3 0 3.5S9 22 6 21",
  home: "M4 11.5 12 5l8 6.5M6.5 10v9h11v-9",
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const path = makeSvg("path", { d: PATHS[name] });
  return makeSvg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "hg-icon" }, path);
}
