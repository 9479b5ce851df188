// The points of a map, drawn pixel by pixel on a canvas over Plotly's axes. Plotly itself takes 0.1 to 0.3 s to draw some
// hundred points anew, which a map that follows a training does twice a second, under the hand; this takes a millisecond.

const RADIUS = { few: 3, many: 1.6 }; // CSS pixels
const OPACITY = { few: 0.75, many: 0.5 };
const MOST_FEW = 2000;
const FADED = 0.15; // of its opacity that a point keeps which is not selected

/** How large and how opaque the points are. @param {number} count */
export function styleOf(count) {
  const many = count <= MOST_FEW ? "few" : "many";
  return { radius: RADIUS[many], opacity: OPACITY[many] };
}

/**
 * @param {import("./frame.js").Frame} frame its canvas takes the plane's size, in the screen's own pixels
 * @param {import("./scatter.js").Scatter} scatter
 * @param {string[]} palette a colour for each class, `#rrggbb`
 * @param {Set<number>} hidden classes
 * @param {Uint8Array | null} selected
 */
export function drawPoints(frame, scatter, palette, hidden, selected) {
  const canvas = frame.points;
  const [width, height] = frame.size.map((side) => Math.round(side * devicePixelRatio));
  if (!frame.sight || !width || !height) return;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  const { radius, opacity } = styleOf(scatter.count);
  const stamp = stampOf(radius * devicePixelRatio);
  const colours = palette.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
  const shown = palette.map((_, label) => !hidden.has(label));
  const [origin, unit] = [frame.pixelsOf([0, 0]), frame.pixelsOf([1, 1])];
  const [[x0, dx], [y0, dy]] = origin.map((at, k) => [at * devicePixelRatio, (unit[k] - at) * devicePixelRatio]);
  for (const layer of selected ? [0, 1] : [1]) {
    const alpha = layer ? opacity : opacity * FADED;
    for (let i = 0; i < scatter.count; i++) {
      if (!shown[scatter.labels[i]] || (selected && selected[i] !== layer)) continue;
      put(image, stamp, x0 + dx * scatter.x[i], y0 + dy * scatter.y[i], colours[scatter.labels[i]], alpha);
    }
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

/**
 * How much of each pixel a disc covers.
 * @param {number} radius
 */
function stampOf(radius) {
  const reach = Math.ceil(radius);
  const cells = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y)));
      if (cover > 0) cells.push({ x, y, cover });
    }
  }
  return { reach, cells };
}

/**
 * Lay a disc over what is there (Porter and Duff's "over").
 * @param {ImageData} image
 * @param {ReturnType<typeof stampOf>} stamp
 * @param {number} x
 * @param {number} y
 * @param {number[]} colour
 * @param {number} opacity
 */
function put({ data, width, height }, { reach, cells }, x, y, [red, green, blue], opacity) {
  const [column, row] = [Math.round(x), Math.round(y)];
  if (!(column >= -reach && row >= -reach && column < width + reach && row < height + reach)) return;
  for (const cell of cells) {
    const [across, down] = [column + cell.x, row + cell.y];
    if (across < 0 || down < 0 || across >= width || down >= height) continue;
    const at = 4 * (down * width + across);
    const over = opacity * cell.cover;
    const under = (data[at + 3] / 255) * (1 - over);
    const whole = over + under;
    data[at] = (red * over + data[at] * under) / whole;
    data[at + 1] = (green * over + data[at + 1] * under) / whole;
    data[at + 2] = (blue * over + data[at + 2] * under) / whole;
    data[at + 3] = 255 * whole;
  }
}
