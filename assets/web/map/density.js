// How dense the data are, so that empty regions look empty: counts in cells, smoothed.

const SIDE = 96; // cells each way
const BLUR = 2.2; // cells: standard deviation of the smoothing

/**
 * @param {import("./scatter.js").Scatter} scatter
 * @param {string[]} colours from few to many, `#rrggbb`
 * @returns {{pixels: Uint8ClampedArray<ArrayBuffer>, side: number, spans: [number, number][]}} red, green, blue and alpha of `side` rows, the
 *   highest first; the edges of the picture in the plane
 */
export function density(scatter, colours) {
  const spans = /** @type {[number, number][]} */ (
    scatter.spans.map(([low, high]) => [low - 0.1 * (high - low), high + 0.1 * (high - low)])
  );
  const cells = smoothed(counted(scatter, spans));
  const most = cells.reduce((largest, value) => Math.max(largest, value), 1e-9);
  const pixels = new Uint8ClampedArray(4 * SIDE * SIDE);
  const shades = colours.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
  for (let cell = 0; cell < SIDE * SIDE; cell++) {
    const share = Math.sqrt(cells[cell] / most); // the eye tells few from none before it tells many from more
    const shade = shades[Math.min(shades.length - 1, Math.floor(share * shades.length))];
    pixels.set([...shade, 900 * share], 4 * cell);
  }
  return { pixels, side: SIDE, spans };
}

/**
 * @param {import("./scatter.js").Scatter} scatter
 * @param {[number, number][]} spans
 */
function counted({ x, y, count }, [[left, right], [bottom, top]]) {
  const cells = new Float32Array(SIDE * SIDE);
  for (let i = 0; i < count; i++) {
    const column = Math.floor(((x[i] - left) / (right - left || 1)) * SIDE);
    const row = Math.floor(((top - y[i]) / (top - bottom || 1)) * SIDE);
    cells[Math.min(SIDE - 1, row) * SIDE + Math.min(SIDE - 1, column)]++;
  }
  return cells;
}

/** A Gaussian, first along rows, then along columns. @param {Float32Array} cells */
function smoothed(cells) {
  const reach = Math.ceil(3 * BLUR);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / BLUR) ** 2));
  const along = (/** @type {Float32Array} */ from, /** @type {number} */ step, /** @type {number} */ stride) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < SIDE; line++) {
      for (let at = 0; at < SIDE; at++) {
        let sum = 0;
        for (let k = Math.max(-reach, -at); k <= Math.min(reach, SIDE - 1 - at); k++) {
          sum += kernel[k + reach] * from[line * stride + (at + k) * step];
        }
        to[line * stride + at * step] = sum;
      }
    }
    return to;
  };
  return along(along(cells, 1, SIDE), SIDE, 1);
}
