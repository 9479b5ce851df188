// What of a plane is in sight before the hand moves it: all points, the prior's circles, and as long a unit each way.

/** @typedef {import("./frame.js").Span} Span */

const AROUND = 0.06; // of the points' span, on each side
const SIGMAS = 2.1; // the prior's outer circle, and a little more

/**
 * @typedef {object} Scaled
 * @property {[Span, Span] | null} ranges where they do not follow the points
 * @property {[Span, Span]} spans of the points
 * @property {number[] | null} prior the middle of the standard normal on the axes; null where there is none
 * @property {boolean} equal whether a unit is as long on both axes
 * @property {[width: number, height: number]} size of the plane in pixels
 */

/** @param {Scaled} scaled @returns {[Span, Span]} */
export function rangesOf({ ranges, spans, prior, equal, size }) {
  const [x, y] = ranges ?? spans.map((span, k) => withPrior(widened(span), prior?.[k]));
  return equal ? evened([x, y], size) : [x, y];
}

/** @param {Span} span @returns {Span} */
function widened([low, high]) {
  return [low - AROUND * (high - low), high + AROUND * (high - low)];
}

/** @param {Span} span @param {number} [middle] @returns {Span} */
function withPrior([low, high], middle) {
  return middle === undefined ? [low, high] : [Math.min(low, middle - SIGMAS), Math.max(high, middle + SIGMAS)];
}

/**
 * Show more of the axis that shows too little for its length, on both of its sides.
 * @param {[Span, Span]} spans
 * @param {[number, number]} size
 * @returns {[Span, Span]}
 */
function evened([x, y], [width, height]) {
  const unit = Math.max((x[1] - x[0]) / width, (y[1] - y[0]) / height);
  if (!Number.isFinite(unit)) return [x, y]; // it has no size yet
  return [around(x, unit * width), around(y, unit * height)];
}

/** @param {Span} span @param {number} length @returns {Span} */
function around([low, high], length) {
  const more = (length - (high - low)) / 2;
  return [low - more, high + more];
}
