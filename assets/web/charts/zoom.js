// The axes that the hand has moved: their ranges win over the figure's, until the hand resets them.

/**
 * @typedef {import("./types.js").Axis} Axis
 * @typedef {import("./types.js").Layout} Layout
 * @typedef {import("./types.js").Settings} Settings
 * @typedef {import("./types.js").Span} Span
 */

const RANGE = /^([xy]axis\d*)\.range(?:\[([01])\])?$/;
const AXIS = /^[xy]axis\d*$/;

/** Plotly gives up a zoom as soon as Python sends another range. */
export class Zoom {
  /** @type {Map<string, number[]>} */ #ranges = new Map();
  /** @type {unknown} */ #revision = undefined;

  /**
   * What Plotly reports of a zoom or a move.
   * @param {Settings} change such as `{"xaxis.range[0]": 1, "xaxis.range[1]": 2}` or `{"xaxis.range": [1, 2]}`
   * @returns {boolean} whether an axis has moved
   */
  take(change) {
    let moved = false;
    for (const [key, value] of Object.entries(change)) {
      const [, axis, end] = RANGE.exec(key) ?? [];
      if (!axis) continue;
      const range = end === undefined ? [.../** @type {number[]} */ (value)] : [...(this.#ranges.get(axis) ?? [NaN, NaN])];
      if (end !== undefined) range[Number(end)] = Number(value);
      this.#ranges.set(axis, range);
      moved = true;
    }
    return moved;
  }

  /** @param {string} axis */
  range(axis) {
    return this.#ranges.get(axis);
  }

  reset() {
    this.#ranges.clear();
  }

  /**
   * A layout with the hand's ranges in place of its own. Another uirevision ends every zoom.
   * @param {Layout} layout
   * @returns {Layout}
   */
  kept(layout) {
    if (layout.uirevision !== this.#revision) this.reset();
    this.#revision = layout.uirevision;
    const names = new Set(["xaxis", "yaxis", ...Object.keys(layout).filter((name) => AXIS.test(name))]);
    const axes = [...names].map((name) => {
      const range = this.#ranges.get(name);
      return [name, { .../** @type {Axis} */ (layout[name]), uirevision: {}, ...(range && { range: [...range], autorange: false }) }];
    });
    return { ...layout, ...Object.fromEntries(axes) };
  }
}
