// The points of a map: what is drawn of them, which one is nearest, which are selected.
import limits from "../shared/limits.json" with { type: "json" };

const FULL = limits.coordinate_steps; // in 16 bits
const CELL_BITS = 9; // of the 16 that are left out in the index
const CELLS = (FULL + 1) >> CELL_BITS; // each way

/** Points in the coordinates of the plane, in buckets so that the nearest one is found at once. */
export class Scatter {
  /**
   * @param {Uint16Array} packed x of all points, then y, each in FULL parts of its span
   * @param {[number, number][]} spans of x and y
   * @param {Uint16Array} labels class of each point
   */
  constructor(packed, spans, labels) {
    this.count = labels.length;
    this.labels = labels;
    this.spans = spans;
    this.x = this.#unpacked(packed, 0);
    this.y = this.#unpacked(packed, 1);
    this.starts = new Uint32Array(CELLS * CELLS + 1); // where in `order` the points of each cell begin
    this.order = new Uint32Array(this.count);
    this.#index(packed);
  }

  /**
   * @param {Uint16Array} packed
   * @param {0 | 1} k
   */
  #unpacked(packed, k) {
    const [low, high] = this.spans[k];
    return Float32Array.from(packed.subarray(k * this.count, (k + 1) * this.count), (part) => low + ((high - low) * part) / FULL);
  }

  /** @param {Uint16Array} packed */
  #index(packed) {
    const { starts } = this;
    const cells = new Uint16Array(this.count);
    for (let i = 0; i < this.count; i++) {
      cells[i] = (packed[i] >> CELL_BITS) + CELLS * (packed[this.count + i] >> CELL_BITS);
      starts[cells[i] + 1]++;
    }
    for (let cell = 0; cell < CELLS * CELLS; cell++) starts[cell + 1] += starts[cell];
    const next = starts.slice();
    for (let i = 0; i < this.count; i++) this.order[next[cells[i]]++] = i;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radiusX in the plane's units; a pixel is not as wide as it is high
   * @param {number} radiusY
   * @param {(label: number) => boolean} shown whether a class is on the map
   * @returns {number} the row of the nearest point within the ellipse, or -1
   */
  nearest(x, y, radiusX, radiusY, shown) {
    const [columns, rows] = this.spans.map(([low, high], k) => {
      const [at, reach] = k ? [y, radiusY] : [x, radiusX];
      const cell = (/** @type {number} */ value) => {
        return Math.round(Math.min(1, Math.max(0, (value - low) / (high - low || 1))) * FULL) >> CELL_BITS;
      };
      return [cell(at - reach), cell(at + reach)];
    });
    let best = -1;
    let least = 1;
    for (let row = rows[0]; row <= rows[1]; row++) {
      const [from, to] = [this.starts[row * CELLS + columns[0]], this.starts[row * CELLS + columns[1] + 1]];
      for (let place = from; place < to; place++) {
        const i = this.order[place];
        const distance = ((this.x[i] - x) / radiusX) ** 2 + ((this.y[i] - y) / radiusY) ** 2;
        if (distance < least && shown(this.labels[i])) [best, least] = [i, distance];
      }
    }
    return best;
  }

  /**
   * @param {[number, number][]} outline corners of a polygon
   * @returns {Uint8Array} 1 for each point inside
   */
  inside(outline) {
    const found = new Uint8Array(this.count);
    for (let i = 0; i < this.count; i++) found[i] = Number(within(outline, this.x[i], this.y[i]));
    return found;
  }

  /** @param {number} row @returns {[number, number]} */
  positionOf(row) {
    return [this.x[row], this.y[row]];
  }

  /**
   * How many points each class has, and how many of them are selected.
   * @param {Uint8Array | null} selected
   * @param {number} classes
   */
  counts(selected, classes) {
    const counts = Array.from({ length: classes }, () => ({ all: 0, selected: 0 }));
    for (let i = 0; i < this.count; i++) {
      const one = counts[this.labels[i]];
      one.all++;
      one.selected += selected?.[i] ?? 0;
    }
    return counts;
  }
}

/**
 * Whether a point is in a polygon, by the rays that leave it (even and odd).
 * @param {[number, number][]} outline
 * @param {number} x
 * @param {number} y
 */
function within(outline, x, y) {
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [outline[i], outline[j]];
    if (yi > y !== yj > y && x < xi + ((y - yi) / (yj - yi)) * (xj - xi)) inside = !inside;
  }
  return inside;
}
